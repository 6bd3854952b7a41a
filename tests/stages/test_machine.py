"""No sequence of alerts, clicks, edits, crashes and clock steps forgets a promised letter, sends one twice, or sends
a version that nobody approved: hypothesis plays the real stages and timer on SQLite (issue 4, Notices 6)."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from bridge.core.lifecycle import INCIDENT_MOVES, NOTICE_MOVES, UNDECIDED
from bridge.core.model import Incident, Notice, Recipient, Ring, Text
from bridge.store.audit import broken
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import KEYS, Office, office, text_of
from tests.stages.samples import configured, firing, resolved

T = TypeVar("T")

MEMORY = Path("/dev/shm")  # thousands of commits need no disk to be tried
PEOPLE = st.sampled_from(["maruyama", "sato"])
NAMES = st.sets(st.sampled_from(["LoginErrors", "PaymentErrors", "DiskFull"]), min_size=1)
STEPS = st.sampled_from(
    [seconds(1), seconds(11), minutes(1), minutes(5), minutes(12), minutes(25), minutes(50)]
)
ACTIONS = st.sampled_from(
    [
        "approve",
        "approve",
        "approve",
        "dismiss",
        "reopen",
        "acknowledge",
        "cancel",
        "stop",
        "resume",
        "recovered",
        "test",
    ]
)
POLICIES = st.fixed_dictionaries(
    {
        "hold": st.sampled_from(["0s", "10s"]),
        "second_person": st.sampled_from([[], ["first"], ["update", "recovery"]]),
        "at_deadline": st.sampled_from(["keep_reminding", "send"]),
    }
)
# SQLite itself writes down every change of state: nothing can pass unseen.
WATCH = (
    "CREATE TABLE moves (what TEXT, old TEXT, new TEXT)",
    """CREATE TRIGGER notice_moves AFTER UPDATE OF state ON notices WHEN old.state <> new.state
       BEGIN INSERT INTO moves VALUES ('notice', old.state, new.state); END""",
    """CREATE TRIGGER incident_moves AFTER UPDATE OF state ON incidents WHEN old.state <> new.state
       BEGIN INSERT INTO moves VALUES ('incident', old.state, new.state); END""",
)


@dataclass
class Scene:
    """Everything there is, read at once. `notices` by incident, in the order they were written."""

    incidents: list[Incident]
    notices: dict[str, list[Notice]]
    rings: dict[str, list[Ring]]
    moves: list[tuple[str, str, str]]
    broken: list[tuple[int, str]]
    copies: Counter[tuple[str, str]] = field(default_factory=Counter)

    def all_notices(self) -> list[Notice]:
        return [notice for some in self.notices.values() for notice in some]


def look(tx: Tx) -> Scene:
    incidents = tx.incidents.page(None, 1000)
    order = list(tx.execute(text("SELECT id FROM notices ORDER BY rowid")).scalars())
    notices = {i.id: sorted(tx.notices.of(i.id), key=lambda n: order.index(n.id)) for i in incidents}
    rows = tx.execute(text("SELECT notice_id, address FROM outbox WHERE lane = 'customers'"))
    return Scene(
        incidents,
        notices,
        tx.rings.of_all(order),
        [tuple(row) for row in tx.execute(text("SELECT what, old, new FROM moves"))],
        [found for incident in incidents for found in broken(tx, KEYS.audit, incident.id)],
        Counter((row.notice_id, row.address) for row in rows),
    )


class Correspondence(RuleBasedStateMachine):
    """A service, its alerts, two people, a mail server, and a clock that anybody may move."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.open = AsyncExitStack()
        self.checked = 0
        self.dead = 0
        self.seen: Scene | None = None
        self.fresh = False  # whether the timer ran and nothing has happened since

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.open.aclose())
        self.loop.close()
        self.folder.cleanup()

    @initialize(policy=POLICIES, begun=st.sampled_from(["quiet", "firing", "told", "promised", "recovered"]))
    def begin(self, policy: dict[str, Any], begun: str) -> None:
        """Long stories are rare by chance: some begin in the middle."""
        url = f"sqlite:///{Path(self.folder.name) / 'bridge.sqlite3'}"
        self.office: Office = self.run(self.open.enter_async_context(office(url, configured(**policy))))
        self.run(self.office.store.run(_watch))
        if begun != "quiet":
            self.post({"LoginErrors"}, fire=True)
        if begun in ("told", "promised", "recovered"):
            self.approved_by_all_and_sent("maruyama")
        if begun == "promised":
            self.timer(minutes(65))
        if begun == "recovered":
            self.everything_ends(minutes(6))

    @rule(names=NAMES, fire=st.booleans())
    def post(self, names: set[str], fire: bool) -> None:
        make = firing if fire else resolved
        now = self.happens()
        self.run(self.office.post(*(make(name, starts_at=now) for name in sorted(names))))

    @rule(wait=st.sampled_from([seconds(1), minutes(6)]))
    def everything_ends(self, wait: timedelta) -> None:
        self.post({"LoginErrors", "PaymentErrors", "DiskFull"}, fire=False)
        self.timer(wait)

    @rule(step=STEPS)
    def timer(self, step: timedelta) -> None:
        self.happens(step)
        for _ in range(3):  # one round's news is the next one's work
            self.run(self.office.tick())
        self.fresh = True

    @rule(step=STEPS)
    def time_passes(self, step: timedelta) -> None:
        self.happens(step)

    @rule()
    def the_clock_goes_back(self) -> None:
        self.happens(minutes(-60))

    @rule(limit=st.sampled_from([1, 1000]), state=st.sampled_from(["sent", "sent", "failed", "deferred"]))
    def mail_server(self, limit: int, state: Any) -> None:
        self.happens()
        self.run(self.office.deliver(state, limit))

    @rule()
    def an_instance_dies_with_its_claims(self) -> None:
        self.happens()
        self.dead += 1
        instance_id = f"dead{self.dead}"
        self.run(self.office.store.run(partial(_beat, instance_id=instance_id)))
        claims = self.run(self.office.claim(instance_id=instance_id, limit=1))
        self.run(self.office.may_write_dot(claims, instance_id=instance_id))

    @rule(person=PEOPLE, action=ACTIONS, pick=st.integers(0, 2), behind=st.sampled_from([0, 0, 0, 1]))
    def press(self, person: str, action: str, pick: int, behind: int) -> None:
        notices = self.scene().all_notices()
        if notices:
            self.happens()
            notice = notices[-1 - pick % len(notices)]
            form = {"version": notice.version - behind, "reason": "確認済み", "override": "確認済み"}
            self.run(self.office.press(person, action, notice, **form))

    @rule(person=PEOPLE)
    def approved_by_all_and_sent(self, person: str) -> None:
        for notice in self.scene().all_notices():
            if notice.state in UNDECIDED:
                self.happens()
                for one in (person, "maruyama", "sato"):
                    self.run(self.office.press(one, "approve", notice, override="確認済み"))
        self.timer(seconds(31))
        self.mail_server(1000, "sent")
        self.timer(seconds(1))

    @rule(person=PEOPLE, words=st.sampled_from(["調査を続けております。", "原因を調べております。"]))
    def edit(self, person: str, words: str) -> None:
        waiting = [one for one in self.scene().all_notices() if one.state in UNDECIDED]
        if waiting:
            self.happens()
            old = self.run(self.office.version(waiting[-1])).texts["ja"]
            self.run(self.office.press(person, "edit", waiting[-1], body=old.body + words))

    @rule()
    def the_list_grows(self) -> None:
        self.happens()
        self.office.recipients.append(Recipient(f"new{len(self.office.recipients)}@example.jp"))

    @invariant()
    def every_undecided_notice_has_one_pending_ring_and_one_that_is_not_sent_may_have_its_reminder(
        self,
    ) -> None:
        scene = self.scene()
        for notice in scene.all_notices():
            pending = [ring for ring in scene.rings[notice.id] if ring.state == "pending"]
            at_most = notice.state in UNDECIDED | {"dismissed"}
            assert (notice.state in UNDECIDED) <= len(pending) <= at_most, notice

    @invariant()
    def every_move_is_in_the_tables(self) -> None:
        for what, old, new in self.scene().moves:
            allowed: Any = NOTICE_MOVES if what == "notice" else INCIDENT_MOVES
            assert new in allowed[old], (what, old, new)

    @invariant()
    def nobody_has_two_rows_of_one_notice(self) -> None:
        assert all(count == 1 for count in self.scene().copies.values())

    @invariant()
    def at_most_one_report_of_an_incident_waits_for_people(self) -> None:
        for notices in self.scene().notices.values():
            assert sum(notice.state in UNDECIDED for notice in notices) <= 1, notices

    @invariant()
    def numbers_have_no_gap(self) -> None:
        for notices in self.scene().notices.values():
            numbers = sorted(notice.number for notice in notices if notice.number)
            assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def the_history_verifies(self) -> None:
        assert self.scene().broken == []

    @invariant()
    def customers_were_sent_what_somebody_approved(self) -> None:
        for notice_id, _, letter in self.office.mails[self.checked :]:
            notice, texts = self.run(self.office.store.read(partial(_approved, notice_id=notice_id)))
            assert notice.approved_by
            assert text_of(letter) in texts
        self.checked = len(self.office.mails)

    @invariant()
    def a_promise_that_was_sent_is_followed_up(self) -> None:
        if not self.fresh:
            return
        scene = self.scene()
        for incident in scene.incidents:
            notices = scene.notices[incident.id]
            promised = [
                n for n, one in enumerate(notices) if one.kind in ("first", "update") and one.sending_at
            ]
            if not promised or incident.state not in ("open", "settling"):
                continue
            last = notices[promised[-1]]
            promise = self.run(self.office.version(last, last.approved_version)).promise_at
            if promise and promise <= self.office.clock.now:
                assert notices[promised[-1] + 1 :], (incident, notices)

    @invariant()
    def nothing_is_forgotten(self) -> None:
        """After the timer ran, an incident that is not closed waits for an alert, a person, a letter or a day."""
        if not self.fresh:
            return
        scene = self.scene()
        for incident in scene.incidents:
            notices = scene.notices[incident.id]
            if incident.state == "recovered":
                busy = any(one.state in UNDECIDED | {"approved", "sending", "stopped"} for one in notices)
                assert busy or incident.final_at, (incident, notices)

    def happens(self, step: timedelta = timedelta()) -> datetime:
        """Something does, a moment after what was before. Returns when."""
        self.fresh = False
        self.seen = None
        self.office.clock.move(step + timedelta(milliseconds=1))
        return self.office.clock.now

    def scene(self) -> Scene:
        """Read once after each step."""
        self.seen = self.seen or self.run(self.office.store.read(look))
        return self.seen


def _watch(tx: Tx) -> None:
    driver: Any = tx.connection.connection.driver_connection
    for statement in WATCH:
        driver.execute(statement)


def _beat(tx: Tx, instance_id: str) -> None:
    tx.instances.beat(instance_id, "boot-1")


def _approved(tx: Tx, notice_id: str) -> tuple[Notice, list[Text]]:
    """The notice, and what its approved version says in each language."""
    notice = tx.notices.get(notice_id)
    assert notice
    assert notice.approved_version
    return notice, list(tx.notices.version(notice_id, notice.approved_version).texts.values())


def test_no_story_forgets_a_letter_or_sends_one_twice_or_one_that_nobody_approved(long: bool) -> None:
    """Each run plays the stories of the run before it; `make soak` plays new ones, and more."""
    length = settings(
        max_examples=100 if long else 5,
        stateful_step_count=30,
        derandomize=not long,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Correspondence, settings=length)
