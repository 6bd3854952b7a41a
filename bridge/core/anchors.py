"""Anchors of the audit chain: heads of the histories, kept outside of the database (docs/design.md §17).

The chain's hashes show what was changed inside a history. They do not show that its last events were cut off, that a
whole incident is missing, or that somebody with the key wrote a history anew. An anchor in a log or a mail does.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

LOGGED_AS = "audit_head"  # the event name of the log's lines
EVERY = timedelta(hours=1)
AT_START = timedelta(days=7)  # how far back the first round looks: over a weekend with the bridge stopped
MAC_DIGITS = 16

_WRITTEN = re.compile(rf"([^\s:]+):([1-9]\d{{0,9}}):([0-9a-f]{{{MAC_DIGITS}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A chain's last event when the anchor was made. `mac`: the first 16 hexadecimal digits of its hash."""

    incident: str
    seq: int
    mac: str

    @classmethod
    def of(cls, incident: str, seq: int, mac: str) -> "Anchor":
        """The anchor of an event, from the event's whole hash."""
        return cls(incident, seq, mac[:MAC_DIGITS])

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """`INCIDENT:SEQ:MAC16`, as a mail and the log have it. Raises ValueError."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not an anchor. One is INCIDENT:SEQ:MAC16")
        return cls(match[1], int(match[2]), match[3])

    def __str__(self) -> str:
        return f"{self.incident}:{self.seq}:{self.mac}"


def due(last: datetime | None, now: datetime) -> datetime | None:
    """The time from which chains that have grown are anchored now; None while it is too early for a round.

    `last`: the time of the last round, None after a start. A clock that went back starts a round too.
    """
    if last is None:
        return now - AT_START
    return None if timedelta() <= now - last < EVERY else min(last, now)


def logged(lines: Iterable[str]) -> Iterator[Anchor]:
    """The anchors in a bridge's log. Lines without one, and lines that are cut off, are passed over."""
    for line in lines:
        if LOGGED_AS not in line:
            continue
        try:
            entry = json.loads(line)
            if entry["event"] == LOGGED_AS:
                yield Anchor.parse(entry["anchor"])
        except (ValueError, TypeError, KeyError):
            continue


def departure(anchor: Anchor, macs: Mapping[int, str]) -> str | None:
    """How a chain differs from its anchor, in words; None where the anchored event is unchanged.

    `macs`: the hash of every event of the anchor's incident, by number.
    """
    if not macs:
        return "the whole history is missing"
    if anchor.seq > max(macs):
        return f"ends with event {max(macs)}: what followed was cut off"
    if anchor.seq not in macs:
        return f"event {anchor.seq} is missing"
    if not macs[anchor.seq].startswith(anchor.mac):
        return f"event {anchor.seq} is another than it was"
    return None
