"""A press on the approval page: the checks in the order of docs/design.md §6.4, then the action's own file."""

from collections.abc import Callable, Mapping

from bridge.core.actions import Circumstances, expired, offers, said_yes
from bridge.core.lifecycle import UNDECIDED
from bridge.core.next_notice import has_newer
from bridge.stages.audience import Lists, audience_of
from bridge.stages.context import open_notice
from bridge.stages.decide.acknowledge import acknowledge
from bridge.stages.decide.approve import approve
from bridge.stages.decide.cancel import cancel
from bridge.stages.decide.copy import go_on, keep_quiet
from bridge.stages.decide.correct import correct
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.decide.dismiss import dismiss
from bridge.stages.decide.edit import edit
from bridge.stages.decide.end_incident import end_incident
from bridge.stages.decide.renew import renew
from bridge.stages.decide.reopen import reopen
from bridge.stages.decide.retry_failed import leave_unknown, retry_failed
from bridge.stages.decide.send_test_copy import send_test_copy
from bridge.stages.decide.stop import resume, stop
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx

Decide = Callable[[DecisionContext, DecisionRequest], DecisionResult]
ACTIONS: Mapping[str, Decide] = {
    "approve": approve,
    "edit": edit,
    "dismiss": dismiss,
    "acknowledge": acknowledge,
    "cancel": cancel,
    "stop": stop,
    "correct": correct,
    "resume": resume,
    "reopen": reopen,
    "retry": retry_failed,
    "leave": leave_unknown,
    "go_on": go_on,
    "keep_quiet": keep_quiet,
    "test": send_test_copy,
    "recovered": end_incident,
}
# These are about what the page says, or make it outdated; the others mean the same whatever it says.
ABOUT_THE_PAGE = frozenset({"approve", "edit", "dismiss", "recovered", "reopen"})


def decide(tx: Tx, runtime: Runtime, link_id: str, form: DecisionRequest, lists: Lists) -> DecisionResult:
    """Carry out one person's press, or say why not. `lists`: the audiences as they are now."""
    ctx = _open(tx, runtime, link_id, lists)
    if ctx is None:
        return DecisionResult("no_link")
    notice = ctx.notice
    if ctx.link.replaced or expired(notice, tx.now, ctx.link.created_at):
        return _gone(ctx, form)
    counts = tx.delivery_counts.of([notice.id])[notice.id]
    unknown = counts.get("unknown", 0)
    among = Circumstances(
        ctx.incident.state,
        has_newer(notice, ctx.notices()),
        counts.get("failed", 0) + unknown,
        unknown,
        drill=ctx.incident.is_drill,
        copied=ctx.copy() is not None,
    )
    offered = offers(notice, ctx.person, tx.now, among)
    if form.action not in offered and (form.action in ACTIONS or notice.state not in UNDECIDED):
        return _already(ctx, form)
    if not form.genuine:
        return DecisionResult("forged")
    if form.action not in ACTIONS:
        return DecisionResult("unknown_action")
    if form.action in ABOUT_THE_PAGE and form.version != notice.version:
        return DecisionResult("newer_version")
    return ACTIONS[form.action](ctx, form)


def _open(tx: Tx, runtime: Runtime, link_id: str, lists: Lists) -> DecisionContext | None:
    """The notice behind a link, with its service locked so that nobody else decides meanwhile.

    None for a link that leads nowhere, as one to a service does that the configuration lost.
    """
    link = tx.links.get(link_id)
    found = open_notice(tx, runtime, link.notice_id, lock=True) if link else None
    if link is None or found is None:
        return None
    return DecisionContext(tx, runtime, found.incident, found.notice, link, audience_of(found, lists))


def _gone(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """An expired link is good for one thing: a fresh one, to the registered address."""
    if form.action != "renew":
        return DecisionResult("expired")
    return renew(ctx, form) if form.genuine else DecisionResult("forged")


def _already(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Somebody else corrects the letter already: both are led to the same correction.

    The same person's same approval again is no error: its answer was lost, or the button was hit twice."""
    notice, person = ctx.notice, ctx.person
    if form.action == "correct" and form.genuine and notice.corrected_by:
        return correct(ctx, form)
    mine = said_yes(notice, person) or notice.approved_by == person
    repeated = form.action == "approve" and mine and form.version == notice.version
    return DecisionResult("done") if repeated else DecisionResult("decided")
