"""Stopping the rest of a sending, and going on with it."""

from bridge.core.events import ResumedFirst, ResumedRest, ResumedWhole, Stopped
from bridge.core.next_notice import never_left
from bridge.stages.approve import hold_now
from bridge.stages.decide.confirm import confirm
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.facts_at_press import errors_to_resume
from bridge.stages.notify_oncall import mail_trouble
from bridge.stages.proofread import proofread
from bridge.stages.wake import Wake

BY_PERSON = "person"
SECOND_NEEDED = "second_needed"


def stop(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """What is not on the wire yet stays here."""
    notice = ctx.notice
    if not ctx.tx.notices.move(notice, "stopped", stop_reason=BY_PERSON, decided_by=ctx.person):
        return DecisionResult("decided")  # its last mail left at that moment
    ctx.record(ctx.person, Stopped(notice.id, notice.kind, BY_PERSON))
    _mail_others(ctx, BY_PERSON)
    confirm(ctx, "stopped")
    return DecisionResult("done", wake=Wake(timer=True, oncall=True))


def resume(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Send the rest; a letter that was stopped before its list was read is sent to the list on the page.

    422 where the letter is not true any more and no reason is given.
    """
    whole = never_left(ctx.notice)
    if whole and ctx.audience.digest is None:
        return DecisionResult("list_unreadable")
    if whole and form.audience != ctx.audience.digest:
        return DecisionResult("list_changed")
    findings = proofread(ctx)
    wrong, given = errors_to_resume(findings, ctx.notice), form.override.strip()
    if wrong and not given:
        return DecisionResult("wording", findings=findings)
    go_on = _approve_list if whole else _send_rest
    return go_on(ctx, given if wrong else None)


def _send_rest(ctx: DecisionContext, override: str | None) -> DecisionResult:
    """From an old record the rest leaves after a long hold: why it was stopped stays, in case it is called back."""
    tx, notice = ctx.tx, ctx.notice
    kept = override or notice.override
    if ctx.record_until() and ctx.policy.hold:
        send_at = tx.now + hold_now(ctx, ctx.audience, overridden=bool(override))
        moved = tx.notices.move(notice, "approved", send_at=send_at, override=kept, owner=None)
    else:
        moved = tx.notices.move(notice, "sending", stop_reason=None, override=kept)
    if not moved:
        return DecisionResult("decided")
    ctx.record(ctx.person, ResumedRest(notice.id, notice.kind, override))
    confirm(ctx, "resumed")
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, customers=True))


def _approve_list(ctx: DecisionContext, override: str | None) -> DecisionResult:
    """A yes to the list as it is now. To another list than the approved one, earlier yeses do not count."""
    tx, notice = ctx.tx, ctx.notice
    override = override or notice.override
    earlier = {yes.person for yes in notice.approvals}
    if ctx.audience.digest != notice.audience_digest:
        tx.notices.withdraw_approvals(notice.id)
        earlier = set()
    tx.notices.approve(notice, notice.version, ctx.person)
    if notice.kind in ctx.policy.second_person and len(earlier | {ctx.person}) < 2:
        return _first_of_two(ctx, override)
    tx.outbox.discard_unsent(notice.id)  # rows of a loading that never came to its end
    tx.notices.move(
        notice,
        "approved",
        stop_reason=None,
        approved_by=ctx.person,
        approved_at=tx.now,
        send_at=tx.now + hold_now(ctx, ctx.audience, overridden=bool(override)),
        override=override,
        audience_digest=ctx.audience.digest,
        recipients=ctx.audience.count,
        owner=None,
    )
    head = ctx.record(
        ctx.person,
        ResumedWhole(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            recipients=ctx.audience.count,
        ),
    )
    confirm(ctx, "resumed", always=ctx.version().edited_by is not None)
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, customers=True, anchors=(head,)))


def _first_of_two(ctx: DecisionContext, override: str | None) -> DecisionResult:
    """The letter stays stopped. `recipients` stays, too: the second person is shown what the list had before."""
    notice = ctx.notice
    ctx.tx.notices.set(notice.id, approved_by=None, audience_digest=ctx.audience.digest, override=override)
    head = ctx.record(
        ctx.person,
        ResumedFirst(
            notice.id,
            notice.kind,
            notice.version,
            texts=ctx.tx.notices.digest(notice.id, notice.version),
            recipients=ctx.audience.count,
        ),
    )
    _mail_others(ctx, SECOND_NEEDED)
    confirm(ctx, "first_resume", always=ctx.version().edited_by is not None)
    return DecisionResult("done", wake=Wake(oncall=True, anchors=(head,)))


def _mail_others(ctx: DecisionContext, why: str) -> None:
    """Everybody else behind the letter learns that it waits, and why."""
    others = [person for person in ctx.runtime.behind(ctx.incident) if person != ctx.person]
    mail_trouble(ctx, others, "stopped", why)
