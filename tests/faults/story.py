"""Many services whose incidents are told to the same customers, and the counting of what arrived."""

import copy
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.parts.alerts import alert
from tests.parts.bridge import Bridge, link_in
from tests.parts.sink import Sink
from tests.parts.smtp import Mail
from tests.parts.waiting import until


def name_of(number: int) -> str:
    """What customers read of one service."""
    return f"みどりショップ{number}号店"


def add_services(config: dict[str, Any], count: int) -> list[str]:
    """Gives a configuration so many services in the shop's place; returns their ids, which alerts carry."""
    shop = config["services"].pop("shop")
    ids = [f"shop{number}" for number in range(count)]
    for number, service in enumerate(ids):
        made = copy.deepcopy(shop)
        made["name"] = {"ja": name_of(number)}
        made["match"] = [f'service="{service}"']
        config["services"][service] = made
    return ids


def firing(service: str) -> dict[str, Any]:
    return alert(service=service)


class Night:
    """What people and monitoring do, as far as the bridge lets them: every step is tried until it is done."""

    def __init__(self, bridge: Bridge, sink: Sink, services: Sequence[str]) -> None:
        self._bridge, self._sink = bridge, sink
        self._services = list(services)
        self._waiting = list(services)
        self.acknowledged: list[str] = []
        self.approved: set[str] = set()

    def go_on(self, posts: int = 1) -> None:
        """The next few alerts, and a yes to every ring that was not answered; trouble is left for the next call."""
        try:
            for service in self._waiting[:posts]:
                if self._bridge.alert(firing(service)).status_code == 200:
                    self.acknowledged.append(service)
                    self._waiting.remove(service)
            for link in self.links() - self.approved:
                if self._bridge.approve(link).status_code == 303:
                    self.approved.add(link)
        except (httpx.TransportError, AssertionError):
            pass  # it is down, or went down in the middle: that is what these tests are about

    def go_on_until(self, end: float) -> None:
        """The same again and again, until this moment of the monotonic clock."""
        until(lambda: self.go_on() or time.monotonic() > end, 60, "the round is over")

    def incidents(self) -> list[dict[str, Any]]:
        """Every incident, whole."""
        return all_incidents(self._bridge)

    def links(self) -> set[str]:
        return {link_in(mail) for mail in rings(self._sink)}

    @property
    def done(self) -> bool:
        """Everything was posted, rung and approved."""
        return not self._waiting and len(self.approved) == len(self._services)


def all_incidents(bridge: Bridge) -> list[dict[str, Any]]:
    """Every incident of every page of the list."""
    found: list[dict[str, Any]] = []
    page = bridge.api("/incidents")
    found += page["incidents"]
    while page["next"]:
        page = bridge.api(f"/incidents?cursor={page['next']}")
        found += page["incidents"]
    return found


def unfinished(bridge: Bridge) -> int:
    """How many letters are still to be sent, over all incidents; one in its hold counts as one."""
    notices = [notice for incident in all_incidents(bridge) for notice in incident["notices"]]
    held = sum(notice["state"] == "approved" for notice in notices)
    counts = [notice["deliveries"] for notice in notices]
    return held + sum(count[state] for count in counts for state in ("queued", "sending", "deferred"))


def deliveries(bridge: Bridge, state: str) -> set[tuple[str, str]]:
    """The letters in one state, as notice and address."""
    notices = [notice["id"] for incident in all_incidents(bridge) for notice in incident["notices"]]
    pages = {notice: bridge.api(f"/notices/{notice}/deliveries?state={state}") for notice in notices}
    return {(notice, one["recipient"]) for notice, page in pages.items() for one in page["deliveries"]}


def rings(sink: Sink) -> list[Mail]:
    """Mails with a link to approve. What a person is told afterwards has none."""
    own = [mail for mail in list(sink.mails) if mail.to[0].endswith("@example.jp")]
    return [mail for mail in own if "/approve/" in mail.text]


def letters(sink: Sink, customers: Iterable[str]) -> dict[tuple[str, str], list[Mail]]:
    """The letters by subject and address; each service has a subject of its own."""
    known = set(customers)
    found: dict[tuple[str, str], list[Mail]] = defaultdict(list)
    for mail in list(sink.mails):
        if mail.to[0] in known:
            found[mail.subject, mail.to[0]].append(mail)
    return found


def copies(mails: Mapping[tuple[str, str], Sequence[Mail]]) -> Counter[int]:
    """How many letters arrived once, twice, and so on."""
    return Counter(map(len, mails.values()))


def identical(mails: Iterable[Sequence[Mail]]) -> bool:
    """Whether all copies of a letter are the same bytes, Message-ID and all."""
    return all(len({mail.raw for mail in same}) == 1 for same in mails)


def ring_copies(sink: Sink) -> int:
    """The most copies of one ring."""
    return max(Counter(mail.message["Message-ID"] for mail in rings(sink)).values())


def memory(pid: int) -> int:
    """The most memory a process has had, in MiB (VmHWM of proc_pid_status(5))."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)
    assert found
    return int(found[1]) // 1024
