"""How long people still have."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bridge.core.next_notice import due_is_promise, printed_due
from bridge.web.views.page_data import PageData

MINUTE, SOON = timedelta(minutes=1), timedelta(minutes=5)
Tone = Literal["calm", "soon", "late"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """`percent`: how much is left of the time from base to deadline; 100 once the deadline has passed."""

    text: str
    left: str
    percent: int
    tone: Tone


def deadline(data: PageData) -> Deadline:
    """When the approval is due, or the report that customers were promised."""
    say, due = data.say, printed_due(data.notice)
    clock, left = say.clock(due), due - data.now
    if left <= timedelta():
        late = say("over", length=say.rough(-left)) if -left >= MINUTE else say("just_over")
        return Deadline(say("deadline_was", clock=clock), late, 100, "late")
    whole = max(due - data.notice.base_at, timedelta(seconds=1))
    return Deadline(
        say("promised" if due_is_promise(data.notice.kind) else "approve_by", clock=clock),
        say("left", length=say.rough(left)) if left >= MINUTE else say("nearly_over"),
        min(100, int(100 * (left / whole))),
        "soon" if left < SOON else "calm",
    )
