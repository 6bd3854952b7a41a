"""Queries over personal links: one for each person and notice, the same in every ring."""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select, update

from bridge.core.values import fields_of
from bridge.store.dialect import insert
from bridge.store.own_rows import Link
from bridge.store.tables import links
from bridge.store.transaction import Transaction

_LINK_BYTES = 16
_ADD = insert(links).on_conflict_do_nothing()
_LIVE = select(links).where(
    links.c.notice_id == bindparam("notice_id"), links.c.revoked_at.is_(None), links.c.replaced_at.is_(None)
)


class Links:
    """Personal links within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, link_id: str) -> Link | None:
        """A link that was issued here and not revoked."""
        row = self._tx.execute(
            select(links).where(links.c.id == link_id, links.c.revoked_at.is_(None))
        ).one_or_none()
        return _link(row) if row else None

    def ensure(self, notice_id: str, people: Iterable[str]) -> None:
        """Make the one link of each of these people to a notice, where it is missing."""
        own = self._tx.own.notice(notice_id)
        mine: dict[str, Link] = own.links if own else {}
        new = [
            Link(secrets.token_urlsafe(_LINK_BYTES), notice_id, person, self._tx.now)
            for person in dict.fromkeys(people)
            if person not in mine
        ]
        if new:
            self._tx.write(_ADD, [fields_of(link, "replaced") for link in new])
            mine.update({link.person: link for link in new})

    def of(self, notice_id: str) -> dict[str, Link]:
        """The live links of a notice, by person."""
        if own := self._tx.own.notice(notice_id):
            return dict(own.links)
        rows = self._tx.execute(_LIVE, {"notice_id": notice_id})
        return {row.person: _link(row) for row in rows}

    def replace(self, link: Link) -> None:
        """Let a fresh link take this one's place."""
        self._tx.own.forget(notice_id=link.notice_id)
        self._tx.execute(update(links).where(links.c.id == link.id).values(replaced_at=self._tx.now))

    def revoke(self, *, notice_id: str | None = None, person: str | None = None) -> int:
        """Revoke live links, all or those of one notice or person; returns how many."""
        where: list[ColumnElement[bool]] = [links.c.revoked_at.is_(None)]
        if notice_id:
            where.append(links.c.notice_id == notice_id)
        if person:
            where.append(links.c.person == person)
        done = self._tx.execute(update(links).where(*where).values(revoked_at=self._tx.now))
        return int(done.rowcount)


def _link(row: Row[Any]) -> Link:
    return Link(row.id, row.notice_id, row.person, row.created_at, row.replaced_at is not None)
