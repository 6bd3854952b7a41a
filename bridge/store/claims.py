"""Claims on messages of the outbox, and their states until they are done (docs/design.md §11).

queued -> sending (owner, fence, attempt counted) -> in_doubt (committed before DATA: the mail may have arrived)
-> sent, deferred, failed or unknown. Letters that leave at once are `in_doubt` from their claim on. `cancelled` is
for rings that nobody needs any more, `superseded` for letters whose recipient has a later one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)

from bridge.core.kinds import Recipients, kinds_that
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import DeliveryState
from bridge.store import bulk
from bridge.store.dialect import dumps, listed, one_of
from bridge.store.incidents import about
from bridge.store.indexed import CLAIMED, OPEN_NOTICE, WAITING, written
from bridge.store.outbox import Lane
from bridge.store.prepared import Prepared, stored
from bridge.store.tables import notices, outbox
from bridge.store.transaction import Transaction

IN_DOUBT_WAIT = timedelta(seconds=60)  # lets a slow server finish with the first copy
RING_DOUBT_WAIT = timedelta(seconds=5)  # a ring twice harms nobody, and one that is late does
# So that one domain that refuses does not stop a letter again and again.
BEHIND_UNTRIED = timedelta(seconds=5)
RING_COPIES = 3  # of a ring at the most; of a letter two
LEFT_TO_OTHERS = timedelta(hours=1)  # longer than it takes to reload every instance
CRASHES = 5  # a message is suspected once so many processes have crashed while they held it


class Claimed(NamedTuple):
    """A message this instance may send now, as long as its fence holds.

    `crashes`: how often the process died, or our own code raised, while it held this message.
    """

    id: int
    notice_id: str | None
    lane: Lane
    kind: str
    address: str
    message_id: str
    person: str | None
    letter: str | None
    detail: Mapping[str, Any]
    refs: str
    attempts: int
    ambiguous: int
    fence: int
    first_at: datetime
    crashes: int
    state: str

    @property
    def in_doubt(self) -> bool:
        """Whether it may go on the wire as it is; of others the doubt is to be committed before."""
        return self.state == "in_doubt"

    @property
    def suspect(self) -> bool:
        """Whether the message may be what crashes processes. It is then claimed alone, after all others."""
        return self.crashes >= CRASHES


class Wanted(NamedTuple):
    """What a lane claims: so many messages at the most. `leaves`: they are about to leave.

    They are in doubt from their claim on then, but for those that were so before, or that a process died of.
    """

    lane: Lane
    limit: int
    leaves: bool = False


class DeliveryResult(NamedTuple):
    """How an attempt at a claimed message ended. `counted`: whether it counts as one; `crashed`: our own code raised.

    `ring_to`: the person that a ring was to. `wait`: how long an unfinished message rests. It is added to the
    database's clock, because this machine's may be an hour off.
    """

    id: int
    fence: int
    notice_id: str | None
    lane: Lane
    state: DeliveryState
    reply: str = ""
    wait: timedelta = timedelta()
    counted: bool = True
    ambiguous: int = 0
    crashed: bool = False
    ring_to: str | None = None


def doubt_wait(lane: Lane) -> timedelta:
    """How long a message rests whose final answer was lost."""
    return RING_DOUBT_WAIT if lane == "oncall" else IN_DOUBT_WAIT


_NEWER = outbox.alias()
_LATER = notices.alias()
# The letters that are being sent, each with the later reports of its incident that overtake it.
_SENDING = (
    select(notices.c.id, _LATER.c.id.label("later"))
    .outerjoin_from(
        notices,
        _LATER,
        and_(
            _LATER.c.incident_id == notices.c.incident_id,
            _LATER.c.sending_at > notices.c.sending_at,
            _LATER.c.kind.in_(written(*kinds_that(lambda spec: spec.recipients is Recipients.SERVICE_LIST))),
            notices.c.kind.in_(written(*kinds_that(lambda spec: spec.overtaken))),
        ),
    )
    .where(OPEN_NOTICE, notices.c.state == literal_column("'sending'"))
)
_ASK_SENDING = Prepared(_SENDING, _SENDING)

_ID = itemgetter(0)
_CLAIMED = [outbox.c[name] for name in Claimed._fields]
_AT_ONCE = 5000  # ids in one statement
_SUSPECT = outbox.c.crashes >= CRASHES
_UNHARMED = and_(outbox.c.ambiguous == 0, outbox.c.crashes == 0)

_NOW = bindparam("now", type_=outbox.c.due_at.type)
# Another instance may know a service that this one does not. What none has taken for so long is for any.
_NOBODYS = outbox.c.due_at <= bindparam("nobodys", type_=outbox.c.due_at.type)
# What a lane may claim, and what is due of it: built once, for building costs more than running them.
_MINE: Mapping[Lane, ColumnElement[bool]] = {
    "oncall": and_(
        outbox.c.lane == "oncall",
        WAITING,
        or_(outbox.c.notice_id.is_(None), about(outbox.c.notice_id), _NOBODYS),
    ),
    # The sending letters by a query of their own: a plan that has to guess how many they are sorts all rows for each
    # claim.
    "customers": and_(outbox.c.lane == "customers", WAITING, one_of(outbox.c.notice_id, "sending")),
}
_TAKEN = {
    "state": case((and_(bindparam("leaves", type_=Boolean), _UNHARMED), "in_doubt"), else_="sending"),
    "owner": bindparam("me"),
    "fence": outbox.c.fence + 1,
    "attempts": outbox.c.attempts + 1,
    "first_at": func.coalesce(outbox.c.first_at, _NOW),
    "updated_at": _NOW,
}
_DUE = {lane: select(outbox.c.id).where(mine, outbox.c.due_at <= _NOW) for lane, mine in _MINE.items()}
# Ordered by due_at alone, as the index is: to break ties would sort a million rows each time.
_NEXT = {
    lane: bulk.UpdateAndFetch(
        due.where(~_SUSPECT).order_by(outbox.c.due_at).limit(bindparam("at_most")), _TAKEN, _CLAIMED
    )
    for lane, due in _DUE.items()
}
_LEAST_SUSPECT = {
    lane: bulk.UpdateAndFetch(
        due.where(_SUSPECT).order_by(outbox.c.crashes, outbox.c.due_at).limit(1), _TAKEN, _CLAIMED
    )
    for lane, due in _DUE.items()
}
_EARLIEST = {lane: select(func.min(outbox.c.due_at)).where(mine) for lane, mine in _MINE.items()}
_HELD = select(outbox.c.id, outbox.c.fence).where(
    outbox.c.owner == bindparam("me"), CLAIMED, outbox.c.lane == bindparam("lane")
)
_OWN_RINGS = bulk.Fetch(
    and_(
        listed(outbox.c.notice_id, bindparam("notices", type_=Text())),
        outbox.c.kind == "ring",
        outbox.c.owner == bindparam("me"),
    ),
    _CLAIMED,
)
_CANCEL_LATE_RINGS = (
    update(outbox)
    .where(outbox.c.lane == "oncall", WAITING, outbox.c.kind == "ring")
    .where(
        outbox.c.notice_id.not_in(
            select(notices.c.id).where(OPEN_NOTICE, notices.c.state.in_(written(*sorted(UNDECIDED))))
        )
    )
    .values(state="cancelled", updated_at=_NOW)
)


class Claims:
    """Claims within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, wanted: Wanted, instance_id: str, services: Collection[str]) -> list[Claimed]:
        """Take due messages of a lane, or one suspect when there is no other.

        Customers' only while their notice is `sending`; the on-call's if they are about one of these `services`, or
        about no notice.
        """
        lane = wanted.lane
        if lane == "oncall":
            self._cancel_late_rings()
        mine = self._of(lane, services, supersede=True)
        asked = {**mine, "now": self._tx.now, "me": instance_id, "leaves": wanted.leaves}
        rows = _NEXT[lane].run(self._tx, {**asked, "at_most": wanted.limit})
        rows = rows or _LEAST_SUSPECT[lane].run(self._tx, asked)
        return [Claimed._make(row) for row in sorted(rows, key=_ID)]

    def own_rings(self, instance_id: str) -> list[Claimed]:
        """The rings about notices that this transaction made, and which it claimed for this instance."""
        rows = _OWN_RINGS.run(self._tx, {"notices": dumps(self._tx.own.notices()), "me": instance_id})
        return [Claimed._make(row) for row in sorted(rows, key=_ID)]

    def _supersede(self, overtaken: Iterable[Sequence[str | None]]) -> None:
        """End letters to recipients who have a later report of the same incident already."""
        for earlier, later in overtaken:
            if later is None:
                continue
            has_it = (
                select(_NEWER.c.id)
                .where(_NEWER.c.notice_id == later, _NEWER.c.lane == "customers", _NEWER.c.kind == "letter")
                .where(_NEWER.c.n == 0, _NEWER.c.address == outbox.c.address)
                .where(_NEWER.c.state.in_(("sent", "in_doubt", "unknown")))
            )
            self._tx.execute(
                update(outbox)
                .where(outbox.c.notice_id == earlier, outbox.c.lane == "customers", WAITING, has_it.exists())
                .values(state="superseded", updated_at=self._tx.now)
            )

    def _of(self, lane: Lane, services: Collection[str], *, supersede: bool = False) -> dict[str, Any]:
        """The parameters of what a lane may claim. `supersede`: first end what is overtaken."""
        if lane == "customers":
            sending = self._tx.run(_ASK_SENDING, {}).fetchall()
            if supersede:
                self._supersede(sending)
            return {"sending": list({letter for letter, _ in sending})}
        return {"services": dumps(list(services)), "nobodys": self._tx.now - LEFT_TO_OTHERS}

    def mark_in_doubt(self, claims: Sequence[tuple[int, int]], instance_id: str) -> set[tuple[int, int]]:
        """Move (id, fence) from sending to in_doubt; returns those that may send their DATA.

        A ring only while its notice waits for people, a letter only while its notice is `sending`.
        """
        if not claims:
            return set()
        return bulk.mark_in_doubt(self._tx, claims, instance_id)

    def mark(self, marks: Sequence[DeliveryResult], instance_id: str) -> None:
        """Write the results of claimed messages. The result of a claim that was lost meanwhile changes nothing."""
        if not marks:
            return
        due = {wait: stored(self._tx.now + wait) for wait in {m.wait for m in marks}}
        rows = [
            (
                m.id,
                m.fence,
                m.state,
                m.reply[:500],
                due[m.wait],
                int(not m.counted),
                m.ambiguous,
                int(m.crashed),
            )
            for m in marks
        ]
        bulk.mark(self._tx, rows, instance_id)

    def held(self, lane: Lane, instance_id: str) -> set[tuple[int, int]]:
        """This instance's claims in a lane, by id and fence."""
        rows = self._tx.execute(_HELD, {"me": instance_id, "lane": lane})
        return {(row.id, row.fence) for row in rows}

    def give_back(
        self,
        owners: Collection[str],
        *,
        all_in_doubt: bool,
        on_unknown: str,
        died: bool = False,
        ids: Collection[int] | None = None,
    ) -> int:
        """Free claims: `sending` at once and uncounted, `in_doubt` as a lost reply. Returns how many.

        `all_in_doubt`: after a power cut every claim counts as `in_doubt`, because soft marks may be missing.
        `died`: any of them may have crashed its owner; one that crashed it again while claimed alone is marked
        failed. `ids`: these alone.
        """
        if not owners:
            return 0
        mine = and_(outbox.c.owner.in_(owners), true() if ids is None else outbox.c.id.in_(ids))
        lost = 0
        if not all_in_doubt:
            lost += self._end_deadly(mine) if died else 0
            lost += self._requeue(mine, died)
        # The policy is about customers' letters; a ring in doubt is always repeated.
        ring = outbox.c.lane == "oncall"
        letter = and_(outbox.c.lane == "customers", outbox.c.ambiguous == 0)
        again = and_(ring, outbox.c.ambiguous < RING_COPIES - 1)
        once_more = or_(letter, again) if on_unknown == "resend_once" else again
        soon, later = (
            literal(self._tx.now + wait, outbox.c.due_at.type) for wait in (RING_DOUBT_WAIT, IN_DOUBT_WAIT)
        )
        return lost + self._free(
            mine,
            ("sending", "in_doubt"),
            state=case((once_more, "deferred"), else_="unknown"),
            ambiguous=outbox.c.ambiguous + 1,
            due_at=case((ring, soon), else_=later),
            reply="the bridge stopped before the server's answer was read",
        )

    def queue_again(self, ids: Collection[int]) -> None:
        """Give failed messages their turn back, as if they had not been tried; behind those that were not."""
        attempts = case((outbox.c.attempts > 0, outbox.c.attempts - 1), else_=0)
        self._tx.execute(
            update(outbox)
            .where(outbox.c.id.in_(ids), outbox.c.state == "failed")
            .values(
                state="queued",
                attempts=attempts,
                due_at=self._tx.now + BEHIND_UNTRIED,
                updated_at=self._tx.now,
            )
        )

    def _end_deadly(self, mine: ColumnElement[bool]) -> int:
        why = "the bridge died each time that it tried this message"
        deadly = and_(mine, outbox.c.crashes >= 2 * CRASHES - 1)
        return self._free(deadly, ("sending",), state="failed", reply=why, crashes=outbox.c.crashes + 1)

    def _requeue(self, mine: ColumnElement[bool], died: bool) -> int:
        return self._free(
            mine,
            ("sending",),
            state="queued",
            attempts=outbox.c.attempts - 1,
            crashes=outbox.c.crashes + int(died),
            due_at=self._tx.now,
        )

    def _free(self, mine: ColumnElement[bool], states: Sequence[str], **values: Any) -> int:
        freed = update(outbox).where(mine, CLAIMED, outbox.c.state.in_(states))
        return int(self._tx.execute(freed.values(owner=None, updated_at=self._tx.now, **values)).rowcount)

    def try_again(self, ids: Sequence[int]) -> None:
        """Queue letters that failed, or of which nobody knows, as if they had never been tried."""
        self._tx.tell_others()
        for start in range(0, len(ids), _AT_ONCE):
            self._tx.execute(
                update(outbox)
                .where(
                    outbox.c.id.in_(ids[start : start + _AT_ONCE]), outbox.c.state.in_(("failed", "unknown"))
                )
                .values(
                    state="queued", attempts=0, first_at=None, due_at=self._tx.now, updated_at=self._tx.now
                )
            )

    def owners(self) -> set[str]:
        """Every instance that holds claims."""
        query = select(outbox.c.owner).where(CLAIMED).distinct()
        return {owner for owner in self._tx.execute(query).scalars() if owner}

    def _cancel_late_rings(self) -> None:
        """Cancel rings that came back unsent after their notice was decided: nobody needs them."""
        self._tx.execute(_CANCEL_LATE_RINGS, {"now": self._tx.now})

    def after_clock_step_back(self) -> None:
        """After the clock stepped back, make due now what was planned in what is now the future."""
        now = self._tx.now
        self._tx.execute(
            update(outbox).where(WAITING, outbox.c.updated_at > now).values(due_at=now, updated_at=now)
        )

    def next_due_at(self, lane: Lane, services: Collection[str]) -> datetime | None:
        """When the next message of a lane becomes due that `claim` would take."""
        found: datetime | None = self._tx.execute(_EARLIEST[lane], self._of(lane, services)).scalar_one()
        return found
