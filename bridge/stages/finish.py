"""A letter with nothing left to send is finished, and its people get the counts."""

from bridge.core.events import Sent
from bridge.stages.context import open_notice
from bridge.stages.notify_oncall import rung, tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def finish(tx: Tx, runtime: Runtime) -> Wake:
    """Letters with nothing left to send are `sent`; whoever was rung, and the approver, get the counts."""
    wake = NOTHING
    for notice in tx.notices.in_states({"sending"}):
        if tx.outbox.unfinished(notice.id):
            continue
        ctx = open_notice(tx, runtime, notice.id)
        if ctx is None:
            continue  # another instance may know whom to tell
        if not tx.notices.move(notice, "sent", finished_at=tx.now):
            continue
        counts = tx.outbox.counts([notice.id])[notice.id]
        people = [person for person in (notice.approved_by, *rung(tx, notice)) if person]
        tell(ctx, "finished", people, {"counts": dict(counts)})
        ctx.record(BRIDGE, Sent(notice.id, notice.kind, counts))
        wake |= Wake(timer=True, oncall=True)
    return wake
