"""What a transaction itself has opened: an incident, its letter and its ring are not read back while it writes them.

A storm opens incidents by the dozen, and half of what each would ask is what was written a moment before. Whatever is
changed otherwise than by adding to it is forgotten here, and read from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridge.core.model import Alert, Incident, Notice, Ring, Version

FEW = 50  # alerts of an incident that are kept here; of more, the database says which ones differ


@dataclass(frozen=True, slots=True)
class Link:
    """One person's way to one notice. `id` is stored in clear; the signed token is never stored."""

    id: str
    notice_id: str
    person: str
    created_at: datetime
    replaced: bool = False


@dataclass(slots=True)
class OwnNotice:
    """A notice of such an incident. `links`: by person. `told`: the occasions that were mailed."""

    notice: Notice
    versions: dict[int, Version] = field(default_factory=dict)
    rings: list[Ring] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)


@dataclass(slots=True)
class OwnIncident:
    """An incident that the transaction has opened. `alerts`: all of them, None when they are many."""

    incident: Incident
    alerts: Sequence[Alert] | None = ()
    notices: dict[str, OwnNotice] = field(default_factory=dict)


class OwnRows:
    """Those of one transaction. `without_past`: services that are locked, and had no real incident before it."""

    def __init__(self) -> None:
        self._incidents: dict[str, OwnIncident] = {}
        self._owner: dict[str, str] = {}  # the incident of each notice
        self.without_past: set[str] = set()

    def open(self, incident: Incident) -> None:
        self._incidents[incident.id] = OwnIncident(incident)

    def incident(self, incident_id: str) -> OwnIncident | None:
        return self._incidents.get(incident_id)

    def notice(self, notice_id: str) -> OwnNotice | None:
        found = self._incidents.get(self._owner.get(notice_id, ""))
        return found.notices.get(notice_id) if found else None

    def notices(self) -> list[str]:
        """The ids of all notices of such incidents."""
        return list(self._owner)

    def draft(self, notice: Notice) -> bool:
        """False where its incident is another transaction's."""
        found = self._incidents.get(notice.incident_id)
        if found is None:
            return False
        found.notices[notice.id] = OwnNotice(notice)
        self._owner[notice.id] = notice.incident_id
        return True

    def put_alerts(self, incident_id: str, alerts: Sequence[Alert]) -> None:
        if found := self._incidents.get(incident_id):
            few = found.alerts == () and len(alerts) <= FEW
            found.alerts = tuple(alerts) if few else None

    def fire(self, fired: Ring) -> None:
        if found := self.notice(fired.notice_id):
            found.rings = [fired if ring.n == fired.n else ring for ring in found.rings]

    def forget(self, incident_id: str = "", *, notice_id: str = "") -> None:
        """Something of it was changed: from now on it is read."""
        self._incidents.pop(incident_id or self._owner.get(notice_id, ""), None)
