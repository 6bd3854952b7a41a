"""Queries over the outbox: one row for each message to one address, in two lanes (RELIABILITY §4).

queued -> sending (owner, fence, attempt counted) -> eod (committed just before DATA: the mail may have arrived) ->
sent, deferred, failed or unknown. `cancelled` is for rings that nobody needs any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    true,
    update,
)

from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import DeliveryState
from bridge.store.dialect import insert, skip_locked
from bridge.store.tables import letters, notices, outbox

if TYPE_CHECKING:
    from bridge.store.tx import Tx

Lane = Literal["oncall", "customers"]
OPEN = ("queued", "sending", "eod", "deferred")
EOD_WAIT = timedelta(seconds=60)  # lets a slow server finish with the first copy
CRASHES = 5  # attempts that ended with the process, after which a message is taken for the reason


@dataclass(frozen=True, slots=True)
class Message:
    """One message to put into the outbox. `letter` names the frozen letter, `detail` what a ring says."""

    notice_id: str
    lane: Lane
    kind: str
    n: int
    address: str
    message_id: str
    person: str | None = None
    letter: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    refs: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this instance may send now, as long as its fence holds.

    `suspect`: several processes died with it in their hands. It is claimed alone, after all others.
    """

    id: int
    notice_id: str
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
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a claimed message. `counted` is false when the attempt does not count.

    `wait`: how long a message that is not finished rests; counted by the database's clock, because this
    machine's may be an hour off.
    """

    id: int
    fence: int
    notice_id: str
    lane: Lane
    state: DeliveryState
    reply: str = ""
    wait: timedelta = timedelta()
    counted: bool = True
    ambiguous: int = 0


class Outbox:
    """The outbox within one transaction."""

    def __init__(self, tx: "Tx") -> None:
        self._tx = tx

    def add(self, messages: Sequence[Message]) -> None:
        """Queue messages, due now; one that is there already stays as it is."""
        if not messages:
            return
        now = self._tx.now
        self._tx.tell_others()
        self._tx.execute(
            insert(outbox).on_conflict_do_nothing(),
            [
                {
                    "notice_id": m.notice_id,
                    "lane": m.lane,
                    "kind": m.kind,
                    "n": m.n,
                    "address": m.address,
                    "person": m.person,
                    "letter": m.letter,
                    "detail": dict(m.detail),
                    "refs": m.refs,
                    "message_id": m.message_id,
                    "state": "queued",
                    "due_at": now,
                    "updated_at": now,
                }
                for m in messages
            ],
        )

    def next_n(self, notice_id: str, kind: str) -> int:
        """The number of the next occasion of this kind about a notice, from 0."""
        highest = select(func.max(outbox.c.n)).where(outbox.c.notice_id == notice_id, outbox.c.kind == kind)
        last = self._tx.execute(highest).scalar_one()
        return 0 if last is None else last + 1

    def freeze(self, notice_id: str, skeletons: Mapping[str, bytes]) -> None:
        """Keep the approved letters' bytes; the first freezing counts."""
        if skeletons:
            self._tx.execute(
                insert(letters).on_conflict_do_nothing(),
                [{"notice_id": notice_id, "key": key, "skeleton": raw} for key, raw in skeletons.items()],
            )

    def thaw(self, notice_id: str) -> None:
        """Forget letters and rows of a letter that was never started."""
        self._tx.execute(letters.delete().where(letters.c.notice_id == notice_id))
        self._tx.execute(outbox.delete().where(outbox.c.notice_id == notice_id, outbox.c.lane == "customers"))

    def skeleton(self, notice_id: str, key: str) -> bytes:
        """The frozen bytes of one letter."""
        query = select(letters.c.skeleton).where(letters.c.notice_id == notice_id, letters.c.key == key)
        return bytes(self._tx.execute(query).scalar_one())

    def claim(self, lane: Lane, limit: int, me: str) -> list[Claimed]:
        """Take up to `limit` due messages of a lane, or one suspect when there is no other.

        Customers' only while their notice is `sending`.
        """
        now = self._tx.now
        if lane == "oncall":
            self._cancel_late_rings()
        due = select(outbox.c.id).where(
            outbox.c.lane == lane, outbox.c.state.in_(("queued", "deferred")), outbox.c.due_at <= now
        )
        if lane == "customers":
            sending = select(notices.c.id).where(notices.c.state == "sending")
            due = due.where(outbox.c.notice_id.in_(sending))
        # By due_at alone, as the index has them: to break the ties of a million rows costs a sort each time.
        rows = self._take(due.where(not_(_SUSPECT)).order_by(outbox.c.due_at).limit(limit), me)
        if rows:
            return rows
        least = due.where(_SUSPECT).order_by(outbox.c.attempts, outbox.c.due_at).limit(1)
        return [replace(row, suspect=True) for row in self._take(least, me)]

    def _take(self, due: Select[tuple[int]], me: str) -> list[Claimed]:
        now = self._tx.now
        rows = self._tx.execute(
            update(outbox)
            .where(outbox.c.id.in_(skip_locked(due)))
            .values(
                state="sending",
                owner=me,
                fence=outbox.c.fence + 1,
                attempts=outbox.c.attempts + 1,
                first_at=func.coalesce(outbox.c.first_at, now),
                updated_at=now,
            )
            .returning(*(outbox.c[name] for name in _CLAIMED))
        )
        return sorted((Claimed(**row._mapping) for row in rows), key=lambda message: message.id)

    def mark_eod(self, claims: Sequence[tuple[int, int]], me: str) -> set[int]:
        """Move (id, fence) from sending to eod; returns the ids that may send their DATA.

        A ring only while its notice waits for people, a letter only while its notice is `sending`.
        """
        ids, fences = [claim[0] for claim in claims], sorted({claim[1] for claim in claims})
        rows = self._tx.execute(_MARK_EOD, {"ids": ids, "fences": fences, "me": me, "now": self._tx.now})
        return set(rows.scalars())

    def mark(self, marks: Sequence[Mark], me: str) -> None:
        """Write what became of claimed messages; a mark whose fence is lost changes nothing."""
        if not marks:
            return
        now = self._tx.now
        self._tx.execute(
            _MARK,
            [
                {
                    "b_id": m.id,
                    "b_fence": m.fence,
                    "b_me": me,
                    "state": m.state,
                    "reply": m.reply[:500],
                    "due_at": now + m.wait,
                    "uncount": 0 if m.counted else 1,
                    "doubt": m.ambiguous,
                    "updated_at": now,
                }
                for m in marks
            ],
        )

    def give_back(
        self, owners: Collection[str], *, eod_only: bool, on_unknown: str, died: bool = False
    ) -> int:
        """Free claims: `sending` at once, `eod` as a lost reply. Returns how many.

        `eod_only`: after a power cut every claim counts as `eod`, because soft marks may be missing. `died`: the
        attempt counts, as it may be what the owner died of; a message that went on to be that, alone, has failed.
        """
        if not owners:
            return 0
        now = self._tx.now
        mine = outbox.c.owner.in_(owners)
        lost = 0 if eod_only else self._requeue(mine, died)
        # Whatever customers' letters do, rings are never held.
        may_repeat = true() if on_unknown == "resend_once" else outbox.c.lane == "oncall"
        once_more = and_(outbox.c.ambiguous == 0, may_repeat)
        lost += self._tx.execute(
            update(outbox)
            .where(mine, outbox.c.state.in_(("sending", "eod")))
            .values(
                state=case((once_more, "deferred"), else_="unknown"),
                ambiguous=outbox.c.ambiguous + 1,
                owner=None,
                due_at=now + EOD_WAIT,
                reply="the bridge stopped before the server's answer was read",
                updated_at=now,
            )
        ).rowcount
        return int(lost)

    def _requeue(self, mine: ColumnElement[bool], died: bool) -> int:
        free = update(outbox).where(mine, outbox.c.state == "sending")
        ended = 0
        if died:
            deadly = free.where(outbox.c.attempts >= 2 * CRASHES)
            why = "the bridge died each time that it tried this message"
            ended = self._tx.execute(
                deadly.values(state="failed", reply=why, owner=None, updated_at=self._tx.now)
            ).rowcount
        again = free.values(
            state="queued",
            attempts=outbox.c.attempts - (0 if died else 1),
            owner=None,
            due_at=self._tx.now,
            updated_at=self._tx.now,
        )
        return int(ended + self._tx.execute(again).rowcount)

    def owners(self) -> set[str]:
        """Every instance that holds claims."""
        query = select(outbox.c.owner).where(outbox.c.state.in_(("sending", "eod"))).distinct()
        return {owner for owner in self._tx.execute(query).scalars() if owner}

    def cancel_rings(self, notice_id: str) -> None:
        """Withdraw the unsent rings of a decided notice, or those a newer ring replaces."""
        self._tx.execute(
            update(outbox)
            .where(
                outbox.c.notice_id == notice_id,
                outbox.c.kind == "ring",
                outbox.c.state.in_(("queued", "deferred")),
            )
            .values(state="cancelled", updated_at=self._tx.now)
        )

    def _cancel_late_rings(self) -> None:
        """A ring that was on its way when its notice was decided came back unsent: nobody needs it."""
        undecided = select(notices.c.id).where(notices.c.state.in_(UNDECIDED))
        self._tx.execute(
            update(outbox)
            .where(
                outbox.c.lane == "oncall",
                outbox.c.state.in_(("queued", "deferred")),
                outbox.c.kind == "ring",
                outbox.c.notice_id.not_in(undecided),
            )
            .values(state="cancelled", updated_at=self._tx.now)
        )

    def hasten(self) -> None:
        """The clock went back: what was planned by the time that is ahead again is due now."""
        now = self._tx.now
        self._tx.execute(
            update(outbox)
            .where(outbox.c.state.in_(("queued", "deferred")), outbox.c.updated_at > now)
            .values(due_at=now, updated_at=now)
        )

    def counts(self, notice_ids: Collection[str]) -> dict[str, dict[DeliveryState, int]]:
        """How many letters of each notice are in each state."""
        found: dict[str, dict[DeliveryState, int]] = {notice_id: {} for notice_id in notice_ids}
        rows = self._tx.execute(
            select(outbox.c.notice_id, outbox.c.state, func.count().label("n"))
            .where(outbox.c.notice_id.in_(notice_ids), outbox.c.lane == "customers")
            .group_by(outbox.c.notice_id, outbox.c.state)
        )
        for row in rows:
            found[row.notice_id][row.state] = row.n
        return found

    def unfinished(self, notice_id: str) -> bool:
        """Whether some letter of a notice is still to be sent."""
        query = select(outbox.c.id).where(
            outbox.c.notice_id == notice_id, outbox.c.lane == "customers", outbox.c.state.in_(OPEN)
        )
        return self._tx.execute(query.limit(1)).first() is not None

    def message_ids(self, notice_ids: Collection[str], addresses: Sequence[str]) -> dict[str, list[str]]:
        """The Message-IDs of earlier letters that these addresses were sent, oldest first."""
        found: dict[str, list[str]] = {}
        if not notice_ids or not addresses:
            return found
        rows = self._tx.execute(
            select(outbox.c.address, outbox.c.message_id)
            .where(
                outbox.c.notice_id.in_(notice_ids),
                outbox.c.lane == "customers",
                outbox.c.state.in_(("sent", "unknown")),
                outbox.c.address.in_(addresses),
            )
            .order_by(outbox.c.id)
        )
        for row in rows:
            found.setdefault(row.address, []).append(row.message_id)
        return found

    def page(self, notice_id: str, states: Sequence[str], after: int, limit: int) -> list[Row[Any]]:
        """Single deliveries of a notice in order of their id, those after the cursor."""
        query = select(outbox).where(
            outbox.c.notice_id == notice_id, outbox.c.lane == "customers", outbox.c.id > after
        )
        if states:
            query = query.where(outbox.c.state.in_(states))
        return list(self._tx.execute(query.order_by(outbox.c.id).limit(limit)))

    def next_due_at(self, lane: Lane) -> datetime | None:
        """When the next message of a lane becomes due."""
        query = select(func.min(outbox.c.due_at)).where(
            outbox.c.lane == lane, outbox.c.state.in_(("queued", "deferred"))
        )
        if lane == "customers":
            sending = select(notices.c.id).where(notices.c.state == "sending")
            query = query.where(outbox.c.notice_id.in_(sending))
        found: datetime | None = self._tx.execute(query).scalar_one()
        return found

    def states(self) -> dict[tuple[Lane, str], int]:
        """How many messages are in each state, by lane: for the metrics."""
        query = select(outbox.c.lane, outbox.c.state, func.count().label("n"))
        rows = self._tx.execute(query.group_by(outbox.c.lane, outbox.c.state))
        return {(row.lane, row.state): row.n for row in rows}


_CLAIMED = tuple(each.name for each in fields(Claimed) if each.name != "suspect")
# Attempts of a queued message that count all ended with their process.
_SUSPECT = and_(outbox.c.state == "queued", outbox.c.attempts >= CRASHES)
_NOTICE_STATE = select(notices.c.state).where(notices.c.id == outbox.c.notice_id).scalar_subquery()
_MARK_EOD = (
    update(outbox)
    .where(
        outbox.c.id.in_(bindparam("ids", expanding=True)),
        outbox.c.fence.in_(bindparam("fences", expanding=True)),
        outbox.c.owner == bindparam("me"),
        outbox.c.state == "sending",
        or_(
            and_(outbox.c.lane == "customers", _NOTICE_STATE == "sending"),
            and_(outbox.c.kind == "ring", _NOTICE_STATE.in_(sorted(UNDECIDED))),
            and_(outbox.c.lane == "oncall", outbox.c.kind != "ring"),
        ),
    )
    .values(state="eod", updated_at=bindparam("now"))
    .returning(outbox.c.id)
)
_MARK = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("b_id"),
        outbox.c.fence == bindparam("b_fence"),
        outbox.c.owner == bindparam("b_me"),
        or_(outbox.c.state == "sending", outbox.c.state == "eod"),
    )
    .values(
        state=bindparam("state"),
        reply=bindparam("reply"),
        due_at=bindparam("due_at"),
        attempts=outbox.c.attempts - bindparam("uncount"),
        ambiguous=outbox.c.ambiguous + bindparam("doubt"),
        owner=None,
        updated_at=bindparam("updated_at"),
    )
)
