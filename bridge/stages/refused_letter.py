"""A letter that the mail server refuses because of us is stopped; those already refused get their turn back."""

from bridge.core.events import Stopped
from bridge.smtp.meaning import alike
from bridge.stages.context import open_notice
from bridge.stages.notify_oncall import tell_trouble
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

REFUSED = "refused"  # why a letter was stopped


def stop_refused(tx: Tx, runtime: Runtime, notice_id: str, words: str) -> Wake:
    """Stop a letter, and ring everybody behind it with the server's words.

    Whoever was refused in the same words since the server took the last letter is queued again: also by another
    instance, and also where that one stopped the letter first.
    """
    ctx = open_notice(tx, runtime, notice_id, lock=True)
    if ctx is None or ctx.notice.state not in ("sending", "stopped"):
        return NOTHING
    refused = tx.outbox.refused_since_last_accept(notice_id)
    tx.claims.queue_again([row for row, reply in refused if alike(reply) == alike(words)])
    if ctx.notice.state == "stopped" or not tx.notices.move(ctx.notice, "stopped", stop_reason=REFUSED):
        return NOTHING
    tell_trouble(ctx, Stopped(notice_id, ctx.notice.kind, REFUSED, words))
    return Wake(timer=True, oncall=True)
