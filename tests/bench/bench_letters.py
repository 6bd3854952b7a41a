"""How fast a whole bridge sends a letter, against Postfix's smtp-sink, and its peers beside it. Some minutes.

    python -m tests.bench.bench_letters [letters]

From the press to the last 250, the loading of the list with it. Writes its section of docs/performance.md.
"""

import asyncio
import itertools
import multiprocessing
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import aiosmtplib

from bridge.letters.mime import Skeleton, freeze
from tests.bench.bench_sending import (
    BODY,
    CONNECTIONS,
    HEAD,
    SENDER,
    SUBJECT,
    aiosmtplib_each,
    aiosmtplib_kept,
    sink,
    source,
)
from tests.bench.load import processor_seconds
from tests.bench.report import Row, write
from tests.faults.second_relay import rung
from tests.parts import sink as recording
from tests.parts.bridge import Bridge
from tests.parts.ports import free_port
from tests.parts.postfix import Postfix
from tests.parts.postgres import postgres

ROUNDS = 3
FAR = 0.02  # seconds there and back
LOOK = 1.0  # seconds between two looks, so that they cost next to nothing: the record says when it was done
LIST, LONG_LIST = 100_000, 1_000_000
REAL = 2_000  # letters to a real Postfix

Fresh = Callable[[], AbstractContextManager[str]]
"""An empty database's URL, once."""


class Sent(NamedTuple):
    """Letters a second, processor time of the whole bridge for each (µs), and its memory at most (MB)."""

    rate: float
    cpu: float
    memory: float = 0.0


class Peer(NamedTuple):
    """Another sender. `share`: which part of our letters it sends, so that it takes about as long."""

    name: str
    share: int
    send: Callable[[int, int], None]


def peak(pid: int) -> float:
    """Megabytes of memory that a process had at most."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def approving(
    port: int, letters: int, database: str, connections: int, hold: str
) -> Iterator[tuple[Bridge, str]]:
    """A bridge with a ring's link, whose mail server is at this port from now on."""
    with TemporaryDirectory() as home, recording.sink() as ringing:
        running = Bridge(Path(home), ringing, customers=letters, database=database, fresh=True)
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
    """The whole way of a letter, until the record says that its last mail was taken."""
    with approving(port, letters, database, connections, "0s") as (running, link):
        began, used = datetime.now(UTC), processor_seconds(running.pid)
        assert running.approve(link).status_code == 303
        while (notice := running.api("/incidents?limit=1")["incidents"][0]["notices"][-1])["state"] != "sent":
            time.sleep(LOOK)
        cpu, memory = processor_seconds(running.pid) - used, peak(running.pid)
        assert notice["deliveries"] == {"sent": letters} | dict.fromkeys(
            notice["deliveries"].keys() - {"sent"}, 0
        )
        seconds = (datetime.fromisoformat(notice["last_accept_at"]) - began).total_seconds()
    return Sent(letters / seconds, cpu / letters * 1e6, memory)


def beside(port: int, letters: int, fresh: Fresh, peers: Sequence[Peer]) -> tuple[Sent, list[float]]:
    """Ours and each peer's letters a second, all in turn: the medians."""
    ours: list[Sent] = []
    theirs: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(ROUNDS):
        with fresh() as database:
            ours.append(send(port, letters, database))
        for peer in peers:
            began = time.perf_counter()
            peer.send(port, letters // peer.share)
            theirs[peer.name].append(letters // peer.share / (time.perf_counter() - began))
    middle = Sent(*(median(each) for each in zip(*ours, strict=True)))
    return middle, [median(rates) for rates in theirs.values()]


def library(way: Callable[[int, int, Skeleton], Coroutine[None, None, None]], port: int, mails: int) -> None:
    asyncio.run(way(port, mails, freeze(HEAD, SUBJECT, BODY)))


SOURCE = Peer("smtp-source -s10 -d", 1, source)
PEERS = (
    SOURCE,
    Peer("aiosmtplib, ten connections kept", 5, partial(library, aiosmtplib_kept)),
    Peer("aiosmtplib.send for each mail", 10, partial(library, aiosmtplib_each)),
)


@contextmanager
def real_postfix() -> Iterator[int]:
    """Its port. It keeps each mail on disk, and then discards it."""
    with TemporaryDirectory() as folder, recording.sink() as unused:
        home = Path(folder)
        home.chmod(0o755)  # the parts of it that run as the user postfix must get there
        relay = Postfix(home, unused)
        with (home / "config" / "main.cf").open("a") as settings:
            settings.write("relayhost =\ndefault_transport = discard:\n")
            settings.write("smtpd_recipient_restrictions = permit_mynetworks, reject\n")
        relay.start()
        try:
            yield relay.port
        finally:
            relay.close()


@contextmanager
def far(port: int, at_most: int = 1000) -> Iterator[int]:
    """The port of a proxy behind which a server is as far away as `FAR`. One more connection than that is refused."""
    front = free_port()
    server = partial(_far, front, port, at_most)
    process = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(server()))
    process.start()
    time.sleep(1)
    try:
        yield front
    finally:
        process.kill()


async def _far(front: int, port: int, at_most: int) -> None:
    connected = 0

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        later = asyncio.get_running_loop().call_later
        with suppress(OSError):
            while data := await reader.read(65536):
                later(FAR / 2, writer.write, data)
        later(FAR / 2, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connected
        if connected >= at_most:
            writer.write(b"421 4.7.0 Too many connections\r\n")
            writer.close()
            return
        connected += 1
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, to_writer), carry(to_reader, writer))
        connected -= 1

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


def where_two_are_allowed() -> tuple[float, float]:
    """Ours at a relay 20 ms away that takes two connections: with ten configured, and with two."""
    ten, two = [], []
    with sink() as near, far(near, at_most=2) as port:
        for _ in range(ROUNDS):
            ten.append(send(port, 300, "sqlite", 10).rate)
            two.append(send(port, 300, "sqlite", 2).rate)
    return median(ten), median(two)


class Loaded(NamedTuple):
    """`seconds`: from the end of the hold to the first letters. Megabytes before the press, and by how many more."""

    seconds: float
    idle: float
    growth: float


def loading(letters: int, hold: str) -> Loaded:
    with sink() as port, approving(port, letters, "sqlite", CONNECTIONS, hold) as (running, link):
        before = peak(running.pid)
        assert running.approve(link).status_code == 303
        due = datetime.fromisoformat(running.incident()["notices"][-1]["send_at"])
        time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
        while running.incident()["notices"][-1]["state"] == "approved":
            time.sleep(0.02)
        return Loaded((datetime.now(UTC) - due).total_seconds(), before, peak(running.pid) - before)


def near_rows(letters: int) -> Iterator[Row]:
    """A server on this machine: the sink beside every peer, then a real one."""
    with postgres() as server, sink() as port:
        for name, fresh, peers, goals in (
            ("SQLite", partial(nullcontext, "sqlite"), PEERS, ("≥ 0.45, ≤ 130 µs", "≥ 1.7", "≥ 4.5")),
            ("PostgreSQL", server.fresh_database, (SOURCE,), ("≥ 0.2",)),
        ):
            ours, theirs = beside(port, letters, fresh, peers)
            told = f"{ours.rate:,.0f}/s, {ours.cpu:.0f} µs"
            for peer, rate, goal in zip(peers, theirs, goals, strict=True):
                what = f"{letters:,} letters, {CONNECTIONS} connections, {name} / {peer.name}"
                yield Row(what, told, f"{rate:,.0f}/s", f"{ours.rate / rate:.2f}", goal)
            what = f"{name}: memory of the whole process then, at most"
            yield Row(what, f"{ours.memory:.0f} MB", goal="≤ 110 MB")
    with real_postfix() as port:
        ours, (rate,) = beside(port, REAL, partial(nullcontext, "sqlite"), (SOURCE,))
        what = f"{REAL:,} letters, a real Postfix / {SOURCE.name}"
        yield Row(what, f"{ours.rate:,.0f}/s", f"{rate:,.0f}/s", f"{ours.rate / rate:.2f}", "≥ 1.1")


def far_rows() -> Iterator[Row]:
    for connections in (4, 10):
        mine, other = beside_aiosmtplib(connections)
        what = f"a relay 20 ms away, {connections} connections / aiosmtplib, kept"
        yield Row(what, f"{mine:.0f}/s", f"{other:.0f}/s", f"{mine / other:.1f} ×", "≥ 3.5 ×")
    ten, two = where_two_are_allowed()
    what = "the same, which allows two connections: ten configured / two"
    yield Row(what, f"{ten:.0f}/s", f"{two:.0f}/s", f"{ten / two:.2f}", "≥ 0.8")


def list_rows() -> Iterator[Row]:
    for letters, hold, seconds, memory in (
        (LIST, "30s", "≤ 1.0 s", ""),
        (LONG_LIST, "60s", "≤ 15 s", "≤ 160 MB"),
    ):
        loaded = loading(letters, hold)
        what = f"{letters:,} recipients, SQLite: from the end of a hold of {hold} to the first letter"
        yield Row(what, f"{loaded.seconds:.1f} s", goal=seconds)
        if memory:
            whole = f"{loaded.idle + loaded.growth:.0f} MB"
            yield Row("memory of the whole process then, at most", whole, goal=memory)
        else:
            yield Row(
                "memory of a process without letters, at most", f"{loaded.idle:.0f} MB", goal="≤ 110 MB"
            )
            yield Row("memory that the list took at most", f"{loaded.growth:.0f} MB", goal="≤ 20 MB")


def main() -> None:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    why = (
        "From the press to the last 250, the loading of the list with it. The peers are Postfix's smtp-source, in C, "
        "whose mails are neither personal nor durable, and aiosmtplib, whose mails are not durable."
    )
    write("Letters", why, list(itertools.chain(near_rows(letters), far_rows(), list_rows())))


if __name__ == "__main__":
    main()
