"""The states of incidents and notices, and the moves allowed between them, as tables.

Drawn in docs/states.md; a test keeps both the same.
"""

from bridge.core.model import IncidentState, NoticeState

NOTHING_DELIVERED = "nothing_delivered"
"""Why a letter is stopped that reached nobody: nothing of it is left to be sent."""

NOTICE_MOVES: dict[NoticeState, frozenset[NoticeState]] = {
    # a person decides, or a newer notice takes its place
    "awaiting_approval": frozenset({"awaiting_second", "approved", "dismissed", "superseded"}),
    # an edit voids the first yes
    "awaiting_second": frozenset({"awaiting_approval", "approved", "dismissed", "superseded"}),
    # the hold is over; it is called back; the list has changed
    "approved": frozenset({"sending", "awaiting_approval", "stopped"}),
    "sending": frozenset({"sent", "stopped"}),
    # a person resumes; nothing of it had left, and a newer notice takes its place; its rest is never sent
    "stopped": frozenset({"approved", "sending", "superseded", "dismissed"}),
    # a person sends again to those whom it did not reach
    "sent": frozenset({"sending"}),
    # customers hear of it after all: the same letter, or a newer one in its place
    "dismissed": frozenset({"awaiting_approval", "superseded"}),
    "superseded": frozenset(),
}

INCIDENT_MOVES: dict[IncidentState, frozenset[IncidentState]] = {
    # every alert ended; a person ends it by hand; it was a drill, which is over
    "open": frozenset({"settling", "recovered", "closed"}),
    # fires again; settled with a letter owed; settled with nothing owed; ended by hand
    "settling": frozenset({"open", "recovered", "closed"}),
    # fires again before the recovery was approved; everything owed was sent or dismissed
    "recovered": frozenset({"open", "closed"}),
    # a correction owes the right content; it was dismissed, and fires again
    "closed": frozenset({"recovered", "open"}),
}

UNDECIDED: frozenset[NoticeState] = frozenset({"awaiting_approval", "awaiting_second"})
UNDER_WAY: frozenset[NoticeState] = frozenset({"approved", "sending", "stopped"})


def may_move(old: NoticeState, new: NoticeState) -> bool:
    """Whether a notice may go from one state to another."""
    return new in NOTICE_MOVES[old]


def incident_may_move(old: IncidentState, new: IncidentState) -> bool:
    """Whether an incident may go from one state to another."""
    return new in INCIDENT_MOVES[old]
