"""Claimed rows to mails: letters from their frozen bytes, on-call messages from what is true now."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bridge.core.drill import is_marked
from bridge.core.values import Locale
from bridge.errors import BridgeError
from bridge.keys import Keys
from bridge.letters.mime import Letterhead, Skeleton, freeze, headers_to, wire
from bridge.loops.outgoing import OutgoingMail
from bridge.oncall.message import OncallMessages
from bridge.smtp.session import Envelope
from bridge.stages.oncall_message import Composed, compose
from bridge.stages.runtime import Runtime
from bridge.store.claims import Claimed
from bridge.store.store import Store
from bridge.store.tx import Tx

KEPT = 64  # letters whose bytes stay at hand; a sending has one for each language
ONCALL: dict[Locale, str] = {"ja": "障害の当番連絡", "en": "Incident on-call"}


class NobodysDrill(BridgeError):
    """A drill's letter was to go to somebody who is no person of the configuration. It goes nowhere."""


@dataclass(frozen=True, slots=True)
class FrozenLetter:
    """The bytes of a letter but its recipient, as they go on the wire. `drill`: they say so, or its incident does."""

    content: bytes
    sender: str
    drill: bool


class LetterComposer:
    """Customers' letters. The bytes are those that were frozen at approval, whatever changed since."""

    def __init__(self, store: Store[Tx], runtime: Callable[[], Runtime]) -> None:
        self._store = store
        self._runtime = runtime
        self._letters: OrderedDict[tuple[str, str], FrozenLetter] = OrderedDict()

    async def __call__(self, row: Claimed) -> OutgoingMail | None:
        """The mail of one row; the same bytes every time. Raises NobodysDrill."""
        key = (row.notice_id or "", row.letter or "")
        if key not in self._letters:
            self._letters[key] = await self._store.read(partial(self._read, key))
            if len(self._letters) > KEPT:
                self._letters.popitem(last=False)
        letter = self._letters[key]
        if letter.drill and row.address not in self._people():
            raise NobodysDrill("This mail is a drill's, and its address is no person's in the configuration")
        head = headers_to(row.address, row.message_id, row.refs.split())
        return OutgoingMail(Envelope(letter.sender, row.address), head + letter.content)

    def _people(self) -> set[str]:
        return {person.email for person in self._runtime().config.people.values()}

    def _read(self, key: tuple[str, str], tx: Tx) -> FrozenLetter:
        skeleton = Skeleton(tx.outbox.skeleton(*key))
        notice = tx.notices.get(key[0])
        incident = tx.incidents.get(notice.incident_id) if notice else None
        drill = is_marked(skeleton.subject) or bool(incident and incident.is_drill)
        return FrozenLetter(wire(skeleton.frozen), skeleton.sender, drill)


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
        self._kept: dict[tuple[int, int], Composed] = {}

    def keep(self, row: Claimed, composed: Composed) -> None:
        """What a message says was found out in the unit that claimed it."""
        self._kept[row.id, row.fence] = composed

    async def __call__(self, row: Claimed) -> OutgoingMail | None:
        """The mail of one row; None when its notice or service is gone."""
        unit = partial(
            compose, runtime=self._runtime(), keys=self._keys, row=row, relay_trouble=self._relay_trouble()
        )
        found = self._kept.pop((row.id, row.fence), None) or await self._store.read(unit)
        if found is None:
            return None
        message, person, service = found
        text = self._messages.write(message, person.locale)
        head = Letterhead(ONCALL[person.locale], service.sender.email, self._now())
        raw = freeze(head, text.subject, text.body).message(row.address, row.message_id)
        return OutgoingMail(Envelope(service.sender.email, row.address), wire(raw))
