"""The revisions make exactly the tables of tables.py, and refuse what is not theirs."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bridge.cli.main import main
from bridge.errors import StorageRefused
from bridge.store.dialect import VERSION_TABLE
from bridge.store.migrations import newest, step_by_step
from bridge.store.open_database import open_database
from bridge.store.tables import metadata
from tests.parts.bridge import configuration

T = TypeVar("T")

_SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%schema_version%'",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'schema_version'
        UNION ALL SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'schema_version'::regclass
        UNION ALL SELECT table_name || '.' || column_name,
        concat_ws(' ', ordinal_position, data_type, is_nullable, column_default, is_identity)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_version'
    """,
}


def on(url: str, work: Callable[[Connection], T]) -> T:
    """Opens (and so migrates) the database, and does something to it in one transaction."""
    database = open_database(url)
    try:
        with database.engine.connect().execution_options(purpose="migrate") as connection, connection.begin():
            return work(connection)
    finally:
        database.close()


def schema(connection: Connection) -> dict[str, list[str]]:
    """Each object's definition, as words in any order: that of constraints means nothing."""
    rows = connection.exec_driver_sql(_SCHEMA[connection.dialect.name])
    return {name: sorted(re.findall(r'[^\s,()"]+', str(definition))) for name, definition in rows}


def say(statement: str) -> Callable[[Connection], object]:
    return lambda connection: connection.exec_driver_sql(statement)


def test_alembic_sees_no_difference_between_tables_and_revisions(database_url: str) -> None:
    def differences(connection: Connection) -> object:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE schema_version")
        step_by_step(connection)
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return compare_metadata(context, metadata)

    assert on(database_url, differences) == []


def test_the_revisions_make_exactly_the_tables_down_to_the_conditions_of_indexes(database_url: str) -> None:
    def made_again(connection: Connection) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        created = schema(connection)
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE schema_version")
        step_by_step(connection)
        return created, schema(connection)

    by_tables, by_revisions = on(database_url, made_again)
    assert by_revisions == by_tables


def test_the_file_of_a_step_is_named_after_the_schema_that_it_makes(database_url: str) -> None:
    def stepped(connection: Connection) -> str | None:
        connection.exec_driver_sql("DROP TABLE schema_version")
        metadata.drop_all(connection)
        step_by_step(connection)
        return MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE}
        ).get_current_revision()

    assert on(database_url, stepped) == newest()


def test_a_command_imports_neither_the_driver_nor_the_steps_that_it_does_not_need(tmp_path: Path) -> None:
    code = (
        "import sys; from bridge.store.open_database import open_database\n"
        f"for _ in range(2): open_database('sqlite:///{tmp_path}/bridge.sqlite3').close()\n"
        "print(sorted({'alembic', 'psycopg'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_opening_says_from_which_schema_to_which(database_url: str) -> None:
    first = open_database(database_url)
    first.close()
    second = open_database(database_url)
    second.close()
    assert first.migrated.before is None
    assert second.migrated.before == second.migrated.after == first.migrated.after


@pytest.mark.parametrize(
    "change, words",
    [
        ("UPDATE schema_version SET version_num = '9999'", "schema 9999, of a newer version"),
        ("DROP TABLE schema_version", "holds tables of our names, but no schema version"),
        ("DROP TABLE ignored", "ignored.at, ignored.count"),
        ("ALTER TABLE incidents RENAME COLUMN service TO served", "incidents.service is missing"),
    ],
)
def test_a_schema_that_this_version_cannot_use_is_refused(database_url: str, change: str, words: str) -> None:
    on(database_url, say(change))
    with pytest.raises(StorageRefused, match=words) as refused:
        open_database(database_url)
    assert database_url.rpartition("/")[2] in str(refused.value)


def test_a_database_of_an_older_version_is_brought_up_to_date(database_url: str) -> None:
    def back_to_the_beginning(connection: Connection) -> None:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DELETE FROM schema_version")

    on(database_url, back_to_the_beginning)
    tables = on(database_url, lambda connection: inspect(connection).get_table_names())
    assert set(tables) > set(metadata.tables)


def test_tables_of_others_in_the_same_database_are_left_alone(database_url: str) -> None:
    on(database_url, say("CREATE TABLE theirs (id integer)"))
    assert "theirs" in str(on(database_url, schema))


def test_the_command_says_from_which_schema_to_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    for token in ("alert.token", "api.token"):
        (tmp_path / token).write_text("secret\n")
    url = "sqlite" if database_url.startswith("sqlite") else database_url
    path = tmp_path / "bridge.yaml"
    path.write_text(json.dumps(configuration(tmp_path, 8080, 2525, url)))
    command = ["migrate", "--config", str(path)]
    assert [main(command), main(command)] == [0, 0]
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("schema nothing -> ")
    assert second.endswith(": nothing to do")


def test_a_new_revision_is_empty_while_tables_and_revisions_agree(tmp_path: Path) -> None:
    """The developer's command runs, and finds nothing to do."""
    copy = tmp_path / "bridge"
    subprocess.run(["cp", "-r", Path(__file__).parents[2] / "bridge", copy], check=True)
    subprocess.run(
        [sys.executable, "-m", "bridge.store.migrations.new", "Nothing"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
    )
    newest = sorted((copy / "store/migrations/versions").glob("*.py"))[-1]
    assert newest.name.endswith("_nothing.py")
    assert "op." not in newest.read_text().partition("def upgrade")[2]
