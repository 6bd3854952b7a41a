"""Approving: the letter is decided, its rings end, and its hold runs. A press and a deadline both come here."""

from datetime import timedelta

from bridge.core.actions import hold_for, surprises
from bridge.core.continuity import OLD_WORK, missing_since
from bridge.core.events import Approved
from bridge.core.kinds import Recipients
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import AudienceFacts
from bridge.core.next_notice import never_left
from bridge.stages.audience import previous_count
from bridge.stages.context import NoticeContext
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.proofread import proofread
from bridge.stages.wake import NOTHING, Wake
from bridge.stages.word_findings import of_language

POLICY = "policy"  # the approver of what `at_deadline: send` sends


def approve_by_policy(ctx: NoticeContext, audience: AudienceFacts) -> Wake | None:
    """Approve an untouched draft without a finding past its deadline, where the policy says `at_deadline: send`.

    None when a person has to decide.
    """
    notice, policy = ctx.notice, ctx.policy
    if ctx.incident.is_drill:
        return None
    if policy.at_deadline != "send" or ctx.now < notice.due_at or audience.digest is None:
        return None
    if notice.kind in policy.second_person or notice.state not in UNDECIDED:
        return None
    version = ctx.version()
    if version.edited_by is not None or proofread(ctx) or of_language(ctx.service, version, audience):
        return None
    if _out_of_touch(ctx):
        return None
    return start_hold(ctx, POLICY, audience, timedelta(), None)


def _out_of_touch(ctx: NoticeContext) -> bool:
    """Whether the bridge may have missed what customers were told of this incident: then only a person decides."""
    gaps, seen = ctx.tx.instances.gaps(), ctx.tx.instances.last_seen_at()
    asleep = seen is not None and ctx.now - seen > OLD_WORK
    return asleep or missing_since(gaps, ctx.incident.received_at) is not None


def start_hold(
    ctx: NoticeContext,
    person: str,
    audience: AudienceFacts,
    hold: timedelta,
    override: str | None,
) -> Wake:
    """The letter is approved: the rings end, and the hold runs."""
    tx, notice = ctx.tx, ctx.notice
    moved = tx.notices.move(
        notice,
        "approved",
        at_version=notice.version,
        approved_version=notice.version,
        approved_by=person,
        approved_at=tx.now,
        decided_by=person,
        decided_at=tx.now,
        send_at=tx.now + hold,
        number=tx.notices.next_number(ctx.incident.id) if ctx.spec.numbered else None,
        audience_digest=audience.digest,
        recipients=audience.count,
        override=override,
    )
    if not moved:
        return NOTHING
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    others = others_rung(tx, notice, person)
    tell(
        ctx,
        "decided",
        others,
        {"decision": "by_policy" if person == POLICY else "approved"},
    )
    head = ctx.record(
        person,
        Approved(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            recipients=audience.count,
            hold=round(hold.total_seconds()),
            override=override,
            mode=ctx.incident.mode,
        ),
    )
    return Wake(timer=True, oncall=True, anchors=(head,))


def _compared(ctx: NoticeContext) -> int | None:
    """What a list is compared with: what was approved a moment ago, else what was sent the last time."""
    by_list = ctx.recipients is Recipients.SERVICE_LIST
    return ctx.notice.recipients if by_list and never_left(ctx.notice) else previous_count(ctx)


def hold_now(ctx: NoticeContext, audience: AudienceFacts, *, overridden: bool) -> timedelta:
    """How long a press now can be called back: longer where the sending is surprising."""
    sent = [] if ctx.incident.is_drill else ctx.tx.notices.last_sent(ctx.service.id, exclude=ctx.notice.id)
    surprised = surprises(
        audience.count,
        _compared(ctx),
        overridden=overridden,
        repeated_at=next((n.sending_at for n in sent if n.kind == ctx.notice.kind), None),
        now=ctx.now,
    )
    if ctx.record_until():
        surprised = (*surprised, "old_record")
    return hold_for(ctx.policy, ctx.notice, ctx.now, surprised)
