"""Who is signed in to the console: what a cookie says, and what the configuration says of it now. Pure.

A session is nowhere but in its signed cookie. It is bound to the person's entry in the configuration, so that whoever
is taken out of it, or gets another address, is out at the next request.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from bridge.core.roles import Act, may, role_of
from bridge.core.settings import Escalation, Person, Role

LASTS = timedelta(hours=12)
_AHEAD = timedelta(minutes=5)  # what the clocks of two instances may differ by

Outside = Literal["no_session", "not_ours", "over", "removed", "no_role"]
"""Why somebody is not signed in."""


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """What a cookie keeps. `entry` names the person's entry as it was; `began_at` in whole seconds since 1970."""

    person: str
    entry: str
    began_at: int

    @classmethod
    def of(cls, person: Person, now: datetime) -> "ConsoleSession":
        """The session that begins now."""
        return cls(person.id, entry_of(person), int(now.timestamp()))

    def to_text(self) -> str:
        """What is signed."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person on the console, in their role of now."""

    person: Person
    role: Role

    def may(self, act: Act) -> bool:
        return may(self.role, act)


def session_in(text: str) -> ConsoleSession | None:
    """The session in a text that `to_text` made and a key of ours signed; None for anything else."""
    try:
        return ConsoleSession(**json.loads(text))
    except (ValueError, TypeError):
        return None


def entry_of(person: Person) -> str:
    """Names a person's entry: it changes with the key and the address, and stays with a new name or role."""
    return hashlib.sha256(f"{person.id}\n{person.email}".encode()).hexdigest()[:16]


def visitor_of(
    session: ConsoleSession, people: Mapping[str, Person], escalations: Iterable[Escalation], now: datetime
) -> Visitor | Outside:
    """Whose session it is now, or why it is nobody's."""
    began_at = datetime.fromtimestamp(session.began_at, UTC)
    if not now - LASTS < began_at <= now + _AHEAD:
        return "over"
    person = people.get(session.person)
    if person is None or entry_of(person) != session.entry:
        return "removed"
    return as_visitor(person, escalations)


def as_visitor(person: Person, escalations: Iterable[Escalation]) -> Visitor | Outside:
    """A person whom somebody else has identified."""
    role = role_of(person, escalations)
    return Visitor(person, role) if role else "no_role"


def registered(address: str, people: Mapping[str, Person]) -> Person | None:
    """The first person who has this address, in whatever case it is written."""
    wanted = address.strip().casefold()
    return next((person for person in people.values() if person.email.casefold() == wanted), None)
