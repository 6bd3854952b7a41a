"""The rings of the incidents that a unit opens leave without a further word to the database.

They are claimed in the unit, and what they say is written down in it: its rows are still at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.keys import Keys
from bridge.sources.post import Parsed
from bridge.stages.audience import AskLists
from bridge.stages.oncall_message import Composed, compose
from bridge.stages.receive import Received, receive
from bridge.stages.runtime import Runtime
from bridge.stages.wake import LeavingRing, Wake
from bridge.store.claims import Claimed
from bridge.store.tx import Tx

FEW = 4  # alerts whose rings go on the wire at once: their doubt need not be committed apart


@dataclass(frozen=True, slots=True)
class Hands:
    """Of one instance: by whom rings are claimed, and what their mails need. `relay_trouble`: as for `compose`."""

    runtime: Runtime
    me: str
    keys: Keys
    relay_trouble: str


def receive_and_ring(
    tx: Tx, hands: Hands, source: str, posts: Sequence[Parsed], lists: AskLists
) -> tuple[list[Received], Wake]:
    """What `receive` does; the rings of what it opens are in the hands of this instance."""
    doubted = sum(len(post.alerts) for post in posts) <= FEW
    tx.outbox.claim_own_rings(hands.me, "in_doubt" if doubted else "sending")
    received, wake = receive(tx, hands.runtime, source, posts, lists)
    return received, leave_at_once(tx, hands, wake) if wake.rung else wake


def leave_at_once(tx: Tx, hands: Hands, wake: Wake) -> Wake:
    """With what is to leave: the rings that this transaction has claimed."""
    rows = tx.claims.own_rings(hands.me)
    leaving = tuple(LeavingRing(row, _composed(tx, hands, row)) for row in rows)
    others = len({row.notice_id for row in rows}) < wake.rung
    return replace(wake, leaving=leaving, oncall=wake.oncall or others)


def _composed(tx: Tx, hands: Hands, row: Claimed) -> Composed | None:
    """A fault of ours in a mail must not undo the incident: the lane meets it again, and counts it."""
    try:
        return compose(tx, hands.runtime, hands.keys, row, hands.relay_trouble)
    except Exception:
        return None
