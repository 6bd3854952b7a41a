"""A word of state with its colour: the word says it, the colour only helps."""

from dataclasses import dataclass
from typing import Literal

from bridge.core.model import DeliveryState, NoticeState

Tone = Literal["ok", "wait", "stop", "note", "rest"]

OF_DELIVERY: dict[DeliveryState, tuple[Tone, str]] = {
    "failed": ("stop", "state_failed"),
    "unknown": ("rest", "state_unknown"),
    "deferred": ("wait", "state_deferred"),
    "queued": ("rest", "state_queued"),
    "sending": ("rest", "state_queued"),
    "in_doubt": ("rest", "state_queued"),
    "sent": ("ok", "state_sent"),
}
"""Each state of a delivery with its tone and the key of its name, in the order in which people must look at them."""

OF_NOTICE: dict[NoticeState, tuple[Tone, str]] = {
    "awaiting_approval": ("wait", "notice_waits"),
    "awaiting_second": ("wait", "notice_second"),
    "approved": ("note", "notice_approved"),
    "sending": ("note", "notice_sending"),
    "stopped": ("stop", "notice_stopped"),
    "sent": ("ok", "notice_sent"),
    "dismissed": ("rest", "notice_dismissed"),
    "superseded": ("rest", "notice_superseded"),
}
"""Each state of a notice with its tone and the key of its name."""


@dataclass(frozen=True, slots=True)
class Pill:
    """A state in one or two words."""

    tone: Tone
    text: str
