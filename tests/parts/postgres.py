"""A scratch PostgreSQL cluster of Debian's package: trust authentication, a free port, gone afterwards."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from tests.parts.ports import free_port
from tests.parts.programs import installed, open_folder
from tests.parts.waiting import until

Mode = Literal["smart", "fast", "immediate"]
USER = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root


class Postgres:
    """One cluster in the empty folder `home`."""

    def __init__(self, home: Path) -> None:
        newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self.pg_ctl = installed("pg_ctl", *newest_first)
        self.home = home
        self.data = home / "data"
        self.port = free_port()
        self._user = USER
        self._names = (f"bridge_{number}" for number in count(1))
        self._run(
            "initdb",
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-D",
            self.data,
        )

    @property
    def running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def start(self) -> None:
        # What a killed server had committed is in the kernel's hands: only a power cut would need fsync.
        options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-w", "-D", self.data, "-l", self.home / "log", "-o", options, "start")

    def stop(self, mode: Mode = "fast") -> None:
        """`immediate` is a crash: no checkpoint, every connection cut."""
        self._run("pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def promote(self) -> None:
        """A standby becomes the primary, on a timeline of its own."""
        self._run("pg_ctl", "-w", "-D", self.data, "promote")

    def follow(self, primary: "Postgres") -> None:
        """In place of its own data, a copy of that server's, which it goes on to follow as a standby."""
        shutil.rmtree(self.data)
        source = ("-h", "127.0.0.1", "-p", primary.port, "-U", "postgres")
        self._run("pg_basebackup", *source, "-D", self.data, "-R", "-X", "stream", "-c", "fast")

    def restart(self, mode: Mode = "fast") -> None:
        self.stop(mode)
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, no process of the server runs, as on a machine that is paused: connections stay, silent."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        stopped: list[int] = []
        # The first stops the birth of others. The list may lack some while one of them ends or begins: look again.
        while missed := [pid for pid in (main, *_children(main)) if pid not in stopped]:
            for pid in missed:
                os.kill(pid, signal.SIGSTOP)
                until(partial(_runs_no_more, pid), 5, "a process of the server has stopped")
            stopped += missed
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The URL of an empty database, dropped afterwards, whoever is still connected."""
        name = next(self._names)
        self._admin(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self.url(name)
        finally:
            self._admin(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _admin(self, statement: sql.Composed) -> None:
        """One statement about databases, without the start of a psql for it."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What psql prints for one statement, unaligned; run as the superuser."""
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", statement)

    def _run(self, program: str, *words: object) -> str:
        done = subprocess.run(
            [str(self.pg_ctl.parent / program), *map(str, words)],
            user=self._user,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}"
        return done.stdout


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A started cluster."""
    with open_folder(USER) as home:
        cluster = Postgres(home)
        cluster.start()
        try:
            yield cluster
        finally:
            if cluster.running:
                cluster.stop("immediate")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs_no_more(pid: int) -> bool:
    """Stopped, or ended and not yet missed by its parent."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("T", "Z")
