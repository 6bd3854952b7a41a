"""Not for customers: a person decides that this letter, or the rest of it, is not sent, and says why."""

from typing import Any

from bridge.core.events import Dismissed, RestDismissed
from bridge.core.kinds import Clock, Promises
from bridge.core.model import DeliveryState
from bridge.stages.decide.cancel import APPROVED_COLUMNS
from bridge.stages.decide.confirm import confirm
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.draft import update_every
from bridge.stages.next_notice import advance
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.still_firing import plan_reminder
from bridge.stages.wake import Wake
from bridge.store.incidents import IncidentChanges

LEFT: tuple[DeliveryState, ...] = ("sent", "failed", "unknown", "sending", "in_doubt")
"""The states of a letter to one address that is out of our hands, or was."""


def dismiss(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """End the notice unsent, or what is left of it. What customers were told stands, its promise too."""
    tx, notice, reason = ctx.tx, ctx.notice, form.reason.strip()
    partly = _has_left(ctx)
    decided = {"decided_by": ctx.person, "decided_at": tx.now, "reason": reason}
    forgotten = {} if partly or notice.state != "stopped" else _never_approved()
    if not tx.notices.move(notice, "dismissed", at_version=notice.version, **{**forgotten, **decided}):
        return DecisionResult("decided")
    _let_go(ctx, partly=partly)
    changes: IncidentChanges = {} if partly else _changes(ctx)
    if changes:
        tx.incidents.set(ctx.incident.id, **changes)
    others = [person for person in ctx.runtime.behind(ctx.incident) if person != ctx.person]
    told = others if partly else others_rung(tx, notice, ctx.person)
    tell(ctx, "decided", told, {"decision": "rest_dismissed" if partly else "dismissed"})
    confirm(ctx, "rest_dismissed" if partly else "dismissed", always=True)
    event = (RestDismissed if partly else Dismissed)(notice.id, notice.kind, notice.version, reason)
    head = ctx.record(ctx.person, event)
    plan_reminder(ctx)
    advance(ctx.with_incident(**changes))
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, anchors=(head,)))


def _has_left(ctx: DecisionContext) -> bool:
    """Whether some customer has the letter. A record that may miss what was sent is taken to miss some."""
    if ctx.notice.sending_at is None:
        return False
    counts = ctx.tx.delivery_counts.of([ctx.notice.id])[ctx.notice.id]
    return ctx.record_until() is not None or any(counts.get(state) for state in LEFT)


def _never_approved() -> dict[str, Any]:
    """What a stopped letter of which nobody has anything forgets, so that its number is free."""
    return dict.fromkeys((*APPROVED_COLUMNS, "sending_at", "stop_reason"))


def _let_go(ctx: DecisionContext, *, partly: bool) -> None:
    tx, notice = ctx.tx, ctx.notice
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    if notice.corrects and not partly:
        tx.notices.set(notice.corrects, corrected_by=None)
    if partly:
        tx.outbox.cancel_letters(notice.id)
    elif notice.state == "stopped":
        tx.notices.withdraw_approvals(notice.id)
        tx.outbox.discard_unsent(notice.id)


def _changes(ctx: DecisionContext) -> IncidentChanges:
    """A dismissed update does not end the promise: the next falls due in its turn."""
    if ctx.spec.clock is Clock.PROMISE:
        return {"promise_at": max(ctx.incident.promise_at or ctx.now, ctx.now) + update_every(ctx)}
    if ctx.spec.clock is Clock.CAUSE_DAY or ctx.spec.promises is Promises.CAUSE:
        return {"final_at": None}
    return {}
