"""A bridge whose rings have a second way out, and what it says of its mail servers."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.parts.bridge import MARUYAMA, Bridge, link_in
from tests.parts.sink import Sink, sink


@contextlib.contextmanager
def with_fallback(home: Path, first: Sink, customers: int = 5, **smtp: Any) -> Iterator[tuple[Bridge, Sink]]:
    """A started bridge that mails through `first`, and the second mail server for its rings: two in a second."""
    with sink() as second:
        made = Bridge(home, first, customers=customers)
        made.config["escalations"]["shop"] |= {"remind_at": ["0s", "1s", "15m"]}
        made.config["smtp"] |= smtp
        made.config["smtp"]["fallback"] = {"host": "127.0.0.1", "port": second.port, "security": "none"}
        try:
            made.start()
            yield made, second
        finally:
            made.close()


def up(running: Bridge, lane: str) -> float:
    """`bridge_smtp_up` of one lane."""
    found = [
        line for line in running.get("/metrics").text.splitlines() if f'smtp_up{{lane="{lane}"}}' in line
    ]
    return float(found[0].split()[1])


def rung(running: Bridge, server: Sink) -> str:
    """An alert fires; the link of the ring that arrives at this server."""
    assert running.alert().status_code == 200
    return link_in(server.wait_for(MARUYAMA)[0])


def single(running: Bridge, notice: str | None = None) -> dict[str, dict[str, Any]]:
    """Every delivery of a letter by its recipient; without its id, of the newest incident's newest."""
    notice = notice or running.incident()["notices"][-1]["id"]
    return {one["recipient"]: one for one in running.api(f"/notices/{notice}/deliveries")["deliveries"]}
