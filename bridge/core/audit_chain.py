"""What chains the events of an incident's history: a keyed hash of each over everything in it and the hash before.

Pure: store/events.py writes the chain, store/audit.py verifies it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.model import Event

START = "0" * 64  # stands in the first event of a chain for the hash of the one before


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """The keys that sign the chain, by id. The one named by `newest` signs, all verify."""

    by_id: Mapping[str, bytes]
    newest: str


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """One event with its place in the chain: 64 hexadecimal digits each, and the id of the key that made `mac`."""

    event: Event
    key_id: str
    previous_mac: str
    mac: str


def chain_mac(key: bytes, previous: str, incident_id: str, event: Event) -> str:
    """The hash of one event, as 64 hexadecimal digits; `previous` is that of the event before, or START."""
    content = [
        previous,
        incident_id,
        event.seq,
        event.at.isoformat(),
        event.actor,
        event.action,
        event.detail,
    ]
    raw = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.new(key, raw.encode(), hashlib.sha256).hexdigest()
