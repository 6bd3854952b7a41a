"""What the program must know of one kind of notice. Nothing else compares a kind's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from zoneinfo import ZoneInfo

from bridge.core.values import Locale, LocalText

Own = Mapping[str, str]
"""What only letters of one kind state, as it is stored with a version (`Answers.own`)."""


def _as_stored(own: Own, zone: ZoneInfo, locale: Locale) -> Own:  # noqa: ARG001  such facts are words already
    return own


def _always(own: Own) -> bool:  # noqa: ARG001
    return True


def _never(own: Own) -> bool:  # noqa: ARG001
    return False


class Recipients(Enum):
    """Where the addresses of a notice come from."""

    SERVICE_LIST = "the customer list of the service"
    LEDGER = "those whom an earlier notice of the incident reached"
    BATCH = "the rows of an uploaded CSV file, each with a letter of its own"
    RUNG = "those who were rung about it: a letter of any kind, in a drill"


class Clock(Enum):
    """What a notice's reminders and its deadline count from (docs/design.md §2)."""

    DETECTION = "the receipt of the incident's first alert"
    PROMISE = "the promise that the last letter made"
    CAUSE_DAY = "the day for which the cause was promised"
    DRAFTING = "the drafting of the notice"


class Promises(Enum):
    """What a letter promises to tell next. Once the letter leaves, it is the incident's promise."""

    NOTHING = "nothing"
    NEXT_REPORT = "the next report, at a time"
    CAUSE = "the cause, on a day, while nobody knows it"


class Asks(Enum):
    """What the page asks a person before the letter can be sent."""

    NOTHING = "nothing: the draft is ready"
    NEWS = "whether anything has changed"
    ANSWERS = "cause, remedy and prevention"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """One kind of notice.

    `place`: where the kind stands in lists, in the order of a correspondence. `title`: what the letter is called;
    None for a report that is called by its number. `ring_label`: what a ring about it says first on a lock screen,
    before the time left.

    `gives_way`: while none of it has left, a newer report takes its place. `follows_alerts`: an untouched draft is
    drafted anew when the alerts change its facts. `looks_back`: the letter is about the whole disturbance, not about
    what fires now. `when_over`: it is only written when the disturbance is over, and takes recovery as confirmed.
    `tells_recovery`: approved, it ends the incident for customers; before that, it is given up when an alert fires
    again.

    `ends_by_hand`: from its page a person may end the incident. `edited_on_page`: its text is edited on its page.
    `two_people`: it needs two approvers unless the configuration says otherwise. `rows`: the facts on its card, by
    their keys in the words of the pages. `correctable`: a correction may follow it.

    `sample`: what only this kind states, as a preview shows it. `words`: such facts, from their stored form to what
    templates print. `owes_report`: whether a letter with these facts makes the promise of its kind. `retracts`:
    whether it says that there was no disturbance.
    """

    place: int
    title: LocalText | None = None
    ring_label: LocalText | None = None
    recipients: Recipients = Recipients.SERVICE_LIST
    clock: Clock = Clock.DRAFTING
    promises: Promises = Promises.NOTHING
    asks: Asks = Asks.NOTHING
    gives_way: bool = False
    follows_alerts: bool = False
    looks_back: bool = False
    when_over: bool = False
    tells_recovery: bool = False
    ends_by_hand: bool = False
    edited_on_page: bool = True
    two_people: bool = False
    rows: tuple[str, ...] = ()
    correctable: bool = True
    sample: Own = field(default_factory=dict)
    words: Callable[[Own, ZoneInfo, Locale], Own] = _as_stored
    owes_report: Callable[[Own], bool] = _always
    retracts: Callable[[Own], bool] = _never

    @property
    def numbered(self) -> bool:
        """Whether approval gives it the next number of the incident's reports."""
        return self.title is None

    @property
    def overtaken(self) -> bool:
        """Whether it tells nothing any more to whoever has a later report of the incident."""
        return self.clock in (Clock.DETECTION, Clock.PROMISE)

    @property
    def is_report(self) -> bool:
        """Whether it tells customers at large: the next report follows on from it."""
        return self.recipients is not Recipients.BATCH
