"""Customers hear of it after all: a person takes back that a letter is not sent. It sends nothing."""

from dataclasses import replace

from bridge.core.events import TakenUpAgain
from bridge.core.facts import Facts
from bridge.core.kinds import Clock
from bridge.core.model import Notice
from bridge.stages.context import NoticeContext
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.draft import FIRES_AGAIN, current_facts, supersede, write_anew
from bridge.stages.next_notice import advance
from bridge.stages.wake import Wake

AFTER_ALL = "customers are to hear of it after all"


def reopen(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Back to waiting for people, who are rung at once; where the report is another one, its page is next."""
    waiting = take_up_again(ctx, ctx.person)
    if waiting is None:
        return DecisionResult("decided")  # somebody took it up at that moment
    wake = Wake(timer=True, oncall=True)
    if waiting.id == ctx.notice.id:
        return DecisionResult("done", did="reopened", wake=wake)
    ctx.tx.links.ensure(waiting.id, [ctx.person])
    return DecisionResult("done", did="reopened", wake=wake, link=ctx.tx.links.of(waiting.id)[ctx.person].id)


def take_up_again(ctx: NoticeContext, actor: str) -> Notice | None:
    """The report that now waits for people, with the base and the deadline that its question always had.

    A recovery report that was not sent gives way to a first report: its alert fires again. None when nothing of
    this is owed any more.
    """
    tx, notice = ctx.tx, ctx.notice
    if ctx.spec.when_over:
        supersede(ctx, None, FIRES_AGAIN)
        advance(ctx)
        waiting = ctx.notices()[-1]
        return waiting if waiting.id != notice.id else None
    undone = dict.fromkeys(("decided_by", "decided_at", "reason", "acknowledged_by", "acknowledged_at"))
    if not tx.notices.move(notice, "awaiting_approval", at_version=notice.version, **undone):
        return None
    if ctx.spec.clock is Clock.PROMISE:
        tx.incidents.set(ctx.incident.id, promise_at=notice.due_at)
        ctx = ctx.with_incident(promise_at=notice.due_at)
    tx.links.ensure(notice.id, ctx.escalation.people())
    tx.rings.plan(notice.id, ctx.now)
    ctx.record(actor, TakenUpAgain(notice.id, notice.kind, notice.version))
    return _afresh(ctx.about(replace(notice, state="awaiting_approval")), actor)


def _afresh(ctx: NoticeContext, actor: str) -> Notice:
    """A version of its own in any case: no press on a page from before the decision may count."""
    facts = current_facts(ctx, Facts.from_dict(ctx.version().facts).answers)
    return write_anew(ctx, facts, ctx.runtime.letters.texts(facts, ctx.service), AFTER_ALL, actor)
