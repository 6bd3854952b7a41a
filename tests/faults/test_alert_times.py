"""Alerts whose clocks are wrong, or whose zone has no such hour."""

from pathlib import Path
from typing import Any

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, bridge, link_in
from tests.parts.sink import Sink

STRANGE_TIMES: dict[str, dict[str, Any]] = {
    "in 1970": {"startsAt": "1970-01-01T00:00:00Z"},
    "in the future": {"startsAt": "2126-01-01T00:00:00Z"},
    "no start": {"startsAt": "0001-01-01T00:00:00Z"},
    "ends before it starts": {"startsAt": "2026-11-20T17:10:00Z", "endsAt": "2026-11-20T16:10:00Z"},
    "a leap second": {"startsAt": "2016-12-31T23:59:60Z"},
    "in a summer that sprang forward": {"startsAt": "2026-03-08T02:30:00-05:00"},
    "nanoseconds": {"startsAt": "2026-11-20T17:10:00.123456789+09:00"},
    "far east": {"startsAt": "2026-11-20T17:10:00+14:00"},
}


def test_strange_times_of_alerts_are_never_an_error_of_ours(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        running.config["timezone"] = "America/New_York"
        assert running.reload().status_code == 200
        for name, times in STRANGE_TIMES.items():
            answer = running.alert({**alert(name), **times})
            assert answer.status_code in (200, 400), (name, answer.text)
        assert running.alert().status_code == 200
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        assert running.get(link).status_code == 200
