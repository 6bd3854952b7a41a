"""Claimed rows to mails: letters from their frozen bytes, on-call messages from what is true now."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bridge.core.values import Locale
from bridge.keys import Keys
from bridge.letters.mime import Letterhead, Skeleton, freeze
from bridge.loops.outgoing import OutgoingMail
from bridge.oncall.message import OncallMessages
from bridge.smtp.session import Envelope
from bridge.stages.oncall_message import compose
from bridge.stages.runtime import Runtime
from bridge.store.claims import Claimed
from bridge.store.store import Store
from bridge.store.tx import Tx

KEPT = 64  # letters whose bytes stay at hand; a sending has one for each language
ONCALL: dict[Locale, str] = {"ja": "障害の当番連絡", "en": "Incident on-call"}


class LetterComposer:
    """Customers' letters. The bytes are those that were frozen at approval, whatever changed since."""

    def __init__(self, store: Store[Tx]) -> None:
        self._store = store
        self._letters: OrderedDict[tuple[str, str], tuple[Skeleton, str]] = OrderedDict()

    async def __call__(self, row: Claimed) -> OutgoingMail | None:
        """The mail of one row; the same bytes every time."""
        key = (row.notice_id or "", row.letter or "")
        if key not in self._letters:
            self._letters[key] = await self._store.read(partial(self._read, key))
            if len(self._letters) > KEPT:
                self._letters.popitem(last=False)
        skeleton, sender = self._letters[key]
        raw = skeleton.message(row.address, row.message_id, row.refs.split())
        return OutgoingMail(Envelope(sender, row.address), raw)

    def _read(self, key: tuple[str, str], tx: Tx) -> tuple[Skeleton, str]:
        skeleton = Skeleton(tx.outbox.skeleton(*key))
        return skeleton, skeleton.sender


class OncallComposer:
    """Mails to the on-call, written when they leave."""

    def __init__(
        self,
        store: Store[Tx],
        runtime: Callable[[], Runtime],
        keys: Keys,
        relay_trouble: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._keys = keys
        self._relay_trouble = relay_trouble
        self._now = now
        self._messages = OncallMessages()

    async def __call__(self, row: Claimed) -> OutgoingMail | None:
        """The mail of one row; None when its notice or service is gone."""
        unit = partial(
            compose, runtime=self._runtime(), keys=self._keys, row=row, relay_trouble=self._relay_trouble()
        )
        found = await self._store.read(unit)
        if found is None:
            return None
        message, person, service = found
        text = self._messages.write(message, person.locale)
        head = Letterhead(ONCALL[person.locale], service.sender.email, self._now())
        raw = freeze(head, text.subject, text.body).message(row.address, row.message_id)
        return OutgoingMail(Envelope(service.sender.email, row.address), raw)
