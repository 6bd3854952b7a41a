"""What a step of the flow works on: an incident, or one notice of it, within one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from bridge.core.anchors import Anchor
from bridge.core.continuity import Gap, copy_since, missing_since
from bridge.core.events import NewEvent
from bridge.core.facts import Facts
from bridge.core.kinds import KindSpec, Recipients, spec_of
from bridge.core.model import Incident, Notice, Version
from bridge.core.settings import Escalation, Policy, Service
from bridge.stages.runtime import Runtime

if TYPE_CHECKING:  # whoever explains opens no database
    from bridge.store.tx import Tx


@dataclass(frozen=True, slots=True)
class IncidentContext:
    """An incident of a service that the configuration has."""

    tx: "Tx"
    runtime: Runtime
    incident: Incident

    @property
    def service(self) -> Service:
        return self.runtime.service(self.incident)

    @property
    def policy(self) -> Policy:
        return self.service.policy

    @property
    def escalation(self) -> Escalation:
        return self.runtime.escalation(self.service)

    @property
    def now(self) -> datetime:
        """The moment of the transaction, in UTC."""
        return self.tx.now

    def notices(self) -> list[Notice]:
        """The incident's notices as they are stored now, in the order they were drafted."""
        return self.tx.notices.of(self.incident.id)

    def about(self, notice: Notice) -> "NoticeContext":
        """One notice of this incident."""
        return NoticeContext(self.tx, self.runtime, self.incident, notice)

    def with_incident(self, **changes: Any) -> Self:
        """The same, after these columns of the incident were written."""
        return replace(self, incident=replace(self.incident, **changes))

    def record(self, actor: str, event: NewEvent) -> Anchor:
        """Add to the incident's history. Returns its new head."""
        return self.tx.events.add(self.incident.id, actor, event)


@dataclass(frozen=True, slots=True)
class NoticeContext(IncidentContext):
    """One notice of an incident."""

    notice: Notice

    @property
    def spec(self) -> KindSpec:
        return spec_of(self.notice.kind)

    @property
    def recipients(self) -> Recipients:
        """Where the letter's addresses come from. In a drill they never are those of customers."""
        return Recipients.RUNG if self.incident.is_drill else self.spec.recipients

    def record_until(self) -> datetime | None:
        """From when on something that was sent may be missing from the record of this notice; None: nothing is."""
        return missing_since(self.tx.instances.gaps(), self.notice.drafted_at)

    def copy(self) -> Gap | None:
        """By which copying of the database this notice is known here, whose original may be running too."""
        return copy_since(self.tx.instances.gaps(), self.notice.drafted_at)

    def version(self) -> Version:
        """The newest version of the notice."""
        return self.tx.notices.version(self.notice.id, self.notice.version)

    def told(self, version: Version) -> Facts:
        """The facts that a version was rendered from."""
        named = ("facts", version.notice_id, version.version)
        return self.tx.once(named, lambda: Facts.from_dict(version.facts))


def open_incident(
    tx: "Tx", runtime: Runtime, incident_id: str, *, lock: bool = False
) -> IncidentContext | None:
    """An incident as it is stored now. None when there is none, or the configuration has lost its service.

    `lock`: nobody else decides about the service until the transaction ends.
    """
    incident = tx.incidents.get(incident_id)
    if incident is None or incident.service not in runtime.config.services:
        return None
    if lock:
        tx.lock("service", incident.service)
        incident = tx.incidents.get(incident_id) or incident
    return IncidentContext(tx, runtime, incident)


def open_notice(tx: "Tx", runtime: Runtime, notice_id: str, *, lock: bool = False) -> NoticeContext | None:
    """A notice with its incident, as they are stored now. None as for `open_incident`.

    With `lock`, both are read again once the lock is held: somebody may have decided until then.
    """
    notice = tx.notices.get(notice_id)
    found = open_incident(tx, runtime, notice.incident_id, lock=lock) if notice else None
    if notice is None or found is None:
        return None
    return found.about((tx.notices.get(notice_id) or notice) if lock else notice)
