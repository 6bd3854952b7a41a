"""Which instances of the bridge are alive, and the few facts a database keeps about itself."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from bridge.store.dialect import insert
from bridge.store.tables import instances, meta
from bridge.store.transaction import Transaction

# An instance unseen for this long is dead. The others look every 2 s, so its work is taken over within 15 s.
FRESH = timedelta(seconds=12)
CLOCK_SLACK = timedelta(seconds=2)  # a heartbeat further ahead than this means that the clock went back


class Instances:
    """Heartbeats and meta facts within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

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
        found: datetime | None = self._tx.execute(select(func.max(instances.c.seen_at))).scalar_one()
        return found

    def meta(self, key: str) -> str | None:
        """A fact kept about this database."""
        query = select(meta.c.value).where(meta.c.key == key)
        found: str | None = self._tx.execute(query).scalar_one_or_none()
        return found

    def set_meta(self, key: str, value: str) -> None:
        """Keep or replace a fact about this database."""
        statement = insert(meta).values(key=key, value=value)
        self._tx.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
        )
