"""From the alert to the ring, beside peers on the same machine. Bounded: some two minutes.

    python -m tests.bench.bench_alerts [rings] [intake] [postgresql] [big] [old]

All of it writes its section of docs/performance.md.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.bench.load import Measured, get, measure, post
from tests.bench.old_record import fill
from tests.bench.report import Row, write
from tests.faults.story import add_services, firing
from tests.parts.alerts import alert, payload
from tests.parts.bridge import MARUYAMA, Bridge, bridge
from tests.parts.ports import answers, free_port
from tests.parts.postgres import postgres
from tests.parts.programs import Program, installed
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until

RINGS = 15
WHY = (
    "Posts to the webhook over loopback, SQLite. The peer of the intake is a route of FastAPI and pydantic that "
    "stores nothing; that of the rings is Alertmanager, which mails by itself; that of an old record is the same "
    "bridge before it had one."
)


@contextmanager
def services(home: Path, mails: Sink, count: int) -> Iterator[tuple[Bridge, list[str]]]:
    """A bridge of so many services, which share a list."""
    running = Bridge(home, mails)
    names = add_services(running.config, count)
    try:
        running.start(60)
        yield running, names
    finally:
        running.close()


@contextmanager
def plain_route(home: Path) -> Iterator[tuple[int, int]]:
    """Port and process of the peer."""
    port = free_port()
    program = Program(
        [sys.executable, "-m", "tests.bench.plain_route", str(port)], home / "plain.log", cwd=Path.cwd()
    )
    try:
        program.start(lambda: answers(f"http://127.0.0.1:{port}/openapi.json"), 20)
        assert program.process
        yield port, program.process.pid
    finally:
        program.stop()


@contextmanager
def mailing_alertmanager(home: Path, mails: Sink) -> Iterator[str]:
    """An Alertmanager that mails the on-call itself; its URL."""
    port = free_port()
    to = {"to": MARUYAMA, "require_tls": False, "send_resolved": False}
    config = {
        "global": {
            "smtp_smarthost": f"127.0.0.1:{mails.port}",
            "smtp_from": "am@example.jp",
            "smtp_hello": "localhost",
        },
        "route": {"receiver": "oncall", "group_by": ["service"], "group_wait": "0s"},
        "receivers": [{"name": "oncall", "email_configs": [to]}],
    }  # fmt: skip
    (home / "am.yml").write_text(yaml.safe_dump(config))
    words = [
        installed("prometheus-alertmanager"),
        f"--config.file={home / 'am.yml'}",
        f"--storage.path={home / 'am'}",
    ]
    words += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    program = Program(words, home / "am.log", cwd=home)
    try:
        program.start(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), 30)
        yield f"http://127.0.0.1:{port}/api/v2/alerts"
    finally:
        program.stop()


def ring_times(mails: Sink, posts: list[tuple[str, Any]]) -> float:
    """The median of the milliseconds from each post to its mail; one after the other, so that the machine is idle."""
    waits = []
    with httpx.Client(timeout=30) as client:
        for url, body in posts:
            seen, began = len(mails.mails), time.perf_counter()
            client.post(url, **body).raise_for_status()
            while len(mails.mails) == seen:
                time.sleep(0.0002)
            waits.append((time.perf_counter() - began) * 1e3)
            time.sleep(0.3)  # bench only: let the lane come to rest
    return statistics.median(waits[1:])


def to_bridge(running: Bridge, names: list[str]) -> list[tuple[str, Any]]:
    headers = {"Authorization": "Bearer alert-secret"}
    url = running.url + "/webhooks/alertmanager"
    return [(url, {"json": payload(firing(name)), "headers": headers}) for name in names[:RINGS]]


def rings(home: Path) -> list[Row]:
    with sink() as mails, mailing_alertmanager(home, mails) as url:
        labels = [{"alertname": "LoginErrors", "service": f"s{n}"} for n in range(RINGS)]
        theirs = ring_times(mails, [(url, {"json": [{"labels": each}]}) for each in labels])
    rows = []
    for count, goal in ((40, "≤ 15 ms"), (1000, "≤ 25 ms")):
        (home / str(count)).mkdir()
        with sink() as mails, services(home / str(count), mails, count) as (running, names):
            ours = ring_times(mails, to_bridge(running, names))
        peer, ratio = f"{theirs:.1f} ms", f"{ours / theirs:.1f} ×"
        rows.append(
            Row(
                f"POST to ring, idle, {count} services / Alertmanager's own mail",
                f"{ours:.1f} ms",
                peer,
                ratio,
                goal,
            )
        )
    return rows


def intake(home: Path, posts: int = 2_000, database: str = "sqlite") -> list[Row]:
    rows = []
    with ExitStack() as open_:
        mails = open_.enter_context(sink())
        running = open_.enter_context(bridge(home, mails, database=database))
        plain, plain_pid = open_.enter_context(plain_route(home))
        running.alert()
        numbers = iter(range(10_000_000))

        def new(count: int) -> bytes:
            return post(*(alert(instance=f"web-{next(numbers)}") for _ in range(count)))

        same, ten = (
            [post(alert())] * posts,
            [post(*(alert(instance=f"w{n}") for n in range(10)))] * (posts // 4),
        )
        cases: list[tuple[str, list[bytes], str]] = [
            ("one alert, repeated", same, "≥ 0.8"),
            ("one alert, always new", [new(1) for _ in range(posts // 2)], "≥ 0.4"),
            ("ten alerts, repeated", ten, "≥ 0.4"),
            ("ten alerts, always new", [new(10) for _ in range(posts // 4)], "≥ 0.2"),
        ]
        more = [new(50) for _ in range((10_000 - posts * 3) // 50)]
        for what, requests, goal in cases:
            rows.append(
                beside(
                    what,
                    measure(plain_pid, plain, requests),
                    measure(running.pid, running.port, requests),
                    goal,
                )
            )
        measure(running.pid, running.port, more, 4)
        again = [new(1) for _ in range(posts // 2)]
        rows.append(
            beside(
                "one alert, always new, the incident has 10,000",
                measure(plain_pid, plain, again),
                measure(running.pid, running.port, again),
                "≥ 0.4",
            )
        )
    return rows


def beside(what: str, theirs: Measured, ours: Measured, goal: str) -> Row:
    def told(one: Measured) -> str:
        return f"{one.rate:,.0f}/s, {one.cpu:,.0f} µs"

    return Row(
        f"intake, 32 connections: {what}", told(ours), told(theirs), f"{ours.rate / theirs.rate:.2f}", goal
    )


def one_big_post(home: Path) -> list[Row]:
    with sink() as mails, services(home, mails, 1000) as (running, names):
        began = time.perf_counter()
        with httpx.Client(timeout=300) as client:
            url, told = to_bridge(running, names)[0]
            client.post(url, json=payload(*map(firing, names)), headers=told["headers"]).raise_for_status()
        answered, out = time.perf_counter() - began, len(mails.mails)
        until(lambda: len(mails.mails) >= 1000, 300, "a thousand rings")
        last = time.perf_counter() - began
    return [
        Row("one post, 1,000 alerts of 1,000 services: answered", f"{answered:.1f} s", goal="≤ 2 s"),
        Row("rings that were out by then", f"{out}"),
        Row("its last ring", f"{last:.1f} s", goal="≤ 8 s"),
    ]


def old_record(home: Path, letters: int = 1_000_000) -> list[Row]:
    """What a record of ten thousand incidents costs, beside the same bridge before it had it."""
    with sink() as mails, bridge(home, mails) as running:
        asked = {"/metrics": [get("/metrics")] * 40, "API list": [get("/api/v1/incidents?limit=50")] * 20}
        asked["webhook, again"] = [post(alert())] * 200
        running.alert()
        mails.wait_for(MARUYAMA)
        empty = {what: measure(running.pid, running.port, requests, 1) for what, requests in asked.items()}
        running.stop()
        fill(home / "data" / "bridge.sqlite3", 10_000, letters)
        running.start(120)
        full = {what: measure(running.pid, running.port, requests, 1) for what, requests in asked.items()}
    goals = {"/metrics": "≤ 5 ms", "API list": "≤ 20 ms", "webhook, again": "1 ± 0.2"}
    return [
        Row(
            f"{what}, {letters:,} sent rows and 10,000 old incidents / none",
            f"{full[what].median:.1f} ms",
            f"{empty[what].median:.1f} ms",
            f"{full[what].median / empty[what].median:.2f} ×",
            goals[what],
        )
        for what in asked
    ]


def intake_on_postgresql(home: Path) -> list[Row]:
    with postgres() as server, server.fresh_database() as url:
        return [replace(row, what=f"PostgreSQL, {row.what}") for row in intake(home, database=url)]


PARTS = {
    "rings": rings,
    "intake": intake,
    "postgresql": intake_on_postgresql,
    "big": one_big_post,
    "old": old_record,
}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    rows: list[Row] = []
    for name in wanted:
        with tempfile.TemporaryDirectory() as home:
            found = PARTS[name](Path(home))
        for row in found:
            print(
                *(each for each in (row.what, row.ours, row.peer, row.ratio) if each), sep=" | ", flush=True
            )
        rows += found
    if len(wanted) == len(PARTS):
        write("From the alert to the ring", WHY, rows)


if __name__ == "__main__":
    main()
