"""How fast a whole bridge sends a letter, against Postfix's smtp-sink, and its peers beside it. Some minutes.

    python -m tests.bench.bench_letters [letters]

From the press to the last 250, the loading of the list with it. Writes its section of docs/performance.md.
"""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import aiosmtplib

from tests.bench.bench_sending import CONNECTIONS, SENDER, sink, source
from tests.bench.load import processor_seconds
from tests.bench.report import Row, write
from tests.faults.second_relay import rung
from tests.parts.bridge import Bridge
from tests.parts.ports import free_port
from tests.parts.postgres import postgres
from tests.parts.sink import Sink

ROUNDS = 3
FAR = 0.02  # seconds there and back
LOOK = 0.2  # seconds between two looks, so that they cost next to nothing
LIST = 100_000

Fresh = Callable[[], AbstractContextManager[str]]
"""An empty database's URL, once."""


class Sent(NamedTuple):
    """Letters a second, and processor time of the whole bridge for each (µs)."""

    rate: float
    cpu: float


def peak(pid: int) -> float:
    """Megabytes of memory that a process had at most."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def approving(
    port: int, letters: int, database: str, connections: int, hold: str
) -> Iterator[tuple[Bridge, str]]:
    """A bridge with a ring's link, whose mail server is at this port from now on."""
    with TemporaryDirectory() as home:
        ringing = Sink()
        running = Bridge(Path(home), ringing, customers=letters, database=database)
        running.config["smtp"]["connections"] = connections
        running.config["policy"]["hold"] = hold
        running.start()
        try:
            link = rung(running, ringing)
            running.get(link)  # its page is compiled once in the life of a bridge
            ringing.refuse_connections()
            running.config["smtp"]["port"] = port
            running.write_config()
            running.reload()
            yield running, link
        finally:
            running.close()


def send(port: int, letters: int, database: str, connections: int = CONNECTIONS) -> Sent:
    with approving(port, letters, database, connections, "0s") as (running, link):
        began, used = time.perf_counter(), processor_seconds(running.pid)
        assert running.approve(link).status_code == 303
        while running.deliveries().get("sent") != letters:
            time.sleep(LOOK)
        seconds, cpu = time.perf_counter() - began, processor_seconds(running.pid) - used
    return Sent(letters / seconds, cpu / letters * 1e6)


def beside_source(letters: int, fresh: Fresh) -> tuple[Sent, float]:
    """Ours and smtp-source's letters a second in turn: the medians."""
    ours, theirs = [], []
    with sink() as port:
        for _ in range(ROUNDS):
            with fresh() as database:
                ours.append(send(port, letters, database))
            began = time.perf_counter()
            source(port, letters)
            theirs.append(letters / (time.perf_counter() - began))
    return Sent(median(each.rate for each in ours), median(each.cpu for each in ours)), median(theirs)


@contextmanager
def far(port: int) -> Iterator[int]:
    """The port of a proxy behind which a server is as far away as `FAR`."""
    front = free_port()
    process = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(_far(front, port)))
    process.start()
    time.sleep(1)
    try:
        yield front
    finally:
        process.kill()


async def _far(front: int, port: int) -> None:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        later = asyncio.get_running_loop().call_later
        with suppress(OSError):
            while data := await reader.read(65536):
                later(FAR / 2, writer.write, data)
        later(FAR / 2, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, to_writer), carry(to_reader, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", front) as server:
        await server.serve_forever()


async def kept(port: int, mails: int, connections: int) -> None:
    """aiosmtplib over connections that are kept."""
    numbers = iter(range(mails))

    async def worker() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for n in numbers:
                await client.sendmail(SENDER, [f"customer{n}@example.jp"], b"Subject: x\r\n\r\n" + b"x" * 76)

    await asyncio.gather(*(worker() for _ in range(connections)))


def beside_aiosmtplib(connections: int) -> tuple[float, float]:
    ours, theirs = [], []
    with sink() as near, far(near) as port:
        for _ in range(ROUNDS):
            ours.append(send(port, 150 * connections, "sqlite", connections).rate)
            began = time.perf_counter()
            asyncio.run(kept(port, 20 * connections, connections))
            theirs.append(20 * connections / (time.perf_counter() - began))
    return median(ours), median(theirs)


def loading(database: str) -> tuple[float, float]:
    """Seconds from the end of the hold to the first letters, and megabytes by which memory grew."""
    with sink() as port, approving(port, LIST, database, CONNECTIONS, "30s") as (running, link):
        before = peak(running.pid)
        assert running.approve(link).status_code == 303
        due = datetime.fromisoformat(running.incident()["notices"][-1]["send_at"])
        time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
        while running.incident()["notices"][-1]["state"] == "approved":
            time.sleep(0.02)
        return (datetime.now(UTC) - due).total_seconds(), peak(running.pid) - before


def main() -> None:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rows = []
    with postgres() as server:
        for name, fresh, goal in (
            ("SQLite", partial(nullcontext, "sqlite"), "≥ 0.45, ≤ 130 µs"),
            ("PostgreSQL", server.fresh_database, "≥ 0.2"),
        ):
            ours, theirs = beside_source(letters, fresh)
            told = f"{ours.rate:,.0f}/s, {ours.cpu:.0f} µs"
            what = f"{letters:,} letters, {CONNECTIONS} connections, {name} / smtp-source -s10 -d"
            rows.append(Row(what, told, f"{theirs:,.0f}/s", f"{ours.rate / theirs:.2f}", goal))
    for connections in (4, 10):
        mine, other = beside_aiosmtplib(connections)
        what = f"a relay 20 ms away, {connections} connections / aiosmtplib, kept"
        rows.append(Row(what, f"{mine:.0f}/s", f"{other:.0f}/s", f"{mine / other:.1f} ×", "≥ 3.5 ×"))
    seconds, growth = loading("sqlite")
    rows.append(
        Row(
            f"{LIST:,} recipients, SQLite: from the end of the hold to the first letter",
            f"{seconds:.1f} s",
            goal="≤ 1.0 s",
        )
    )
    rows.append(Row("memory that this took at most", f"{growth:.0f} MB", goal="≤ 20 MB"))

    why = (
        "From the press to the last 250, the loading of the list with it. The peers are Postfix's smtp-source, in C, "
        "whose mails are neither personal nor durable, and aiosmtplib with a short mail."
    )
    write("Letters", why, rows)


if __name__ == "__main__":
    main()
