"""Approving: one person's yes to the version on the page; the last yes needed starts the hold."""

from bridge.core.events import ApprovedFirst
from bridge.core.kinds import Clock
from bridge.stages.approve import hold_now, start_hold
from bridge.stages.decide.confirm import confirm
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.proofread import proofread
from bridge.stages.wake import Wake


def approve(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Record the yes. 409 for another list than the page showed, 422 for wording errors without a reason."""
    notice, audience = ctx.notice, ctx.audience
    if audience.digest is None:
        return DecisionResult("list_unreadable")
    if form.audience != audience.digest:
        return DecisionResult("list_changed")
    findings = proofread(ctx)
    errors = [finding for finding in findings if finding.severity == "error"]
    override = form.override.strip()
    if errors and not override:
        return DecisionResult("wording", findings=findings)
    ctx.tx.notices.approve(notice, notice.version, ctx.person)
    yes = {approval.person for approval in notice.approvals if approval.version == notice.version}
    if notice.kind in ctx.policy.second_person and not yes - {ctx.person}:
        return _first_of_two(ctx, override if errors else "")
    reason = (override if errors else notice.override) or None
    hold = hold_now(ctx, ctx.audience, overridden=bool(reason))
    wake = start_hold(ctx, ctx.person, audience, hold, reason)
    confirm(ctx, "approved", always=ctx.version().edited_by is not None)
    took = (ctx.now - ctx.incident.received_at).total_seconds()
    measured = ctx.spec.clock is Clock.DETECTION and not ctx.incident.is_drill
    return DecisionResult("done", wake=wake, approved_after=took if measured else None)


def _first_of_two(ctx: DecisionContext, override: str) -> DecisionResult:
    tx, notice = ctx.tx, ctx.notice
    tx.notices.move(notice, "awaiting_second", at_version=notice.version, override=override or None)
    tx.rings.plan(notice.id, tx.now)  # the others are rung at once
    head = ctx.record(
        ctx.person,
        ApprovedFirst(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            override=override or None,
        ),
    )
    confirm(ctx, "first_yes", always=ctx.version().edited_by is not None)
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, anchors=(head,)))
