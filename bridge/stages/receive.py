"""The first stage: a source's alerts become incidents and drafts, before their webhooks are answered."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridge.core import next_notice
from bridge.core.events import AlertsReceived, Reopened
from bridge.core.kinds import spec_of
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Alert, Incident, Notice
from bridge.core.near_miss import near_miss
from bridge.core.service_index import index_of
from bridge.core.triage import (
    Ignored,
    Key,
    Sorted,
    Verdict,
    comes_back,
    digest_of,
    joined,
    judge_each,
    key_of,
    sort_alerts,
    state_after,
)
from bridge.errors import Overtaken
from bridge.sources.post import Parsed
from bridge.stages.audience import AskLists
from bridge.stages.context import IncidentContext
from bridge.stages.draft import FIRES_AGAIN, draft, refresh, supersede
from bridge.stages.drill import interrupt_drills
from bridge.stages.next_notice import advance
from bridge.stages.ring import ring_at_once
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.still_firing import plan_reminder
from bridge.stages.wake import NOTHING, Wake
from bridge.stages.watch import heard
from bridge.store.alerts import IgnoredAlert
from bridge.store.incidents import IncidentChanges
from bridge.store.tx import Tx

NAMED = 5  # alert names, and notes, that an event spells out; a storm is counted


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a post: the incidents it touched, and how many alerts were recorded or ignored."""

    incidents: tuple[str, ...]
    accepted: int
    ignored: tuple[tuple[Alert, Ignored], ...]


class ListsWanted(Exception):
    """Incidents of these services are about to be opened, and rung about: the unit is run again with their lists."""

    def __init__(self, services: Collection[str]) -> None:
        super().__init__(*services)
        self.services = services


def receive(
    tx: Tx, runtime: Runtime, source: str, posts: Sequence[Parsed], lists: AskLists
) -> tuple[list[Received], Wake]:
    """Record posts of `source` that came together, as if one after the other. The same post again changes nothing.

    An incident that is opened rings at once where `lists` has its service's list, else by the timer. Raises
    ListsWanted where they are to be read first; nothing is written then.
    The statements grow with the services concerned, not with the posts and their alerts.
    """
    sorted_posts = _sort(tx, runtime, posts)
    services = sorted({service for found in sorted_posts for service in found.by_service})
    for service in services:
        tx.lock("service", service)
    current = tx.incidents.taking_alerts(services) if services else {}
    last = tx.incidents.latest([service for service in services if service not in current])
    remembered = tx.notices.of_all([before.id for before in last.values() if before])
    dismissed = _dismissed(last, remembered, tx.now)
    known = tx.alerts.known(
        [incident.id for incident in (*current.values(), *dismissed.values())],
        [alert for found in sorted_posts for posted in found.by_service.values() for alert in posted],
    )
    for service, quiet in dismissed.items():
        again = [alert for found in sorted_posts for alert in found.by_service.get(service, ())]
        if any(one.status == "firing" and key_of(one) in known[quiet.id] for one in again):
            current[service] = quiet
            del last[service]
    sorted_posts = _without_old_news(tx, sorted_posts, last)
    received = [
        _Counted([*found.ignored, *post.ignored]) for found, post in zip(sorted_posts, posts, strict=True)
    ]
    judged = {}
    for service in services:
        posted = [found.by_service.get(service, ()) for found in sorted_posts]
        mine = current.get(service)
        judged[service] = judge_each(posted, known[mine.id] if mine else None, tx.now)
    opening = [name for name, verdicts in judged.items() if name not in current and joined(verdicts).changes]
    known_lists = lists(opening) if opening else {}
    if known_lists is None:
        raise ListsWanted(opening)
    wake = interrupt_drills(tx, runtime, opening) if opening else NOTHING
    for service, verdicts in judged.items():
        incident = current.get(service)
        verdict = joined(verdicts)
        if verdict.changes:
            if incident is None:
                incident = _open(tx, service, verdict, last[service], remembered)
            told = [post for post, own in zip(posts, verdicts, strict=True) if own.changes]
            ctx = IncidentContext(tx, runtime, incident)
            wake |= _record(ctx, source, verdict, told)
            if service in opening:
                wake |= ring_at_once(ctx, known_lists)
        for count, own in zip(received, verdicts, strict=True):
            count.add(own, incident)
    heard(tx, source)
    _keep_ignored(tx, runtime, [unwanted for count in received for unwanted in count.ignored])
    return [count.result(post.alerts) for count, post in zip(received, posts, strict=True)], wake


def _keep_ignored(tx: Tx, runtime: Runtime, unwanted: Sequence[tuple[Alert, Ignored]]) -> None:
    """Count what no incident took; of what no service matches, with the service that it missed nearly."""
    services = runtime.config.services.values()
    tx.alerts.add_ignored(
        IgnoredAlert(alert, reason, near_miss(alert.labels, services) if reason == "no_service" else None)
        for alert, reason in unwanted
    )


@dataclass(slots=True)
class _Counted:
    """What becomes of one post, service by service."""

    ignored: list[tuple[Alert, Ignored]]
    incidents: list[str] = field(default_factory=list)
    recorded: set[Key] = field(default_factory=set)

    def add(self, verdict: Verdict, incident: Incident | None) -> None:
        self.ignored += verdict.ignored
        if verdict.changes and incident:
            self.incidents.append(incident.id)
            self.recorded |= {key_of(change.alert) for change in verdict.changes}

    def result(self, alerts: Sequence[Alert]) -> Received:
        """Each alert counts once, however many services it concerns."""
        accepted = sum(key_of(alert) in self.recorded for alert in alerts)
        unwanted = {id(alert): (alert, why) for alert, why in self.ignored if not self._is_known(alert, why)}
        return Received(tuple(self.incidents), accepted, tuple(unwanted.values()))

    def _is_known(self, alert: Alert, why: Ignored) -> bool:
        """Whether an end that one service never saw the beginning of was recorded for another."""
        return why == "never_seen" and key_of(alert) in self.recorded


def _sort(tx: Tx, runtime: Runtime, posts: Sequence[Parsed]) -> list[Sorted]:
    """Each post's alerts by service; ends that match none belong to the incidents in which they fire."""
    services = runtime.config.services
    index, heartbeats = index_of(services), runtime.config.heartbeats
    found = [sort_alerts(post.alerts, index, heartbeats) for post in posts]
    ends = [end for one in found for end in one.unwanted_ends()]
    owners = tx.alerts.owners(ends, services)
    return [one.with_owners(owners) for one in found] if owners else found


def _dismissed(
    last: Mapping[str, Incident | None], remembered: Mapping[str, Sequence[Notice]], now: datetime
) -> dict[str, Incident]:
    """The last incidents of services that people have just decided to keep quiet about."""
    return {
        service: incident
        for service, incident in last.items()
        if incident and next_notice.quiet_again(incident, remembered[incident.id], now)
    }


def _without_old_news(tx: Tx, posts: list[Sorted], lasts: Mapping[str, Incident | None]) -> list[Sorted]:
    """The posts without what is older than, or the same as, the last incident of a service knows.

    Only of senders that tell when they spoke: a post of theirs may come an hour late, and must open nothing anew.
    """
    for service, last in lasts.items():
        dated = [one for found in posts for one in found.by_service.get(service, ()) if one.as_of]
        if last and dated:
            known = tx.alerts.known([last.id], dated)[last.id]
            posts = [found.without_old_news(service, known) for found in posts]
    return posts


def _open(
    tx: Tx,
    service: str,
    verdict: Verdict,
    before: Incident | None,
    remembered: Mapping[str, Sequence[Notice]],
) -> Incident:
    incident = Incident(
        id=str(uuid.uuid4()),
        service=service,
        state="open",
        started_at=min(
            tx.now, *(change.alert.starts_at for change in verdict.changes)
        ),  # a clock may run ahead
        received_at=tx.now,
        follows=before.id if before and comes_back(before, remembered[before.id], tx.now) else None,
    )
    tx.incidents.add(incident)
    return incident


def _record(ctx: IncidentContext, source: str, verdict: Verdict, posts: Sequence[Parsed]) -> Wake:
    """Store what changed and let the incident follow: its state, its drafts, its duties.

    One more alert of an incident that goes on moves no time, and wakes nobody.
    """
    changed = [change for change in verdict.changes if change.reason != "repeated"]
    if not changed:
        return NOTHING
    news, before = [change.alert for change in changed], ctx.incident.state
    ctx.tx.alerts.put(ctx.incident.id, news, {key_of(one.told): digest_of(one.told) for one in changed})
    ctx.record(source, _summary(verdict, posts))
    ctx = _move(ctx, verdict, max(post.truncated for post in posts))
    if verdict.any("opened"):
        advance(ctx)  # its first ring wakes whom it needs
        return NOTHING
    notices = ctx.notices()
    if verdict.any("attached") and next_notice.kept_quiet(notices):
        draft(ctx, next_notice.FIRST, "an alert new to the incident")
        return Wake(timer=True)
    for notice in notices:
        if spec_of(notice.kind).follows_alerts and notice.state in UNDECIDED:
            refresh(ctx.about(notice), news)
    return Wake(timer=True) | advance(ctx) if ctx.incident.state != before else NOTHING


def _move(ctx: IncidentContext, verdict: Verdict, truncated: int) -> IncidentContext:
    incident = ctx.incident
    last = {key_of(change.alert): change.alert.status for change in verdict.changes}
    # Most posts say it themselves; a count would read ten thousand alerts for each.
    fires = "firing" in last.values() or ctx.tx.alerts.some_fire(incident.id)
    state = state_after(incident.state, fires=fires)
    changes: IncidentChanges = {
        "started_at": min(incident.started_at, *(change.alert.starts_at for change in verdict.changes)),
        "resolved_at": None if state == "open" else incident.resolved_at or ctx.now,
        "truncated": max(incident.truncated, truncated),
    }
    if state == "open":
        changes |= {"ended_by": None, "firing_at_end": None}
    moved = ctx.with_incident(state=state, **changes)
    if moved.incident != incident and not ctx.tx.incidents.move(incident, state, **changes):
        raise Overtaken(f"incident {incident.id} is not {incident.state} any more")
    if state == "open" and incident.state == "closed":
        moved.record(BRIDGE, Reopened("fires again after it was dismissed"))
        plan_reminder(moved)
    if state == "open" and incident.state == "recovered":
        moved.record(BRIDGE, Reopened("fires again before the recovery was approved"))
        if old := next_notice.undecided(moved.notices(), next_notice.RECOVERY):
            supersede(moved.about(old), None, FIRES_AGAIN)
    return moved


def _summary(verdict: Verdict, posts: Sequence[Parsed]) -> AlertsReceived:
    """How many alerts changed for which reason, the names of the first few, and what the posts say of themselves."""
    counts: dict[str, int] = {}
    for change in verdict.changes:
        counts[change.reason] = counts.get(change.reason, 0) + 1
    named = dict.fromkeys(change.alert.labels.get("alertname", "") for change in verdict.changes)
    notes = [note for post in posts for note in post.notes]
    truncated = max(post.truncated for post in posts)
    senders = dict.fromkeys(post.sender for post in posts if post.sender)
    return AlertsReceived(counts, list(named)[:NAMED], truncated, notes[:NAMED], tuple(senders)[:NAMED])
