"""What time alone brings: promised updates, recoveries that have settled, owed final reports, closing."""

from collections.abc import Sequence

from bridge.core import next_notice
from bridge.core.events import Closed
from bridge.core.facts import NO_ANSWERS, Answers
from bridge.core.kinds import kinds_that
from bridge.core.model import Notice
from bridge.stages.context import IncidentContext, open_incident
from bridge.stages.draft import draft, supersede, told_answers
from bridge.stages.drill import finish_drill
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def follow_up(tx: Tx, runtime: Runtime, incident_id: str) -> Wake:
    """Do what one unfinished incident owes at `tx.now`; nothing when it owes nothing."""
    ctx = open_incident(tx, runtime, incident_id, lock=True)
    return advance(ctx) if ctx else NOTHING


def advance(ctx: IncidentContext) -> Wake:
    """Do what an incident owes now. Its service is locked."""
    notices = ctx.notices()
    duty = next_notice.owed(ctx.incident, notices, ctx.policy, ctx.now)
    if duty is None:
        return NOTHING
    match duty.act:
        case "draft" if duty.kind == next_notice.FINAL:
            known = told_answers(ctx.tx, notices)
            draft(ctx, duty.kind, duty.reason, known.model_copy(update={"cause_by": None}))
        case "draft" if duty.kind:
            over = ctx.incident.state == "recovered"
            draft(ctx, duty.kind, duty.reason, told_answers(ctx.tx, notices) if over else NO_ANSWERS)
        case "recover":
            recover(ctx, duty.reason)
        case _ if ctx.incident.is_drill:
            finish_drill(ctx)
        case _:
            if not ctx.tx.incidents.move(ctx.incident, "closed"):
                return NOTHING
            for quiet in (notice for notice in notices if notice.state == "dismissed"):
                ctx.tx.rings.cancel(quiet.id)
            ctx.record(BRIDGE, Closed(duty.reason))
    return Wake(timer=True, oncall=True)


def _cause_told(ctx: IncidentContext, before: Sequence[Notice]) -> Answers:
    """What an update has told of the cause: the recovery report does not call it unknown."""
    told = told_answers(ctx.tx, before)
    return Answers(cause=told.cause, remedy=told.remedy, prevention=told.prevention)


def recover(
    ctx: IncidentContext, why: str, actor: str = BRIDGE, answers: Answers = NO_ANSWERS
) -> Notice | None:
    """The disturbance is over: the recovery report takes the place of what was not approved.

    None when the incident has moved on meanwhile.
    """
    if not ctx.tx.incidents.move(ctx.incident, "recovered"):
        return None
    ctx = ctx.with_incident(state="recovered")
    before = ctx.notices()
    new = draft(ctx, next_notice.RECOVERY, why, answers.over(_cause_told(ctx, before)), actor)
    for kind in kinds_that(lambda spec: spec.gives_way):
        if old := next_notice.undecided(before, kind):
            supersede(ctx.about(old), new, why)
    return new
