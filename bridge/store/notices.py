"""Queries over notices, their versions and approvals."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select, update
from sqlalchemy import Text as TextType

from bridge.core.kinds import Clock, Recipients, kinds_that, spec_of
from bridge.core.lifecycle import UNDECIDED, UNDER_WAY, may_move
from bridge.core.model import Approval, Batch, Notice, NoticeState, Text, Version
from bridge.core.values import fields_of
from bridge.store.delivery_counts import DeliveryCounts
from bridge.store.dialect import dumps, insert, listed
from bridge.store.incidents import REAL, Incidents, about
from bridge.store.indexed import OPEN_NOTICE
from bridge.store.tables import approvals, incidents, notices, versions
from bridge.store.transaction import Transaction

_BY_LIST = kinds_that(lambda spec: spec.recipients is Recipients.SERVICE_LIST)
_NOTICE_COLUMNS = [column for column in notices.c if column.name not in ("audience", "owner")]


# Statements of every alert are built once: building costs as much as running them.
_IN_ORDER = select(*_NOTICE_COLUMNS).order_by(notices.c.drafted_at, notices.c.id)
_BY_ID = _IN_ORDER.where(notices.c.id == bindparam("id"))
_OF = _IN_ORDER.where(notices.c.incident_id == bindparam("incident_id"))
_OF_ALL = _IN_ORDER.where(listed(notices.c.incident_id, bindparam("incidents", type_=TextType())))
_ADD, _ADD_VERSION = notices.insert(), versions.insert()
_VERSION = select(versions).where(
    versions.c.notice_id == bindparam("notice_id"), versions.c.version == bindparam("version")
)
_VERSIONS = (
    select(versions)
    .where(versions.c.notice_id.in_(bindparam("ids", expanding=True)))
    .order_by(versions.c.notice_id, versions.c.version)
)
_APPROVALS = (
    select(approvals)
    .where(approvals.c.notice_id.in_(bindparam("ids", expanding=True)))
    .order_by(approvals.c.at)
)
_EARLIEST = select(func.min(notices.c.send_at)).where(
    OPEN_NOTICE, notices.c.state == "approved", about(notices.c.id)
)
_WAITING = (
    select(
        func.count().label("all"),
        func.count()
        .filter(notices.c.due_at < bindparam("now", type_=notices.c.due_at.type))
        .label("overdue"),
    )
    .join_from(notices, incidents)
    .where(OPEN_NOTICE, notices.c.state.in_(UNDECIDED), incidents.c.mode == REAL)
)
_STOPPED_BY_BRIDGE = (
    select(func.count())
    .join_from(notices, incidents)
    .where(OPEN_NOTICE, notices.c.state == "stopped", incidents.c.state != "closed", incidents.c.mode == REAL)
    .where(or_(notices.c.stop_reason.is_(None), notices.c.stop_reason != "person"))
)
_HIGHEST_NUMBER = select(func.max(notices.c.number)).where(notices.c.incident_id == bindparam("incident_id"))
_LAST_SENT = (
    select(*_NOTICE_COLUMNS)
    .where(
        notices.c.incident_id.in_(
            select(incidents.c.id).where(
                incidents.c.service == bindparam("service"), incidents.c.mode == REAL
            )
        ),
        notices.c.id != bindparam("exclude"),
        notices.c.kind.in_(_BY_LIST),
        notices.c.state.in_(("sending", "stopped", "sent")),
        notices.c.recipients.is_not(None),
    )
    .order_by(notices.c.approved_at.desc())
    .limit(5)
)


class Waiting(NamedTuple):
    """How many notices wait for people, and of how many of them the deadline has passed."""

    all: int
    overdue: int


class Notices:
    """Notices, versions and approvals within one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, notice_id: str) -> Notice | None:
        if own := self._tx.own.notice(notice_id):
            return own.notice
        return next(iter(self._read(_BY_ID, {"id": notice_id})), None)

    def of(self, incident_id: str) -> list[Notice]:
        """The notices of one incident in the order they were drafted."""
        if own := self._tx.own.incident(incident_id):
            return [each.notice for each in own.notices.values()]
        return self._tx.once(("notices", incident_id), lambda: self._read(_OF, {"incident_id": incident_id}))

    def of_all(self, incident_ids: Collection[str]) -> dict[str, list[Notice]]:
        """The notices of several incidents, by incident."""
        found: dict[str, list[Notice]] = {incident_id: [] for incident_id in incident_ids}
        for notice in self._read(_OF_ALL, {"incidents": dumps(list(found))}) if found else ():
            found[notice.incident_id].append(notice)
        for incident_id, some in found.items():
            self._tx.know(("notices", incident_id), some)
            self._tx.know(("highest", incident_id), max((one.number or 0 for one in some), default=0))
        return found

    def in_states(self, states: Collection[NoticeState]) -> list[Notice]:
        """The notices in these states, of those that wait for somebody."""
        return self._load(and_(OPEN_NOTICE, notices.c.state.in_(states)))

    def waiting(self) -> "Waiting":
        """How many notices wait for people now; a drill's are nobody's trouble."""
        row = self._tx.execute(_WAITING, {"now": self._tx.now}).one()
        return Waiting(row.all, row.overdue)

    def stopped_by_bridge(self) -> int:
        """How many letters of unfinished incidents the bridge holds back until a person resumes them."""
        return int(self._tx.execute(_STOPPED_BY_BRIDGE).scalar_one())

    def _load(self, where: Any) -> list[Notice]:
        return self._read(_IN_ORDER.where(where), {})

    def _read(self, query: Select[Any], values: Mapping[str, Any]) -> list[Notice]:
        rows = self._tx.execute(query, values).all()
        ids = [row.id for row in rows]
        yes = self._tx.once(("approvals", *ids), lambda: self._approvals(ids))
        return [_notice(row, yes.get(row.id, ())) for row in rows]

    def _approvals(self, notice_ids: Sequence[str]) -> dict[str, tuple[Approval, ...]]:
        if not notice_ids:
            return {}
        rows = self._tx.execute(_APPROVALS, {"ids": notice_ids})
        found: dict[str, tuple[Approval, ...]] = {}
        for row in rows:
            yes = Approval(row.person, row.version, row.at)
            found[row.notice_id] = (*found.get(row.notice_id, ()), yes)
        return found

    def add(self, notice: Notice, audience: str) -> None:
        self._tx.write(_ADD, [{**fields_of(notice, "approvals"), "audience": audience}])
        if not self._tx.own.draft(notice):
            Incidents(self._tx).changed(notice.id)

    def move(
        self,
        notice: Notice,
        to: NoticeState,
        *,
        at_version: int | None = None,
        **values: Any,
    ) -> bool:
        """Compare and set: true when the notice still was in the state (and version) the caller saw.

        Raises ValueError for a move that the lifecycle does not know.
        """
        if to != notice.state and not may_move(notice.state, to):
            raise ValueError(f"a notice does not go from {notice.state} to {to}")
        where = [notices.c.id == notice.id, notices.c.state == notice.state]
        if at_version is not None:
            where.append(notices.c.version == at_version)
        self._tx.own.forget(notice.incident_id)
        if to in UNDER_WAY:
            self._tx.tell_others()
        done = self._tx.execute(update(notices).where(*where).values(state=to, **values))
        if done.rowcount:
            Incidents(self._tx).changed(notice.id)
        if done.rowcount and (notice.state == "sent") != (to == "sent"):
            counts = DeliveryCounts(self._tx)
            (counts.keep if to == "sent" else counts.forget)(notice.id)
        return bool(done.rowcount == 1)

    def set(self, notice_id: str, **values: Any) -> None:
        """Write columns that no decision depends on."""
        self._tx.own.forget(notice_id=notice_id)
        self._tx.execute(update(notices).where(notices.c.id == notice_id).values(**values))
        Incidents(self._tx).changed(notice_id)

    def claim_sending(
        self, instance_id: str, services: Collection[str], exclude: Collection[str], *, ahead: bool
    ) -> Notice | None:
        """Take one approved notice of these services whose hold is over, if any: this instance loads its list.

        `ahead`: one whose hold still runs, which nobody took.
        """
        now, nobodys = self._tx.now, notices.c.owner.is_(None)
        due = notices.c.send_at <= now
        mine = and_(due, or_(nobodys, notices.c.owner == instance_id))
        early = and_(~due, nobodys, notices.c.sending_at.is_(None))
        found = self._tx.execute(
            select(notices.c.id)
            .where(OPEN_NOTICE, notices.c.state == "approved", early if ahead else mine)
            .where(notices.c.id.not_in(exclude))
            .where(about(notices.c.id))
            .order_by(notices.c.send_at)
            .limit(1),
            {"services": dumps(list(services))},
        ).scalar_one_or_none()
        if found is None:
            return None
        taken = self._tx.execute(
            update(notices)
            .where(notices.c.id == found, notices.c.state == "approved")
            .where(or_(nobodys, notices.c.owner == instance_id))
            .values(owner=instance_id)
        )
        return self.get(found) if taken.rowcount == 1 else None

    def owners(self) -> list[str]:
        """The instance that loads each list that is being loaded."""
        query = select(notices.c.owner).where(
            OPEN_NOTICE, notices.c.state == "approved", notices.c.owner.is_not(None)
        )
        return list(self._tx.execute(query).scalars())

    def release(self, owners: Collection[str]) -> None:
        """Let other instances load the lists that dead ones were loading."""
        self._tx.execute(update(notices).where(OPEN_NOTICE, notices.c.owner.in_(owners)).values(owner=None))

    def first_accepts(self, notice_ids: Collection[str]) -> list[float]:
        """Note that the mail server took the first mail of these letters.

        Returns the seconds since detection, one for each first report whose first mail it was.
        """
        rows = self._tx.execute(
            update(notices)
            .where(notices.c.id.in_(notice_ids), notices.c.first_accept_at.is_(None))
            .values(first_accept_at=self._tx.now)
            .returning(notices.c.kind, notices.c.incident_id)
        ).all()
        firsts = [row.incident_id for row in rows if spec_of(row.kind).clock is Clock.DETECTION]
        if not firsts:
            return []
        received = select(incidents.c.received_at).where(incidents.c.id.in_(firsts), incidents.c.mode == REAL)
        return [(self._tx.now - at).total_seconds() for at in self._tx.execute(received).scalars()]

    def after_clock_step_back(self) -> None:
        """After the clock stepped back, restart holds that began in what is now the future, at full length."""
        for notice in self.in_states({"approved"}):
            if notice.approved_at and notice.send_at and notice.approved_at > self._tx.now:
                self.set(notice.id, send_at=self._tx.now + (notice.send_at - notice.approved_at))

    def next_send_at(self, services: Collection[str]) -> datetime | None:
        """When the next hold of a letter about these services ends."""
        found: datetime | None = self._tx.execute(_EARLIEST, {"services": dumps(list(services))}).scalar_one()
        return found

    def version(self, notice_id: str, number: int) -> Version:
        if (own := self._tx.own.notice(notice_id)) and number in own.versions:
            return own.versions[number]
        named = {"notice_id": notice_id, "version": number}
        return self._tx.once(
            ("version", notice_id, number), lambda: _version(self._tx.execute(_VERSION, named).one())
        )

    def next_version(self, notice_id: str) -> int:
        """The number of the next new wording: one more than the highest so far."""
        highest = select(func.max(versions.c.version)).where(versions.c.notice_id == notice_id)
        return int(self._tx.execute(highest).scalar_one() or 0) + 1

    def versions(self, notice_id: str) -> list[Version]:
        """Every version of a notice, oldest first."""
        return self.versions_of_all([notice_id])[notice_id]

    def versions_of_all(self, notice_ids: Collection[str]) -> dict[str, list[Version]]:
        """Every version of several notices, by notice."""
        found: dict[str, list[Version]] = {notice_id: [] for notice_id in notice_ids}
        for row in self._tx.execute(_VERSIONS, {"ids": list(found)}):
            version = _version(row)
            found[row.notice_id].append(version)
            self._tx.know(("version", row.notice_id, row.version), version)
        return found

    def digest(self, notice_id: str, number: int) -> str | None:
        """The SHA-256 of what customers would read in a version, and of an individual batch's addressees.

        As the database holds it; None when it does not.
        """
        query = select(versions.c.texts, versions.c.batch)
        row = self._tx.execute(
            query.where(versions.c.notice_id == notice_id, versions.c.version == number)
        ).one_or_none()
        if row is None:
            return None
        batch = row.batch or {}
        content = [row.texts, batch.get("letters"), batch.get("rows")]
        raw = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(raw.encode()).hexdigest()

    def add_version(self, version: Version) -> None:
        nested = {
            "texts": {locale: fields_of(text) for locale, text in version.texts.items()},
            "batch": asdict(version.batch) if version.batch else None,
        }
        self._tx.write(_ADD_VERSION, [{**fields_of(version), **nested}])
        if own := self._tx.own.notice(version.notice_id):
            own.versions[version.version] = version

    def set_facts(self, version: Version, facts: Mapping[str, Any], promise_at: datetime | None) -> None:
        """Note later facts of which a version says the same to customers; its texts stay."""
        self._tx.own.forget(notice_id=version.notice_id)
        self._tx.execute(
            update(versions)
            .where(versions.c.notice_id == version.notice_id, versions.c.version == version.version)
            .values(facts=facts, promise_at=promise_at)
        )

    def approve(self, notice: Notice, version: int, person: str) -> None:
        """Record one person's yes to one version, once."""
        self._tx.own.forget(notice.incident_id)
        self._tx.execute(
            insert(approvals)
            .values(notice_id=notice.id, version=version, person=person, at=self._tx.now)
            .on_conflict_do_nothing()
        )

    def withdraw_approvals(self, notice_id: str) -> None:
        """Forget every yes: the letter was called back, or changed."""
        self._tx.own.forget(notice_id=notice_id)
        self._tx.execute(approvals.delete().where(approvals.c.notice_id == notice_id))

    def next_number(self, incident_id: str) -> int:
        """The number of the incident's next report: one more than the highest so far."""
        if (own := self._tx.own.incident(incident_id)) and not own.notices:
            return 1
        return self._tx.once(("highest", incident_id), lambda: self._highest(incident_id)) + 1

    def _highest(self, incident_id: str) -> int:
        return self._tx.execute(_HIGHEST_NUMBER, {"incident_id": incident_id}).scalar_one() or 0

    def last_sent(self, service: str, exclude: str) -> list[Notice]:
        """The last letters, at most five, that a service's list was sent, newest first: to compare with the next."""
        if service in self._tx.own.without_past:
            return []
        named = {"service": service, "exclude": exclude}
        return self._tx.once(
            ("last sent", service, exclude),
            lambda: [_notice(row, ()) for row in self._tx.execute(_LAST_SENT, named)],
        )


def _notice(row: Row[Any], yes: tuple[Approval, ...]) -> Notice:
    return Notice(approvals=yes, **row._mapping)


def _version(row: Row[Any]) -> Version:
    texts = {locale: Text(**text) for locale, text in row.texts.items()}
    return Version(**{**row._mapping, "texts": texts, "batch": _batch(row.batch) if row.batch else None})


def _batch(stored: Mapping[str, Any]) -> Batch:
    return Batch(tuple(stored["rows"]), tuple(Text(**text) for text in stored["letters"]))
