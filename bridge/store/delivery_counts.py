"""How many letters are in each state: of one notice, and of all for the metrics.

Those of a letter that has nothing left to send are kept: nobody reads a million finished rows again. Those of the few
letters under way are counted when somebody asks, because a count that every mail moves would make senders queue.
"""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import bindparam, func, select

from bridge.core.lifecycle import UNDER_WAY
from bridge.core.model import DeliveryState
from bridge.store.dialect import insert
from bridge.store.incidents import REAL
from bridge.store.indexed import OPEN_NOTICE
from bridge.store.tables import delivery_counts, delivery_totals, incidents, notices, outbox
from bridge.store.transaction import Transaction

Counts = dict[DeliveryState, int]


_KEPT = select(delivery_counts).where(delivery_counts.c.notice_id.in_(bindparam("ids", expanding=True)))
_COUNTED = (
    select(outbox.c.notice_id, outbox.c.state, func.count().label("n"))
    .where(outbox.c.notice_id.in_(bindparam("ids", expanding=True)))
    .group_by(outbox.c.notice_id, outbox.c.state)
)
_TO_PEOPLE = _COUNTED.where(outbox.c.lane == "oncall")
_TOTALS = select(delivery_totals)  # each scrape asks: built once
_UNDER_WAY = (
    select(notices.c.id)
    .join_from(notices, incidents)
    .where(incidents.c.mode == REAL, OPEN_NOTICE, notices.c.state.in_(UNDER_WAY))
)


class DeliveryCounts:
    """Counts of letters to customers within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, notice_ids: Collection[str]) -> dict[str, Counts]:
        """The letters of each of these notices by state; a state without letters is left out."""
        found: dict[str, Counts] = {notice_id: {} for notice_id in notice_ids}
        for row in self._tx.execute(_KEPT, {"ids": list(found)}):
            found[row.notice_id][row.state] = row.n
        uncounted = [notice_id for notice_id, counts in found.items() if not counts]
        return found | self._counted(uncounted)

    def _counted(self, notice_ids: Collection[str]) -> dict[str, Counts]:
        """Counted row by row, in an index that has the state and not the lane; the few mails to people come off."""
        found: dict[str, Counter[DeliveryState]] = {notice_id: Counter() for notice_id in notice_ids}
        if not notice_ids:
            return {}
        for sign, counted in ((1, _COUNTED), (-1, _TO_PEOPLE)):
            for row in self._tx.execute(counted, {"ids": list(found)}):
                found[row.notice_id][row.state] += sign * row.n
        return {notice_id: {state: n for state, n in each.items() if n} for notice_id, each in found.items()}

    def all(self) -> Counts:
        """The letters of all notices by state; a drill's reach no customer."""
        total: Counter[DeliveryState] = Counter()
        for row in self._tx.execute(_TOTALS):
            total[row.state] += row.n
        for counts in self._counted(list(self._tx.execute(_UNDER_WAY).scalars())).values():
            total.update(counts)
        return dict(total)

    def keep(self, notice_id: str) -> None:
        """Remember the counts of a letter that has nothing left to send."""
        counts = self._counted([notice_id])[notice_id]
        self._add_to_totals(notice_id, counts)
        for state, n in counts.items():
            self._tx.execute(delivery_counts.insert().values(notice_id=notice_id, state=state, n=n))

    def forget(self, notice_id: str) -> None:
        """A letter is sent on: it is counted anew."""
        mine = delivery_counts.c.notice_id == notice_id
        gone = self._tx.execute(
            delivery_counts.delete().where(mine).returning(delivery_counts.c.state, delivery_counts.c.n)
        )
        self._add_to_totals(notice_id, {row.state: -row.n for row in gone})

    def _add_to_totals(self, notice_id: str, counts: Counts) -> None:
        mode = select(incidents.c.mode).join_from(notices, incidents).where(notices.c.id == notice_id)
        if self._tx.execute(mode).scalar_one() != REAL:
            return
        statement = insert(delivery_totals)
        more = statement.on_conflict_do_update(
            index_elements=["state"], set_={"n": delivery_totals.c.n + statement.excluded.n}
        )
        for state in sorted(counts):  # sorted: two orders of locking could deadlock
            self._tx.execute(more, {"state": state, "n": counts[state]})
