"""One message on its way from a claimed row to the wire."""

from dataclasses import dataclass
from typing import Protocol

from bridge.smtp.session import Envelope
from bridge.store.claims import Claimed


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One message ready for the wire. `raw` has CRLF lines and is not yet dot-stuffed."""

    envelope: Envelope
    raw: bytes


class Composer(Protocol):
    """Makes a claimed row a mail; None when there is nobody to send it to any more."""

    async def __call__(self, row: Claimed) -> OutgoingMail | None: ...
