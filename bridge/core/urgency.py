"""Which of the open incidents needs somebody first, and for what. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.dates import round_up
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Incident, Notice
from bridge.core.next_notice import customers_told, printed_due

SOON = timedelta(minutes=5)

What = Literal["resume", "decide", "wait", "report", "cause", "nothing"]
"""`resume`: the bridge stopped a letter. `decide`: a draft waits. `wait`: a letter is on its way. `report`, `cause`:
customers were promised one, and nothing is drafted yet."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What an incident needs next. `notice`: the letter that it is about. `due_at` is None where no time is set;
    the time for it runs from `since`."""

    what: What
    notice: Notice | None
    since: datetime
    due_at: datetime | None

    def overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now

    def soon(self, now: datetime) -> bool:
        """Whether five minutes are left, or fewer."""
        return self.due_at is not None and self.due_at - now <= SOON

    def percent_left(self, now: datetime) -> int:
        """How much of its time is left, of a hundred; all of it where no time is set."""
        if self.due_at is None:
            return 100
        whole = max(self.due_at - self.since, timedelta(seconds=1))
        return max(0, min(100, int(100 * ((self.due_at - now) / whole))))


def next_step(incident: Incident, notices: Sequence[Notice]) -> NextStep:
    """What this incident needs next, from its notices in the order of their drafting."""
    for stopped in (n for n in notices if n.state == "stopped" and n.stop_reason != "person"):
        return NextStep("resume", stopped, stopped.sending_at or stopped.drafted_at, None)
    waiting = [notice for notice in notices if notice.state in UNDECIDED]
    if waiting:
        first = min(waiting, key=printed_due)
        return NextStep("decide", first, first.base_at, printed_due(first))
    last = next((n for n in reversed(notices) if n.state not in ("dismissed", "superseded")), None)
    if last and last.state in ("approved", "sending"):
        return NextStep("wait", last, last.drafted_at, None)
    since = (last.sending_at if last else None) or incident.received_at
    if incident.final_at:
        return NextStep("cause", last, since, incident.final_at)
    if incident.promise_at and customers_told(notices) and incident.state != "recovered":
        return NextStep("report", last, since, round_up(incident.promise_at))
    return NextStep("nothing", last, since, None)


def order(step: NextStep) -> tuple[int, float]:
    """Sorts the most urgent first: what the bridge stopped, then by the time left, then what needs nobody."""
    if step.what == "resume":
        return 0, 0.0
    return (1, step.due_at.timestamp()) if step.due_at else (2, 0.0)
