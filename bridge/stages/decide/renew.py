"""A fresh link for one that has expired, mailed to the registered address and nowhere else."""

from datetime import timedelta

from bridge.core.events import LinkRenewed
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import tell
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx

AGAIN = timedelta(minutes=10)  # after a renewal was mailed; an expired link may be in a stranger's hands


def renew(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Replace the person's link to this notice; the fresh one shows what became of the letter."""
    notice = case.notice
    live = tx.links.of(notice.id).get(case.person)
    if live and live.created_at > tx.now - AGAIN:
        return DecisionResult("done", did="renewed")
    if not case.link.replaced:
        tx.links.replace(case.link)
    tx.links.ensure(notice.id, [case.person])
    tell(tx, runtime, case.incident, notice, "renewed", [case.person], {})
    tx.events.add(case.incident.id, case.person, LinkRenewed(notice.id, notice.kind))
    return DecisionResult("done", did="renewed", wake=Wake(oncall=True))
