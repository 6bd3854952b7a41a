"""Sending again to those whom a letter did not reach, or perhaps not: because a person asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bridge.core.actions import may_be_retried
from bridge.core.events import Left, Retried
from bridge.core.failures import alias, alike
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.draft_on_request import API
from bridge.stages.facts_at_press import errors_to_resume
from bridge.stages.proofread import proofread
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx
from bridge.wording import Finding

RetriedState = Literal["failed", "unknown"]


@dataclass(frozen=True, slots=True)
class WhichRows:
    """Of the letters in this state all, or those refused in such words (as they are grouped), or one recipient's.

    `recipient`: an address, or its alias.
    """

    state: RetriedState
    reply: str | None = None
    recipient: str | None = None

    def match(self, address: str, reply: str) -> bool:
        """Whether a letter to this address, which ended with this reply, is one of them."""
        if self.recipient is not None and self.recipient not in (address, alias(address)):
            return False
        return self.reply is None or self.reply in (reply, alike(reply))


def errors_to_retry(ctx: NoticeContext) -> tuple[Finding, ...]:
    """What a stopped letter says that is not true any more: its rest would go on too, and `resume` takes a reason."""
    if ctx.notice.state != "stopped" or not ctx.tx.outbox.unfinished(ctx.notice.id):
        return ()
    return errors_to_resume(proofread(ctx), ctx.notice)


def retry(ctx: NoticeContext, which: WhichRows, actor: str) -> int:
    """Queue these letters again, as if they had not been tried. Returns how many; 0: nothing was changed.

    The letter goes on as a whole: also what a stop had left.
    """
    tx, notice = ctx.tx, ctx.notice
    if not may_be_retried(notice) or (ctx.record_until() and tx.outbox.unfinished(notice.id)):
        return 0
    rows = tx.outbox.replies_in(notice.id, which.state)
    ids = [row for row, address, reply in rows if which.match(address, reply)]
    if not ids or not tx.notices.move(
        notice, "sending", stop_reason=None, first_round_at=None, finished_at=None, owner=None
    ):
        return 0
    tx.claims.try_again(ids)
    ctx.record(actor, Retried(notice.id, notice.kind, which.state, len(ids), which.reply))
    return len(ids)


Press = Callable[[NoticeContext, WhichRows, str], int]


def leave(ctx: NoticeContext, which: WhichRows, actor: str) -> int:
    """Record that these letters, of which nobody knows, are left as they are. Nothing else changes.

    Returns how many.
    """
    notice, one = ctx.notice, which.recipient
    if which.state != "unknown" or not may_be_retried(notice):
        return 0
    rows = ctx.tx.outbox.replies_in(notice.id, which.state)
    count = sum(which.match(address, reply) for _, address, reply in rows)
    if count:
        ctx.record(actor, Left(notice.id, notice.kind, count, alias(one) if one and "@" in one else one))
    return count


def on_request(
    tx: Tx, runtime: Runtime, notice_id: str, which: WhichRows, press: Press
) -> Literal["done", "unknown", "nothing", "untrue"]:
    """`retry` or `leave` for a program, in the name of `api`. `untrue`: a person must resume it with a reason."""
    ctx = open_notice(tx, runtime, notice_id, lock=True)
    if ctx is None:
        return "unknown"
    if press is retry and errors_to_retry(ctx):
        return "untrue"
    return "done" if press(ctx, which, API) else "nothing"


RETRIED = Wake(timer=True, customers=True)
