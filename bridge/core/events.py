"""What an incident's history records: one class for each kind of entry, with the details that it keeps.

An entry's action and details are part of the API, and the audit chain's hash covers them: neither may be renamed.
"""

from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, ClassVar

from bridge.core.model import DeliveryState, Kind, Mode


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An entry to be written. `action` is its name in the API and in the database."""

    action: ClassVar[str]

    def detail(self) -> dict[str, Any]:
        """The fields in JSON types. One that has a default is left out while it has that value."""
        omitted = {
            each.name
            for each in fields(self)
            if each.default is not MISSING and getattr(self, each.name) == each.default
        }
        return {name: value for name, value in asdict(self).items() if name not in omitted}


@dataclass(frozen=True, slots=True)
class AlertsReceived(NewEvent):
    """Alerts of the incident changed. `counts`: how many for which reason. `truncated`: how many a post left out.

    `senders`: the addresses that the posts gave as their senders', for two of them may tell of one alert.
    """

    action = "alerts"
    counts: dict[str, int]
    alertnames: list[str]
    truncated: int
    notes: list[str]
    senders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrillBegan(NewEvent):
    """The first entry of a drill: its hash proves that the incident never was a real one."""

    action = "drill_began"
    mode: Mode
    kind: Kind
    surprise: bool


@dataclass(frozen=True, slots=True)
class DrillEnded(NewEvent):
    """A drill is over: `decided`, or `real_alert`, which ends it at once."""

    action = "drill_ended"
    why: str


@dataclass(frozen=True, slots=True)
class Reopened(NewEvent):
    """Alerts fired again before customers were told of the recovery."""

    action = "reopened"
    why: str


@dataclass(frozen=True, slots=True)
class Closed(NewEvent):
    """The incident owes nothing more."""

    action = "closed"
    why: str


@dataclass(frozen=True, slots=True)
class CopyAnswered(NewEvent):
    """Of two copies of one record this one `goes_on`, or stays `quiet`."""

    action = "copy"
    answer: str


@dataclass(frozen=True, slots=True)
class TemplateFailed(NewEvent):
    """A shipped template stands in for the company's own, whose fault is `problem`. `notice`: its id."""

    action = "template_failed"
    notice: str
    version: int
    problem: str


@dataclass(frozen=True, slots=True)
class Rang(NewEvent):
    """A ring was fired. `notice`: its id; `ring`: counted from 0; `late`: whole seconds after its time."""

    action = "rang"
    notice: str
    ring: int
    people: list[str]
    late: int


@dataclass(frozen=True, slots=True)
class RingRefused(NewEvent):
    """The mail server refused a ring for good, in these words: `people` was not reached. `notice`: its id."""

    action = "ring_refused"
    notice: str
    people: list[str]
    reply: str


@dataclass(frozen=True, slots=True)
class _OfNotice(NewEvent):
    """`notice`: its id."""

    notice: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _OfVersion(_OfNotice):
    version: int


@dataclass(frozen=True, slots=True)
class LetterDrafted(_OfVersion):
    """A notice has its first version. `recipients`: those of an individual batch."""

    action = "drafted"
    why: str
    recipients: int | None = None


@dataclass(frozen=True, slots=True)
class LetterRedrafted(_OfVersion):
    """The bridge wrote a newer version. `recipients`: those of an individual batch."""

    action = "redrafted"
    why: str
    recipients: int | None = None


@dataclass(frozen=True, slots=True)
class LetterReturned(_OfVersion):
    """An earlier version says what is true again, and is the notice's version anew."""

    action = "returned"


@dataclass(frozen=True, slots=True)
class Superseded(_OfNotice):
    """A newer notice, or none, took the place of one that nobody had decided."""

    action = "superseded"
    why: str


@dataclass(frozen=True, slots=True)
class NoticeAcknowledged(_OfNotice):
    """A person is on it. `first`: whether nobody was before."""

    action = "acknowledged"
    first: bool


@dataclass(frozen=True, slots=True)
class _OfText(_OfVersion):
    """`texts`: the SHA-256 of what customers would read, None for a version that is gone."""

    texts: str | None


@dataclass(frozen=True, slots=True)
class Edited(_OfText):
    """A person saved a version. `rendered`: the bridge wrote it from the person's answers."""

    action = "edited"
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedFirst(_OfText):
    """The first of two people approved. `override`: why a wording error is sent as it is."""

    action = "approved_first"
    override: str | None


@dataclass(frozen=True, slots=True)
class Approved(_OfText):
    """The letter is approved, and held for `hold` seconds. `override`: why a wording error is sent as it is."""

    action = "approved"
    recipients: int | None
    hold: int
    override: str | None
    mode: Mode = "real"


@dataclass(frozen=True, slots=True)
class Cancelled(_OfVersion):
    """An approved letter was called back within its hold."""

    action = "cancelled"


@dataclass(frozen=True, slots=True)
class Dismissed(_OfVersion):
    """A person decided that the letter is not sent."""

    action = "dismissed"
    reason: str


@dataclass(frozen=True, slots=True)
class RestDismissed(_OfVersion):
    """Some of a stopped letter had left, and a person decided that its rest is never sent."""

    action = "rest_dismissed"
    reason: str


@dataclass(frozen=True, slots=True)
class TakenUpAgain(_OfVersion):
    """Customers are to hear after all of what was not to be sent. `version`: the one that had been dismissed."""

    action = "taken_up_again"


@dataclass(frozen=True, slots=True)
class ToldStillFiring(_OfNotice):
    """`people` were mailed once that what customers need not hear of goes on."""

    action = "still_firing"
    people: list[str]


@dataclass(frozen=True, slots=True)
class SendingBegan(_OfNotice):
    """The letter's list is in the outbox. `version`: the approved one."""

    action = "sending"
    version: int | None
    recipients: int | None


@dataclass(frozen=True, slots=True)
class Sent(_OfNotice):
    """Nothing is left to send. `counts`: how many letters ended in which state."""

    action = "sent"
    counts: dict[DeliveryState, int]


@dataclass(frozen=True, slots=True)
class Stopped(_OfNotice):
    """The rest of the letter is not sent until a person resumes it.

    `words`: the mail server's, where it refused. `listed`: how many the list has now, where that has changed.
    """

    action = "stopped"
    why: str
    words: str = ""
    listed: int | None = None


@dataclass(frozen=True, slots=True)
class SendingSlow(_OfNotice):
    """At the pace of the mail server the letter takes long: so many `minutes` more."""

    action = "slow"
    minutes: int


@dataclass(frozen=True, slots=True)
class Retried(_OfNotice):
    """A person sends again to those whom the letter did not reach, or perhaps not. `state`: which; `count`: how many.

    `reply`: those alone whom the mail server refused in such words.
    """

    action = "retried"
    state: str
    count: int
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Left(_OfNotice):
    """A person leaves letters as they are, of which nobody knows whether they arrived. `recipient`: one's alias."""

    action = "left"
    count: int
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class RelayFailed(_OfNotice):
    """The mail server takes no mail for customers while this letter waits for it."""

    action = "relay_down"
    why: str


@dataclass(frozen=True, slots=True)
class ResumedRest(_OfNotice):
    """A person sends what a stopped letter had left. `override`: why, although it is not true any more."""

    action = "resumed"
    override: str | None = None


@dataclass(frozen=True, slots=True)
class ResumedWhole(_OfText):
    """A letter was stopped before anything of it left; a person approved it for the list as it is now."""

    action = "resumed"
    recipients: int | None


@dataclass(frozen=True, slots=True)
class ResumedFirst(_OfText):
    """As ResumedWhole, where a second person must approve too."""

    action = "approved_first"
    recipients: int | None


@dataclass(frozen=True, slots=True)
class TestCopySent(_OfVersion):
    """A person had a copy of the letter mailed to themselves."""

    action = "test_copy"


@dataclass(frozen=True, slots=True)
class LinkRenewed(_OfNotice):
    """A person was mailed a fresh link in place of one that had expired."""

    action = "link_renewed"


@dataclass(frozen=True, slots=True)
class EndedByHand(_OfNotice):
    """A person ended the incident. `firing`: how many alerts still fired."""

    action = "ended_by_hand"
    firing: int
