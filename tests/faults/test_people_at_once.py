"""Several people, or programs that open their mail, with the same notice at the same moment."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.faults.story import add_services, copies, letters, name_of
from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, SATO, Bridge, hidden_fields, link_in
from tests.parts.postgres import Postgres
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Mail
from tests.parts.waiting import until

EDITED = {"subject": "【重要】【障害報告】みどりショップ 障害発生のお知らせ(第一報)"}


@dataclass(frozen=True)
class Shared:
    """One bridge for all tests on a database; each test takes a service of its own."""

    bridge: Bridge
    sink: Sink
    free: Iterator[str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with contextlib.ExitStack() as stack:
        mails = stack.enter_context(sink())
        setting = "sqlite"
        if request.param == "postgresql":
            cluster: Postgres = request.getfixturevalue("postgres_cluster")
            setting = stack.enter_context(cluster.fresh_database())
        made = Bridge(tmp_path_factory.mktemp("people"), mails, database=setting, customers=10)
        stack.callback(made.close)
        made.config["escalations"]["shop"]["steps"] = [{"from": "0m", "people": ["maruyama", "sato"]}]
        services = add_services(made.config, 10)
        made.start()
        yield Shared(made, mails, iter(services))


@pytest.fixture
def rung(shared: Shared) -> "Rung":
    return Rung(shared.bridge, shared.sink, next(shared.free))


class Rung:
    """A service whose first report has just rung both people."""

    def __init__(self, bridge: Bridge, sink: Sink, service: str) -> None:
        self.bridge, self.sink = bridge, sink
        self._name = name_of(int(service.removeprefix("shop")))
        self.service = service
        bridge.alert(alert(service=service))
        self.links = [self._link(person) for person in (MARUYAMA, SATO)]

    def _link(self, person: str) -> str:
        def ring() -> Mail | None:
            return next((mail for mail in self.sink.to(person) if self._name in mail.subject), None)

        return link_in(until(ring, 15, f"a ring to {person}") or self.sink.mails[0])

    def letters(self) -> dict[tuple[str, str], list[Mail]]:
        found = letters(self.sink, self.bridge.customers)
        return {key: mails for key, mails in found.items() if self._name in key[0]}

    def form(self, link: str, action: str, **more: str) -> dict[str, str]:
        return {**hidden_fields(self.bridge.get(link).text), "action": action, **more}

    def at_once(self, *posts: tuple[str, dict[str, str]]) -> list[int]:
        """The answers to several forms that were sent at the same moment."""
        gate = threading.Barrier(len(posts))
        return together([lambda p=post: self._post(gate, *p) for post in posts])

    def _post(self, gate: threading.Barrier, link: str, form: dict[str, str]) -> int:
        with httpx.Client(timeout=30) as person:
            person.get(self.bridge.url + "/healthz")
            gate.wait(10)
            return person.post(link, data=form, headers={"Origin": "null"}).status_code

    def once_each(self) -> bool:
        until(lambda: self.bridge.deliveries()["sent"] == 10, 15, "all are sent")
        return copies(self.letters()) == {1: 10}


def together(calls: list[Callable[[], int]]) -> list[int]:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda c=call: answers.append(c())) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def test_two_people_approving_at_once_send_once(rung: Rung) -> None:
    forms = [(link, rung.form(link, "approve")) for link in rung.links]
    assert rung.at_once(*forms) == [303, 409]
    assert rung.once_each()


def test_one_person_pressing_five_times_at_once_sends_once(rung: Rung) -> None:
    link = rung.links[0]
    assert rung.at_once(*[(link, rung.form(link, "approve"))] * 5) == [303] * 5
    assert rung.once_each()


def test_an_approval_racing_an_edit_never_sends_a_text_nobody_saw(rung: Rung) -> None:
    one, other = rung.links
    body = rung.bridge.incident()["notices"][0]["body"] + "\nお問い合わせ窓口は変わりません。\n"
    edit = rung.form(other, "edit", body=body, **EDITED)
    answers = rung.at_once((one, rung.form(one, "approve")), (other, edit))
    assert answers == [303, 409]
    notice = rung.bridge.incident()["notices"][0]
    if notice["state"] == "awaiting_approval":
        assert notice["version"] == 2
        assert not rung.letters()
    else:
        assert rung.once_each()
        assert "変わりません" not in next(iter(rung.letters().values()))[0].text


def test_an_approval_racing_an_alert_that_widens_the_scope_sends_what_was_seen(rung: Rung) -> None:
    link = rung.links[0]
    seen = rung.form(link, "approve")
    wider = alert("CheckoutErrors", service=rung.service)
    wider["annotations"]["customer_impact_ja"] = "決済機能"
    assert rung.bridge.alert(alert(service=rung.service), wider).status_code == 200
    answer = rung.bridge.post_form(link, seen)
    newest = rung.bridge.incident()["notices"][0]
    assert (answer.status_code, newest["version"]) in [(409, 2), (303, 1)]
    assert answer.status_code == 303 or "決済機能" in answer.text


def test_approving_what_somebody_dismissed_is_refused(rung: Rung) -> None:
    late = rung.form(rung.links[1], "approve")
    assert rung.bridge.press(rung.links[0], "dismiss", reason="監視の誤検知").status_code == 303
    assert rung.bridge.post_form(rung.links[1], late).status_code == 409
    assert rung.bridge.incident()["notices"][0]["state"] == "dismissed"


def test_link_scanners_change_nothing(rung: Rung) -> None:
    link = rung.links[0]
    before = rung.bridge.incident()
    with httpx.Client(timeout=30) as scanner:
        for method in ("GET", "HEAD", "OPTIONS", "GET", "HEAD"):
            assert scanner.request(method, link).status_code < 500
        assert scanner.post(link).status_code in (403, 422, 400)
    assert rung.bridge.incident() == before


def test_a_link_that_was_altered_looks_like_one_that_never_was(rung: Rung) -> None:
    link = rung.links[0]
    altered = [link[:-1] + ("A" if link[-1] != "A" else "B"), link + "x", f"{rung.bridge.url}/approve/none"]
    answers = [rung.bridge.get(one) for one in altered]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
