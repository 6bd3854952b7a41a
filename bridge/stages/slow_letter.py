"""A letter that takes long, because the mail server has a pace: the on-call is told once how long."""

from collections.abc import Mapping
from math import ceil

from bridge.core.estimate import Sample, time_left, worth_telling
from bridge.core.events import SendingSlow
from bridge.stages.context import open_notice
from bridge.stages.notify_oncall import tell_trouble
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def look_at_sendings(tx: Tx, at: float) -> dict[str, tuple[Sample, int]]:
    """Each letter that is being sent: how many of it are through at this moment, and how many wait for their turn."""
    notices = [notice.id for notice in tx.notices.in_states({"sending"})]
    found = {}
    for notice_id, counts in tx.delivery_counts.of(notices).items():
        waiting = sum(counts.get(state, 0) for state in ("queued", "sending", "in_doubt"))
        found[notice_id] = Sample(at, counts.get("sent", 0)), waiting
    return found


def tell_slow(
    tx: Tx, runtime: Runtime, first: Mapping[str, Sample], now: Mapping[str, tuple[Sample, int]]
) -> Wake:
    """Tell everybody behind a letter how long it will take, where that is long and nobody was told yet."""
    wake = NOTHING
    for notice_id, (sample, waiting) in now.items():
        left = time_left(first[notice_id], sample, waiting) if notice_id in first else None
        ctx = open_notice(tx, runtime, notice_id) if left else None
        if left is None or ctx is None or not worth_telling(left, tx.now, ctx.notice.due_at):
            continue
        if ctx.notice.state == "sending" and not tx.outbox.next_n(notice_id, "slow"):
            tell_trouble(ctx, SendingSlow(notice_id, ctx.notice.kind, ceil(left.total_seconds() / 60)))
            wake |= Wake(oncall=True)
    return wake
