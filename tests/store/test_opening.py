"""When a database may be used, and what a person reads when it may not."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bridge.errors import StorageDown, StorageRefused
from bridge.store.conditions import look_at
from bridge.store.store import Store
from bridge.store.transaction import Transaction
from tests.parts.certificates import self_signed
from tests.parts.ports import free_port
from tests.parts.postgres import USER, Postgres, postgres
from tests.store.acknowledging import open_store
from tests.store.test_store import keys, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bridge.sqlite3"


async def used(path: Path) -> None:
    """A database that was used once and closed."""
    store = await open_store(f"sqlite:///{path}")
    await store.run(put("a"))
    await store.close()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def delete(path: Path) -> None:
    path.unlink()


async def refusal(path: Path) -> str:
    with pytest.raises(StorageRefused) as refused:
        await open_store(f"sqlite:///{path}")
    return str(refused.value)


async def test_the_first_start_creates_folder_and_file_for_the_owner_alone(path: Path) -> None:
    await used(path)
    assert mode(path.parent) == 0o700
    assert mode(path) == 0o600


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Inside, another process, of this number, holds the file."""
    holder = "import sys; from pathlib import Path; from bridge.store.sqlite_file import SqliteFile; "
    holder += "file = SqliteFile(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        yield first.pid


def test_a_second_process_is_refused_with_the_firsts_number(path: Path) -> None:
    with held(path) as pid:
        assert f"another instance holds {path}.lock, pid {pid}" in asyncio.run(refusal(path))


def test_a_second_process_is_refused_though_the_lock_file_was_deleted(path: Path) -> None:
    with held(path):
        delete(path.with_name("bridge.sqlite3.lock"))
        assert f"another instance holds {path}, though" in asyncio.run(refusal(path))
    asyncio.run(used(path))


async def test_a_deleted_database_is_not_replaced_by_an_empty_one(path: Path) -> None:
    await used(path)
    delete(path)
    message = await refusal(path)
    assert f"{path} is missing, but a database was here" in message
    assert await refusal(path) == message


async def test_a_deleted_database_starts_empty_when_a_person_says_so(path: Path) -> None:
    await used(path)
    delete(path)
    delete(path.with_name("bridge.sqlite3.created"))
    store = await open_store(f"sqlite:///{path}")
    assert await store.read(keys) == []
    await store.close()


def truncate(path: Path) -> None:
    os.truncate(path, 0)


def overwrite(path: Path) -> None:
    path.write_bytes(b"customers.csv, saved in the wrong place\n" * 100)


def scramble(path: Path) -> None:
    """Every page but the first, as a failing disk would."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def give_away(path: Path) -> None:
    os.chown(path, 65534, 65534)


@pytest.mark.parametrize(
    "damage, words",
    [
        (truncate, "is empty, but held a database"),
        (overwrite, "is not a database"),
        (scramble, "is corrupt"),
        (replace_by_folder, "is not a file"),
        pytest.param(
            give_away,
            "belongs to user 65534",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away"),
        ),
    ],
)
async def test_a_database_that_cannot_be_trusted_is_refused_by_name(
    path: Path, damage: Callable[[Path], None], words: str
) -> None:
    await used(path)
    damage(path)
    message = await refusal(path)
    assert words in message
    assert str(path) in message


async def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    assert str(tmp_path / "data") in await refusal(tmp_path / "data" / "bridge.sqlite3")


async def test_a_database_deleted_while_in_use_takes_no_more_commits(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}")
    delete(path)
    with pytest.raises(StorageDown, match="moved or deleted"):
        await store.run(put("a"))
    await store.close()


async def test_a_deleted_wal_takes_no_more_commits_and_closing_keeps_what_it_held(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}")
    await store.run(put("a"))
    delete(path.with_name("bridge.sqlite3-wal"))
    with pytest.raises(StorageDown, match=r"-wal was moved or deleted.*SIGTERM"):
        await store.run(put("b"))
    await store.close()
    again = await open_store(f"sqlite:///{path}")
    assert await again.read(keys) == ["a"]
    await again.close()


async def test_every_commit_is_on_disk_before_it_is_acknowledged(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}")

    def pragmas(tx: Transaction) -> tuple[str, int]:
        ask = tx.connection.exec_driver_sql
        return ask("PRAGMA journal_mode").scalar_one(), ask("PRAGMA synchronous").scalar_one()

    assert await store.run(pragmas) == ("wal", 2)
    assert await store.run(pragmas, soft=True) == ("wal", 1)
    assert await store.run(pragmas) == ("wal", 2)
    await store.close()


async def test_a_weaker_commit_of_the_server_is_overruled(postgres_cluster: Postgres) -> None:
    def synchronous(tx: Transaction) -> str:
        value: str = tx.connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        return value

    with postgres_cluster.fresh_database() as url:
        postgres_cluster.sql(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
        store = await open_store(url)
        assert await store.run(synchronous) == "on"
        assert await store.run(synchronous, soft=True) == "off"
        assert await store.run(synchronous) == "on"
        await store.close()


async def test_a_database_that_cannot_hold_every_letter_is_refused(postgres_cluster: Postgres) -> None:
    postgres_cluster.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StorageRefused, match="encoding is LATIN1"):
        await open_store(postgres_cluster.url("latin"))


async def test_a_database_without_an_encoding_is_refused_in_words_and_without_a_traceback(
    postgres_cluster: Postgres,
) -> None:
    postgres_cluster.sql("CREATE DATABASE anything ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    url = postgres_cluster.url("anything")
    with pytest.raises(StorageRefused, match=r"encoding is SQL_ASCII.*createdb -E UTF8"):
        await open_store(url)
    with pytest.raises(StorageRefused, match=r"encoding is SQL_ASCII.*createdb -E UTF8"):
        look_at(make_url(url))


async def test_a_server_proves_itself_by_its_certificate_where_the_url_asks(tmp_path: Path) -> None:
    def encrypted(tx: Transaction) -> bool:
        asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        return bool(tx.connection.exec_driver_sql(asked).scalar_one())

    ours, foreign = self_signed(tmp_path, "127.0.0.1"), self_signed(tmp_path, "localhost")
    with postgres() as cluster:
        for source, name in ((ours.certificate, "server.crt"), (ours.key, "server.key")):
            shutil.copy(source, cluster.data / name)
            shutil.chown(cluster.data / name, USER or os.getuid())
            (cluster.data / name).chmod(0o600)
        cluster.sql("ALTER SYSTEM SET ssl = on")
        cluster.restart()
        proven = f"{cluster.url()}?sslmode=verify-full&sslrootcert="
        store = await open_store(f"{proven}{ours.certificate}")
        assert await store.run(encrypted)
        await store.close()
        with pytest.raises(StorageDown, match="certificate verify failed"):
            await open_store(f"{proven}{foreign.certificate}")


async def test_a_server_that_is_away_is_down_and_its_password_stays_secret() -> None:
    with pytest.raises(StorageDown) as down:
        await open_store(f"postgresql://bridge:s3cret@127.0.0.1:{free_port()}/bridge")
    assert "PostgreSQL database bridge cannot be opened now" in str(down.value)
    assert "s3cret" not in repr(down.value)


async def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(StorageRefused, match="mysql is not a database that the bridge knows"):
        await open_store("mysql://127.0.0.1/bridge")


async def test_an_older_version_stops_working_when_a_newer_one_has_taken_the_database(
    postgres_cluster: Postgres,
) -> None:
    with postgres_cluster.fresh_database() as url:
        old = await open_store(url)
        postgres_cluster.sql("UPDATE schema_version SET version_num = '9999'", url.rpartition("/")[2])
        with pytest.raises(StorageDown, match="newer version has taken the database to schema 9999"):
            await old.run(put("a"))
        await old.close()


async def test_many_instances_may_start_at_once_on_one_server(postgres_cluster: Postgres) -> None:
    with postgres_cluster.fresh_database() as url:
        stores: list[Store[Transaction]] = await asyncio.gather(*(open_store(url) for _ in range(4)))
        await stores[0].run(put("a"))
        assert await stores[3].read(keys) == ["a"]
        for store in stores:
            await store.close()
