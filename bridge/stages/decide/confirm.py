"""A decision by link is confirmed to that link's own address: whoever holds the link can press."""

from bridge.oncall.own_decision import OwnDecisionName
from bridge.stages.decide.decision import DecisionContext
from bridge.stages.notify_oncall import tell


def confirm(ctx: DecisionContext, decision: OwnDecisionName, *, always: bool = False) -> None:
    """Mail the owner of the link what was decided with it, when, and how to undo it.

    Only where the decision can do harm unseen (`always`), and where nobody else is there who would see it.
    """
    if always or len(ctx.escalation.people()) == 1:
        detail = {"decision": decision, "at": ctx.now.isoformat()}
        tell(ctx, "own_decision", [ctx.person], detail)
