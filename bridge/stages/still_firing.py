"""It was decided that customers need not hear of a disturbance, and it goes on: one quiet mail says so."""

from datetime import timedelta

from bridge.core.events import ToldStillFiring
from bridge.core.model import Ring
from bridge.core.next_notice import kept_quiet_by
from bridge.stages.context import IncidentContext, NoticeContext
from bridge.stages.notify_oncall import rung, tell
from bridge.stages.runtime import BRIDGE
from bridge.stages.wake import NOTHING, Wake

LOOK_AGAIN = timedelta(minutes=1)  # at the earliest, at one whose alerts have just ended


def plan_reminder(ctx: IncidentContext) -> None:
    """Plan the mail, unless it has left already, or nobody decided so."""
    after = ctx.policy.still_firing_after
    notice = kept_quiet_by(ctx.notices())
    if (
        not after
        or notice is None
        or notice.decided_at is None
        or ctx.incident.state not in ("open", "settling")
    ):
        return
    told = (ring.fired_at for ring in ctx.tx.rings.of(notice.id))
    if not any(at and at > notice.decided_at for at in told):
        ctx.tx.rings.plan(notice.id, max(notice.decided_at + after, ctx.now))


def remind(ctx: NoticeContext, due: Ring) -> Wake:
    """The time has come. A disturbance that settles is looked at again; one that is over is left alone."""
    tx, notice = ctx.tx, ctx.notice
    quiet_by = kept_quiet_by(ctx.notices())
    over = ctx.incident.state not in ("open", "settling")
    if quiet_by is None or quiet_by.id != notice.id or over or not ctx.policy.still_firing_after:
        tx.rings.cancel(notice.id)
        return NOTHING
    if ctx.incident.state == "settling":
        tx.rings.plan(notice.id, ctx.now + max(ctx.policy.settle, LOOK_AGAIN))
        return Wake(timer=True)
    people = tuple(dict.fromkeys(filter(None, (notice.decided_by, *rung(tx, notice)))))
    if not tx.rings.fire(due, people):
        return NOTHING
    tx.links.ensure(notice.id, people)
    tell(ctx, "still_firing", people, {})
    ctx.record(BRIDGE, ToldStillFiring(notice.id, notice.kind, list(people)))
    return Wake(oncall=True)
