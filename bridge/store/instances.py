"""Which instances of the bridge are alive, and the few facts a database keeps about itself."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)

from bridge.core.continuity import GAPS_KEPT, DatabaseIdentity, Gap, Mark, MarkedRow, Record, next_tick
from bridge.core.model import NoticeState
from bridge.store.dialect import insert
from bridge.store.indexed import written
from bridge.store.prepared import Prepared, moment
from bridge.store.tables import instances, meta, notices, outbox
from bridge.store.transaction import Transaction

# An instance unseen for this long is dead. The others look every 2 s, so its work is taken over within 15 s.
FRESH = timedelta(seconds=12)
CLOCK_SLACK = timedelta(seconds=2)  # a heartbeat further ahead than this means that the clock went back

# Keys of `meta`.
_DATABASE, _TICK, _IDENTITY, _GAPS, _WHERE = "database", "tick", "identity", "gaps", "where"
_CONFIGURATIONS = "configurations"
# Asked a hundred times a second: built once.
_KNOWN = select(meta.c.key, meta.c.value).where(meta.c.key.in_(written(_DATABASE, _TICK)))
_NAME_AND_TICK = Prepared(_KNOWN, _KNOWN)
_ROW = select(outbox.c.fence, outbox.c.state).where(outbox.c.id == bindparam("row"))
_MARKED_ROW = Prepared(_ROW, _ROW)
_LAST_SEEN = select(func.max(instances.c.seen_at))
_RECORD = select(
    *(
        select(meta.c.value).where(meta.c.key == literal_column(f"'{key}'")).scalar_subquery().label(key)
        for key in (_DATABASE, _TICK, _IDENTITY)
    ),
    _LAST_SEEN.scalar_subquery().label("seen_at"),
    *(
        select(outbox.c[name]).where(outbox.c.id == bindparam("row", type_=BigInteger)).scalar_subquery()
        for name in ("fence", "state")
    ),
)
_ASK_RECORD = Prepared(_RECORD, _RECORD)

# Statements of every alert are built once: building costs as much as running them.
_META = select(meta.c.value).where(meta.c.key == bindparam("key"))
_INSERT = insert(meta)
_SET_META = _INSERT.on_conflict_do_update(index_elements=["key"], set_={"value": _INSERT.excluded.value})


class Instances:
    """Heartbeats and meta facts within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._name_and_tick: tuple[str, int] | None = None
        self._gaps: str | None = None  # as they were read: every ring of a storm asks

    def beat(self, instance_id: str, boot_id: str) -> None:
        """Say that this instance is alive now, by the database's clock."""
        statement = insert(instances).values(id=instance_id, seen_at=self._tx.now, boot=boot_id)
        new = statement.excluded
        self._tx.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"seen_at": new.seen_at, "boot": new.boot}
            )
        )

    def known(self) -> set[str]:
        """Every instance that was not removed as dead."""
        return set(self._tx.execute(select(instances.c.id)).scalars())

    def remove_dead(self, instance_id: str, *, alone: bool) -> dict[str, str]:
        """Remove the other instances not seen within `FRESH`, or all others when this one is `alone`.

        Returns their boot ids by instance. The DELETE itself decides. It waits for a heartbeat that is being written,
        and then spares its instance.
        """
        dead: ColumnElement[bool] = instances.c.id != instance_id
        if not alone:
            dead = and_(dead, instances.c.seen_at <= self._tx.now - FRESH)
        rows = self._tx.execute(delete(instances).where(dead).returning(instances.c.id, instances.c.boot))
        return {row.id: row.boot for row in rows}

    def clock_went_back(self) -> bool:
        """Whether some heartbeat lies in the future. It is set to now, so that it can grow old again."""
        now = self._tx.now
        ahead = self._tx.execute(
            update(instances).where(instances.c.seen_at > now + CLOCK_SLACK).values(seen_at=now)
        )
        return bool(ahead.rowcount)

    def reset_stale(self, instance_id: str) -> None:
        """If this instance's own heartbeat is stale too, the database was out of reach for all: reset them all.

        Those of dead instances will go stale again.
        """
        stale = self._tx.now - FRESH
        my_own = select(instances.c.seen_at).where(instances.c.id == instance_id).scalar_subquery()
        self._tx.execute(
            update(instances)
            .where(instances.c.seen_at <= stale, my_own <= stale)
            .values(seen_at=self._tx.now)
        )

    def last_seen_at(self) -> datetime | None:
        """The newest heartbeat of anyone."""
        found: datetime | None = self._tx.execute(_LAST_SEEN).scalar_one()
        return found

    def record(self, mark: Mark | None) -> Record:
        """What the database says of itself, as of the last heartbeat. `mark`: read before this transaction."""
        found = self._tx.run(_ASK_RECORD, {"row": mark.row if mark else None}).fetchone()
        database, tick, identity, seen_at, fence, state = found
        seen = moment(seen_at)
        self._name_and_tick = database or "", int(tick or 0)
        return Record(
            database=database,
            tick=int(tick or 0),
            identity=DatabaseIdentity.parse(identity) if identity else None,
            here=self._tx.identity(),
            age=self._tx.now - seen if seen else None,
            boot=self._tx.boot_id(),
            row=None if fence is None else MarkedRow(fence, state),
            # Asked only of a database that is seen for the first time.
            under_way=identity is None and self.letters({"approved", "sending"}),
        )

    def marked_row(self, row: int) -> MarkedRow | None:
        """The row of the outbox that a mark names, None where there is no such row."""
        found = self._tx.run(_MARKED_ROW, {"row": row}).fetchone()
        return MarkedRow(*found) if found else None

    def letters(self, states: set[NoticeState]) -> bool:
        """Whether some letter is in one of these states."""
        query = select(notices.c.id).where(notices.c.state.in_(states)).limit(1)
        return self._tx.execute(query).first() is not None

    def settle_in(self, record: Record) -> None:
        """From now on the database lies here. It gets its name, which every copy will share, once."""
        if record.database is None:
            self.set_meta(_DATABASE, str(uuid4()))
            self.set_meta(_TICK, str(record.tick))
        if record.identity != record.here:
            self.set_meta(_IDENTITY, str(record.here))

    def raise_tick(self, tick: int) -> None:
        """Past `tick` and past the database's own. Locked: of two instances none may lower what the other wrote."""
        locked = select(meta.c.value).where(meta.c.key == _TICK).with_for_update()
        own = int(self._tx.execute(locked).scalar_one())
        self.set_meta(_TICK, str(next_tick(max(tick, own), self._tx.now)))

    def name_and_tick(self) -> tuple[str, int]:
        """What a mark takes along; as the record was read in this transaction, if it was."""
        if self._name_and_tick is None:
            known = dict(self._tx.run(_NAME_AND_TICK, {}).fetchall())
            self._name_and_tick = known.get(_DATABASE, ""), int(known.get(_TICK, 0))
        return self._name_and_tick

    def gaps(self) -> list[Gap]:
        """Where something that was sent may be missing from the record, oldest first."""
        if self._gaps is None:
            self._gaps = self.meta(_GAPS) or "[]"
        stored = json.loads(self._gaps)
        return [
            Gap(datetime.fromisoformat(start), datetime.fromisoformat(end), *copy)
            for start, end, *copy in stored
        ]

    def add_gap(self, gap: Gap) -> None:
        """The record was incomplete until now. The oldest gaps are forgotten at last."""
        self._keep_gaps([*self.gaps(), gap][-GAPS_KEPT:])

    def end_copies(self) -> None:
        """A person said which of two copies goes on. The record stays as incomplete as it was."""
        self._keep_gaps([gap._replace(copied=False) for gap in self.gaps()])

    def _keep_gaps(self, gaps: Sequence[Gap]) -> None:
        times = ((gap, [gap.start.isoformat(), gap.end.isoformat()]) for gap in gaps)
        stored = [[*time, True, gap.before, gap.here] if gap.copied else time for gap, time in times]
        self._gaps = json.dumps(stored)
        self.set_meta(_GAPS, self._gaps)

    def where(self) -> str:
        """Where the bridge of the last start ran, in words; empty for one of an older version."""
        return self.meta(_WHERE) or ""

    def started_at(self, where: str) -> None:
        """A bridge has started there. Kept for whoever will look at a copy of this database."""
        self.set_meta(_WHERE, where)

    def metas(self, *keys: str) -> dict[str, str]:
        """Those of these facts that are kept about this database."""
        rows = self._tx.execute(select(meta.c.key, meta.c.value).where(meta.c.key.in_(keys)))
        return {row.key: row.value for row in rows}

    def configurations(self, instance_id: str, digest: str) -> set[str]:
        """Keep this instance's configuration, and return those of the living that are another one, by instance."""
        alive = self.known()
        stored: dict[str, str] = json.loads(self.meta(_CONFIGURATIONS) or "{}")
        kept = {name: one for name, one in stored.items() if name in alive} | {instance_id: digest}
        if kept != stored:
            self.set_meta(_CONFIGURATIONS, json.dumps(kept, sort_keys=True))
        return {name for name, one in kept.items() if one != digest}

    def meta(self, key: str) -> str | None:
        """A fact kept about this database."""
        found: str | None = self._tx.execute(_META, {"key": key}).scalar_one_or_none()
        return found

    def set_meta(self, key: str, value: str) -> None:
        """Keep or replace a fact about this database."""
        self._name_and_tick = None
        self._tx.execute(_SET_META, {"key": key, "value": value})
