"""What comes before an update that is rehearsed: a first report, sent to nobody, whose promise is nearly due."""

import uuid
from datetime import datetime, timedelta

from bridge.core import next_notice
from bridge.core.facts import build
from bridge.core.model import Notice, Version
from bridge.stages.context import IncidentContext
from bridge.stages.draft import update_every


def told_ago(ctx: IncidentContext) -> timedelta:
    """How long ago it must have been drafted, so that the update rings now."""
    return max(update_every(ctx) - ctx.policy.update_ring_before, timedelta())


def as_told(ctx: IncidentContext, at: datetime) -> IncidentContext:
    """Write it as drafted and sent at that moment; its promise is the incident's."""
    tx, kind = ctx.tx, next_notice.FIRST
    promise_at = at + update_every(ctx)
    alerts = tx.alerts.of(ctx.incident.id)
    facts = build(ctx.service, ctx.incident, alerts, kind, drafted_at=at, promise_at=promise_at, number=1)
    texts, problem = ctx.runtime.letters.texts(facts, ctx.service)
    notice = Notice(
        id=str(uuid.uuid4()),
        incident_id=ctx.incident.id,
        kind=kind,
        state="sent",
        version=1,
        base_at=at,
        due_at=at + ctx.policy.first_report_within,
        drafted_at=at,
        number=1,
        approved_version=1,
        approved_at=at,
        sending_at=at,
        finished_at=at,
        decided_at=at,
        recipients=0,
    )
    tx.notices.add(notice, "drill")
    tx.notices.add_version(
        Version(notice.id, 1, texts, facts.to_dict(), promise_at, None, at, template_problem=problem)
    )
    tx.incidents.set(ctx.incident.id, promise_at=promise_at)
    return ctx.with_incident(promise_at=promise_at)
