"""Incidents and notices as the API shows them, read by set."""

from collections.abc import Sequence
from itertools import dropwhile, islice

from bridge.core.facts import Facts
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Incident, Notice
from bridge.core.reminders import plan, rung_people
from bridge.core.settings import Escalation
from bridge.stages.audience import Lists, audience_of
from bridge.stages.context import NoticeContext
from bridge.stages.proofread import proofread
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx
from bridge.web.api.schemas import IncidentOut, NoticeOut, ReminderOut, incident_out, notice_out, ring_out
from bridge.wording import Finding

PLANNED_SHOWN = 10


def incidents_out(tx: Tx, runtime: Runtime, incidents: Sequence[Incident], lists: Lists) -> list[IncidentOut]:
    """These incidents with their alerts, notices and history."""
    ids = [incident.id for incident in incidents]
    notices, events = tx.notices.of_all(ids), tx.events.of_all(ids)
    return [
        incident_out(
            incident,
            tx.alerts.of(incident.id),
            [_notice_out(NoticeContext(tx, runtime, incident, n), lists) for n in notices[incident.id]],
            events[incident.id],
        )
        for incident in incidents
    ]


def notice_in(tx: Tx, runtime: Runtime, notice_id: str, lists: Lists) -> NoticeOut | None:
    """One notice."""
    notice = tx.notices.get(notice_id)
    incident = tx.incidents.get(notice.incident_id) if notice else None
    if notice is None or incident is None:
        return None
    return _notice_out(NoticeContext(tx, runtime, incident, notice), lists)


def _notice_out(ctx: NoticeContext, lists: Lists) -> NoticeOut:
    """A notice, also of a service that the configuration has lost."""
    tx, notice = ctx.tx, ctx.notice
    service = ctx.runtime.config.services.get(ctx.incident.service)
    versions = tx.notices.versions(notice.id)
    undecided = notice.state in UNDECIDED
    number = notice.number
    recipients = notice.recipients
    findings: tuple[Finding, ...] = ()
    rings = [ring_out(ring) for ring in tx.rings.of(notice.id)]
    if undecided and service:
        number = Facts.from_dict(versions[-1].facts).number
        recipients = audience_of(ctx, lists).count
        findings = proofread(ctx)
        rings = ahead(rings, ctx.escalation, notice)
    locale = service.locale if service else next(iter(versions[-1].texts))
    counts = tx.outbox.counts([notice.id])[notice.id]
    out = notice_out(notice, versions, locale, number, findings, rings, counts)
    return out.model_copy(update={"recipients": recipients})


def ahead(rings: Sequence[ReminderOut], escalation: Escalation, notice: Notice) -> list[ReminderOut]:
    """The rings with those to come: whom the pending one would ring, and the planned ones after it, as far as
    the list of times goes and one beyond."""
    pending = next((ring for ring in rings if ring.state == "pending"), None)
    if pending is None:
        return list(rings)
    listed = sum(notice.base_at + offset > pending.due_at for offset in escalation.remind_at)
    later = dropwhile(lambda at: at <= pending.due_at, plan(escalation, notice.base_at))
    times = [pending.due_at, *islice(later, min(listed + 1, PLANNED_SHOWN))]
    coming = [
        ReminderOut(
            due_at=at,
            fired_at=None,
            people=list(rung_people(notice, escalation, at)),
            state="planned" if n else "pending",
        )
        for n, at in enumerate(times)
    ]
    return [*(ring for ring in rings if ring is not pending), *coming]
