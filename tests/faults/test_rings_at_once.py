"""Hundreds of incidents begin in the same moment: each is rung about, once, and none waits long for its turn."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.story import add_services, firing, rings
from tests.parts.bridge import Bridge, link_in
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.waiting import until


def rung_within(running: Bridge, seconds: float) -> int:
    """How many rings were at most so late, of `bridge_ring_lateness_seconds`."""
    found = re.search(
        rf'^bridge_ring_lateness_seconds_bucket{{le="{seconds}"}} (\d+)', running.get("/metrics").text, re.M
    )
    assert found
    return int(float(found[1]))


@pytest.mark.parametrize("database, incidents", [("sqlite", 200), ("postgresql", 100)], indirect=["database"])
def test_hundreds_of_rings_due_at_once_ring_once_each(
    tmp_path: Path, mail_server: Sink, database: Database, incidents: int, kill_rounds: int
) -> None:
    """Five hundred in `make soak`."""
    incidents = 500 if kill_rounds >= 200 else incidents
    running = Bridge(tmp_path, mail_server, database=database.setting)
    services = add_services(running.config, incidents)
    try:
        running.start(60)
        assert running.alert(*map(firing, services)).status_code == 200
        until(lambda: len(rings(mail_server)) >= incidents, 90, "everybody is rung")
        rung = rings(mail_server)
        assert Counter(mail.subject for mail in rung).most_common(1)[0][1] == 1
        assert len({link_in(mail) for mail in rung}) == len(rung) == incidents
        assert rung_within(running, 60.0) == incidents
    finally:
        running.close()
