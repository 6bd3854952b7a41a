"""One message on its way from a claimed row to the wire."""

from typing import NamedTuple, Protocol

from bridge.smtp.session import Envelope
from bridge.store.claims import Claimed


class OutgoingMail(NamedTuple):
    """One message ready for the wire. `content`: as `mime.wire` makes it."""

    envelope: Envelope
    content: bytes


class Composer(Protocol):
    """Makes a claimed row a mail; None when there is nobody to send it to any more."""

    async def __call__(self, row: Claimed) -> OutgoingMail | None: ...
