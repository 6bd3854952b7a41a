"""The first stage: a source's alerts become incidents and drafts, before the webhook is answered."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bridge.core import duties
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Alert, Incident
from bridge.core.triage import Ignored, Verdict, comes_back, judge, sort_alerts, state_after
from bridge.stages.draft import draft, refresh, supersede
from bridge.stages.follow_up.advance import advance
from bridge.stages.setup import Setup
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

NAMED = 5  # alert names, and notes, that an event spells out; a storm is counted


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a post: the incidents it touched, and how many alerts were recorded or ignored."""

    incidents: tuple[str, ...]
    accepted: int
    ignored: tuple[tuple[Alert, Ignored], ...]
    wake: Wake = field(default=NOTHING)


def receive(
    tx: Tx,
    setup: Setup,
    source: str,
    alerts: Sequence[Alert],
    truncated: int = 0,
    notes: Sequence[str] = (),
) -> Received:
    """Record a post of `source`. The same post again changes nothing.

    `truncated`: how many alerts the sender left out; `notes`: what was corrected. The history says so.
    """
    configured = setup.config.services
    found = sort_alerts(alerts, configured.values())
    found = found.with_owners(tx.alerts.owners(found.unwanted_ends(), configured))
    services = sorted(found.by_service)
    for service in services:
        tx.lock("service", service)
    current = tx.incidents.taking_alerts(services)
    ignored = list(found.ignored)
    touched: list[str] = []
    recorded: set[tuple[str, str]] = set()
    wake = NOTHING
    for service in services:
        incident = current.get(service)
        posted = found.by_service[service]
        known = tx.alerts.known(incident.id, posted) if incident else None
        verdict = judge(posted, known, tx.now)
        ignored += verdict.ignored
        if not verdict.changes:
            continue
        incident = incident or _open(tx, service, verdict)
        about = {"truncated": truncated, "notes": list(notes[:NAMED])}
        wake |= _record(tx, setup, source, incident, verdict, about)
        touched.append(incident.id)
        recorded |= {(change.alert.source, change.alert.fingerprint) for change in verdict.changes}
    tx.alerts.add_ignored(ignored)
    accepted = sum((alert.source, alert.fingerprint) in recorded for alert in alerts)
    return Received(tuple(touched), accepted, tuple(ignored), wake)


def _open(tx: Tx, service: str, verdict: Verdict) -> Incident:
    before = tx.incidents.latest(service)
    remembered = tx.notices.of(before.id) if before else []
    incident = Incident(
        id=str(uuid.uuid4()),
        service=service,
        state="open",
        started_at=min(change.alert.starts_at for change in verdict.changes),
        received_at=tx.now,
        follows=before.id if before and comes_back(before, remembered, tx.now) else None,
    )
    tx.incidents.add(incident)
    return incident


def _record(
    tx: Tx, setup: Setup, source: str, incident: Incident, verdict: Verdict, about: Mapping[str, object]
) -> Wake:
    """Store what changed and let the incident follow: its state, its drafts, its duties."""
    changed = [change for change in verdict.changes if change.reason != "repeated"]
    if not changed:
        return NOTHING
    news = [change.alert for change in changed]
    tx.alerts.put(incident.id, news)
    tx.events.add(incident.id, source, "alerts", **_summary(verdict), **about)
    incident = _move(tx, incident, verdict)
    notices = tx.notices.of(incident.id)
    firsts = [notice for notice in notices if notice.kind == "first"]
    if verdict.any("attached") and firsts and firsts[-1].state == "dismissed":
        draft(tx, setup, incident, "first", "an alert new to the incident")
        return Wake(timer=True, oncall=True)
    for notice in notices:
        if notice.kind in ("first", "update") and notice.state in UNDECIDED:
            refresh(tx, setup, incident, notice, news)
    return Wake(timer=True) | advance(tx, setup, incident)


def _move(tx: Tx, incident: Incident, verdict: Verdict) -> Incident:
    firing = tx.alerts.firing(incident.id)
    state = state_after(incident.state, firing)
    started_at = min(incident.started_at, *(change.alert.starts_at for change in verdict.changes))
    resolved_at = None if state == "open" else incident.resolved_at or tx.now
    moved = replace(incident, state=state, started_at=started_at, resolved_at=resolved_at)
    if moved != incident:
        tx.incidents.set(incident.id, state=state, started_at=started_at, resolved_at=resolved_at)
    if state == "open" and incident.state == "recovered":
        tx.events.add(incident.id, "bridge", "reopened", why="fires again before the recovery was approved")
        if old := duties.undecided(tx.notices.of(incident.id), "recovery"):
            supersede(tx, incident, old, None, "fires again")
    return moved


def _summary(verdict: Verdict) -> dict[str, object]:
    """How many alerts changed for which reason, and the names of the first few."""
    counts: dict[str, int] = {}
    for change in verdict.changes:
        counts[change.reason] = counts.get(change.reason, 0) + 1
    named = dict.fromkeys(change.alert.labels.get("alertname", "") for change in verdict.changes)
    return {"counts": counts, "alertnames": list(named)[:NAMED]}
