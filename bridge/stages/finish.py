"""A sending's people learn how it went: when every recipient was tried once, and when nothing is left."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bridge.core.events import Sent, Stopped
from bridge.core.failures import grouped
from bridge.core.lifecycle import NOTHING_DELIVERED
from bridge.core.model import Notice
from bridge.smtp.outcome import GIVE_UP_AFTER
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.notify_oncall import rung, tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def is_news(tx: Tx, notice: Notice) -> bool:
    """Whether `finish` has something to do about a letter that is being sent."""
    if not tx.outbox.unfinished(notice.id):
        return True
    return notice.first_round_at is None and not tx.outbox.untried(notice.id)


def finish(tx: Tx, runtime: Runtime) -> Wake:
    """Letters with nothing left to send are `sent`; one that reached nobody is `stopped`.

    Whoever was rung, and the approver, get the counts.

    They get them also when only recipients are left whom the mail server has put off: nobody waits a day for them.
    """
    wake = NOTHING
    for notice in tx.notices.in_states({"sending"}):
        if not is_news(tx, notice):
            continue
        ctx = open_notice(tx, runtime, notice.id)
        if ctx is None:
            continue  # another instance may know whom to tell
        if _move_on(ctx):
            wake |= Wake(timer=True, oncall=True)
    return wake


def retrying_until(tx: Tx, notice: Notice) -> datetime | None:
    """When the last of the letters that the mail server has put off is given up; None where none is left."""
    since = tx.outbox.tried_since(notice.id)
    return since + GIVE_UP_AFTER if since else None


def _move_on(ctx: NoticeContext) -> bool:
    tx, notice = ctx.tx, ctx.notice
    rest = tx.outbox.unfinished(notice.id)
    counts = tx.delivery_counts.of([notice.id])[notice.id]
    reached = rest or not counts.get("failed") or any(counts.get(state) for state in ("sent", "unknown"))
    if not tx.notices.move(
        notice,
        "sending" if rest else "sent" if reached else "stopped",
        stop_reason=None if reached else NOTHING_DELIVERED,
        first_round_at=notice.first_round_at or tx.now,
        last_accept_at=tx.outbox.last_accept_at(notice.id),
        finished_at=None if rest else tx.now,
    ):
        return False
    people = [person for person in (notice.approved_by, *rung(tx, notice)) if person]
    tell(ctx, "finished", people, {"counts": dict(counts), **_how_it_went(ctx, rest=rest)})
    if not reached:
        ctx.record(BRIDGE, Stopped(notice.id, notice.kind, NOTHING_DELIVERED))
    elif not rest:
        ctx.record(BRIDGE, Sent(notice.id, notice.kind, counts))
    return True


def _how_it_went(ctx: NoticeContext, *, rest: bool) -> dict[str, Any]:
    """What the counts do not tell: until when the rest is tried, and in which words letters were refused."""
    outbox, notice = ctx.tx.outbox, ctx.notice
    until = retrying_until(ctx.tx, notice) if rest else None
    return {
        "until": until.isoformat() if until else None,
        "after_retries": not rest and notice.first_round_at is not None,
        "failures": [asdict(group) for group in grouped(outbox.refusals(notice.id))],
    }
