"""The whole bridge before a mail server that has a pace, few connections, or something against us."""

import threading
import time
from pathlib import Path

from tests.faults.second_relay import rung, single, up
from tests.faults.story import add_services, copies, firing, letters, name_of
from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge, link_in
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session
from tests.parts.waiting import until

ONCALL = {MARUYAMA, SATO}
THROTTLED = b"454 Throttling failure: Maximum sending rate exceeded."


def to_customer(session: Session) -> bool:
    return bool(session.to) and session.to[-1] not in ONCALL


class Quota:
    """A server that takes so many letters a day, and then refuses each for good."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.refused = 0

    def __call__(self, stage: str, session: Session) -> Fault | None:
        if stage != "DOT" or not to_customer(session):
            return None
        self.left -= 1
        if self.left >= 0:
            return None
        self.refused += 1
        return Fault(say=b"550 5.4.5 Daily user sending quota exceeded.")


def test_a_relay_that_refuses_every_letter_stops_it_and_keeps_every_recipient(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server, customers=60) as running:
        link = rung(running, mail_server)
        quota = Quota(20)
        mail_server.rules = Rules(reply=quota)
        running.approve(link)
        told = next(mail for mail in mail_server.wait_for(MARUYAMA, 2, 20) if "停止" in mail.subject)
        assert "Daily user sending quota exceeded" in told.text
        until(lambda: running.deliveries()["queued"] == 40, 10, "those who were refused are queued again")
        assert {"sent": 20, "failed": 0}.items() <= running.deliveries().items()
        assert quota.refused <= 5 + 3, (
            "five tell it, and the three other connections may be under way by then"
        )
        assert up(running, "customers") == 1
        page = running.get(link).text
        assert "Daily user sending quota exceeded" in page
        mail_server.rules = Rules()
        assert running.press(link, "resume").status_code == 303
        until(lambda: running.deliveries()["sent"] == 60, 20, "the next day it goes on")
        assert copies(letters(mail_server, running.customers)) == {1: 60}


class Bucket:
    """A server that takes so many letters a second."""

    def __init__(self, rate: float) -> None:
        self._rate, self._left, self._last = rate, rate, time.monotonic()
        self._lock = threading.Lock()
        self.refused = 0

    def __call__(self, stage: str, session: Session) -> Fault | None:
        if stage != "DOT" or not to_customer(session):
            return None
        with self._lock:
            now = time.monotonic()
            self._left = min(self._rate, self._left + (now - self._last) * self._rate)
            self._last = now
            if self._left >= 1:
                self._left -= 1
                return None
        self.refused += 1
        return Fault(say=THROTTLED)


def test_a_relay_with_a_pace_is_kept_busy_and_costs_no_attempt(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server, customers=120) as running:
        link = rung(running, mail_server)
        pace = Bucket(20)
        mail_server.rules = Rules(reply=pace)
        running.approve(link)
        until(lambda: running.deliveries()["sent"] == 120, 30, "all are through, none waits for minutes")
        assert copies(letters(mail_server, running.customers)) == {1: 120}
        assert {one["attempts"] for one in single(running).values()} == {1}
        assert 0 < pace.refused < 30


def two_at_once(server: Sink):
    def reply(stage: str, _session: Session) -> Fault | None:
        if stage == "CONNECT" and server.connected > 2:
            return Fault(say=b"421 4.7.0 too many connections", drop=True)
        return Fault(after=0.02) if stage == "DOT" else None

    return reply


def test_a_relay_that_takes_two_connections_gets_letters_and_rings_over_two(
    tmp_path: Path, mail_server: Sink
) -> None:
    running = Bridge(tmp_path, mail_server, customers=200)
    first, other = add_services(running.config, 2)
    try:
        running.start()
        running.alert(firing(first))
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        mail_server.rules = Rules(reply=two_at_once(mail_server))
        running.approve(link)
        until(lambda: letters(mail_server, running.customers), 30, "it sends")
        running.alert(firing(other))
        ring = until(
            lambda: next((m for m in mail_server.to(MARUYAMA) if name_of(1) in m.subject), None),
            10,
            "its ring",
        )
        assert ring is not None
        assert len(letters(mail_server, running.customers)) < 200, "it did not wait behind the letters"
        until(lambda: len(letters(mail_server, running.customers)) == 200, 30, "all are through")
        assert [mail for mail in mail_server.to(MARUYAMA) if "送信不可" in mail.subject] == []
    finally:
        running.close()
