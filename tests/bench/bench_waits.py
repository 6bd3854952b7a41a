"""How long people wait when something is wrong, in seconds, beside the longest that is promised. About two minutes.

    python -m tests.bench.bench_waits

Figures for a quiet machine. The tests in tests/faults show that each of these comes to its end.
"""

import asyncio
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from bridge.errors import StorageDown
from bridge.store.dialect import Transaction
from bridge.store.store import Store
from tests.faults.test_alerts_storm import body, post_all
from tests.faults.test_instances_together import instances
from tests.faults.test_storage_sqlite import another_process
from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.databases import Database
from tests.parts.postgres import postgres
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until
from tests.store.acknowledging import open_store
from tests.store.test_store import put


def report(what: str, promised: float, began: float) -> None:
    print(f"{what:60} {time.monotonic() - began:6.1f} s of {promised:g} s")


def silent(at: str) -> Rules:
    def reply(stage: str, _session: Session) -> Fault | None:
        return Fault(after=60) if stage == at else None

    return Rules(reply=reply)


def approved(running: Bridge, mails: Sink, rules: Rules) -> None:
    """An alert whose letter is approved, and a mail server that from then on does as `rules` say."""
    running.alert()
    link = link_in(mails.wait_for(MARUYAMA)[0])
    mails.rules = rules
    running.approve(link)


def takeover(home: Path) -> None:
    with (
        postgres() as server,
        server.fresh_database() as url,
        sink() as mails,
        instances(home, mails, Database(url, home / "data"), 2, customers=8) as (one, other),
    ):
        other.signal(signal.SIGSTOP)  # so that the first has everything
        approved(one, mails, silent("MAIL"))
        until(lambda: one.deliveries()["sending"] == 8, 10, "all are claimed")
        other.signal(signal.SIGCONT)
        until(lambda: other.ready, 10, "the other is awake")
        one.kill()
        began = time.monotonic()
        mails.rules = Rules()
        mails.wait_for_every(one.customers, 60)
        report("killed with claims, another instance has sent all", 15, began)


def stopped_amid_silence(home: Path) -> None:
    with sink() as mails, bridge(home, mails) as running:
        approved(running, mails, silent("DOT"))
        until(lambda: running.deliveries()["sending"], 10, "letters are under way")
        began = time.monotonic()
        running.stop()
        report("SIGTERM, the mail server never answers", 10, began)


def frozen_database(home: Path) -> None:
    with (
        postgres() as server,
        sink() as mails,
        bridge(home, mails, database=server.url()) as running,
        server.frozen(),
    ):
        began = time.monotonic()
        running.alert()
        report("PostgreSQL frozen, a webhook is answered 503", 8, began)
        began = time.monotonic()
        running.stop()
        report("PostgreSQL frozen, SIGTERM", 10, began)


def locked_file(home: Path) -> None:
    async def ask() -> None:
        store: Store[Transaction] = await open_store(f"sqlite:///{home / 'bridge.sqlite3'}")
        with another_process(home / "bridge.sqlite3", "BEGIN IMMEDIATE"):
            began = time.monotonic()
            units: list[Coroutine[Any, Any, None]] = [store.run(put(f"{n}")) for n in range(20)]
            answers = await asyncio.gather(*units, return_exceptions=True)
            assert all(isinstance(answer, StorageDown) for answer in answers)
            report("SQLite locked by another process, units are refused", 5, began)
        await store.close()

    asyncio.run(ask())


def storm(home: Path) -> None:
    """A thousand posts of a hundred alerts."""
    bodies = [body(*(alert(f"A{n}", instance=f"web-{p}") for n in range(100))) for p in range(1000)]
    with sink() as mails, bridge(home, mails) as running, ThreadPoolExecutor(1) as pool:
        over = threading.Event()
        slowest = pool.submit(_slowest, running, over)
        began = time.monotonic()
        post_all(running, bodies)
        over.set()
        print(f"{'100 000 alerts are taken':60} {time.monotonic() - began:6.1f} s")
        print(f"{'the slowest /healthz meanwhile':60} {slowest.result():6.1f} s of 3 s")


def _slowest(running: Bridge, over: threading.Event) -> float:
    slowest = 0.0
    with httpx.Client(timeout=30) as client:
        while not over.wait(0.1):
            slowest = max(slowest, client.get(running.url + "/healthz").elapsed.total_seconds())
    return slowest


def main() -> None:
    waits: list[Callable[[Path], None]] = [
        takeover,
        stopped_amid_silence,
        frozen_database,
        locked_file,
        storm,
    ]
    for measure in waits:
        with tempfile.TemporaryDirectory() as home:
            measure(Path(home))


if __name__ == "__main__":
    main()
