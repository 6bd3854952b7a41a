"""The nouns of docs/design.md §2 as frozen values. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bridge.core.values import Locale, LocalText

AlertStatus = Literal["firing", "resolved"]
IncidentState = Literal["open", "settling", "recovered", "closed"]
Mode = Literal["real", "drill"]
"""Whether customers hear of an incident. Set when it is opened, and never changed."""

Kind = str
"""The name of a module in bridge/core/kinds."""

NoticeState = Literal[
    "awaiting_approval",
    "awaiting_second",
    "approved",
    "sending",
    "stopped",
    "sent",
    "dismissed",
    "superseded",
]
Origin = Literal["bridge", "answers", "person"]
"""Who wrote a version: the bridge by itself, the bridge with a person's answers, or a person in their own words."""
ClosedReason = Literal["replaced", "fires_again", "copy"]
"""Why a notice was closed: a newer one took its place, what it was to say is not true any more, or its record is a
copy that stays quiet."""
RingState = Literal["pending", "fired", "cancelled"]
DeliveryState = Literal[
    "queued", "sending", "in_doubt", "sent", "deferred", "failed", "unknown", "superseded"
]


@dataclass(frozen=True, slots=True)
class Alert:
    """One condition as a source reports it. `fingerprint` with `source` is its identity, never a time.

    `began_at`: when it began to fire again, null while it fires for the first time; `starts_at` stays the earliest
    start. `last_end`: the last end that a source reported. `by_hand`: a person ended it, and no source has yet.
    `as_of`: the sender's own time of what it says, null for a sender that tells none. `end_note`: why the sender
    ended it without having measured anything, such as a series that vanished; it counts as firing then.
    """

    source: str
    fingerprint: str
    status: AlertStatus
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime | None = None
    url: str = ""
    began_at: datetime | None = None
    last_end: datetime | None = None
    by_hand: bool = False
    as_of: datetime | None = None
    end_note: str = ""

    @property
    def occurrence_at(self) -> datetime:
        """The start of the occurrence that fires now, or that ended last."""
        return self.began_at or self.starts_at


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """The alerts of an incident that have one name, source and status, however many.

    `since`: the earliest start of those that fire, or that ended; `until`: the last end. `by_hand`: a person ended
    them, and no source has yet. `end_note`: why one of them counts as firing though its source told of an end.
    """

    name: str
    source: str
    status: AlertStatus
    by_hand: bool
    count: int
    since: datetime
    until: datetime | None = None
    end_note: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An alert with the name of one of an incident's, which a matcher of the service kept out of it.

    `label` and `value`: what kept it out; `at`: when it was last received.
    """

    name: str
    label: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """One customer-visible disturbance of one service.

    `promise_at`: when customers expect the next report. `final_at`: when the owed final report's duty
    begins. `follows`: the closed incident that this one comes back from. `truncated`: how many alerts a source
    left out of one post, at most. `ended_by`: the person who ended it by hand, while `firing_at_end` alerts still
    fired; both null for one that ended by itself, or that fires again.
    """

    id: str
    service: str
    state: IncidentState
    started_at: datetime
    received_at: datetime
    resolved_at: datetime | None = None
    promise_at: datetime | None = None
    final_at: datetime | None = None
    follows: str | None = None
    truncated: int = 0
    ended_by: str | None = None
    firing_at_end: int | None = None
    mode: Mode = "real"

    @property
    def is_drill(self) -> bool:
        """Whether people rehearse: its letters reach only those who were rung."""
        return self.mode == "drill"


@dataclass(frozen=True, slots=True)
class Text:
    """A letter in one language, as a customer will read it."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The letters of an individual batch. `rows`: its CSV's cells by column, one row for each of the `letters`."""

    rows: tuple[Mapping[str, str], ...]
    letters: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of a notice. `texts` holds every language; `edited_by` is null for the bridge's own draft.

    `facts` are the values the texts were rendered from (JSON types); `promise_at` is exact, the letter rounds it.
    `template_problem`: why the texts came from a shipped template instead of the company's own; null when they did
    not. `batch`: set for an individual batch alone.
    """

    notice_id: str
    version: int
    texts: Mapping[Locale, Text]
    facts: Mapping[str, Any]
    promise_at: datetime | None
    edited_by: str | None
    created_at: datetime
    origin: Origin = "bridge"
    template_problem: str | None = None
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to one version."""

    person: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """One letter about an incident and where it stands.

    `audience_digest` and `recipients` are those of the list the approver saw. `send_at`: the moment the hold
    ends. `first_accept_at`: when the mail server took the first mail, which ends the clock that began with
    the detection. `stop_reason`: why the rest was not sent. `corrects`: the notice whose recipients this one goes to.
    `corrected_by`: the notice that corrects this one. `retracts`: it says that there was no disturbance.
    `first_round_at`: when every recipient had a first attempt. `last_accept_at`: when the mail server took the last
    mail, as of that moment and again at the end.
    """

    id: str
    incident_id: str
    kind: Kind
    state: NoticeState
    version: int
    base_at: datetime
    due_at: datetime
    drafted_at: datetime
    number: int | None = None
    approvals: tuple[Approval, ...] = ()
    approved_version: int | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    send_at: datetime | None = None
    sending_at: datetime | None = None
    first_accept_at: datetime | None = None
    finished_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    override: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    superseded_by: str | None = None
    stop_reason: str | None = None
    audience_digest: str | None = None
    recipients: int | None = None
    closed_reason: ClosedReason | None = None
    corrects: str | None = None
    corrected_by: str | None = None
    retracts: bool = False
    first_round_at: datetime | None = None
    last_accept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """One planned ring towards on-call about one notice: the n-th, counted from 0."""

    notice_id: str
    n: int
    due_at: datetime
    state: RingState
    fired_at: datetime | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address in an audience."""

    address: str
    name: str = ""
    company: str = ""
    locale: Locale = "ja"


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A row of a customer list that nobody can be written to. `line` counts from 1, with the header.

    `text`: what stands where the address is due; `why`: the reason, without it.
    """

    line: int
    text: str
    why: LocalText

    def get(self, locale: Locale) -> str:
        """All of it in one line."""
        place = f"{self.line}行目" if locale == "ja" else f"line {self.line}"
        return f"{place}: {self.why.get(locale)}" + (f": {self.text}" if self.text else "")


@dataclass(frozen=True, slots=True)
class AudienceFacts:
    """What is known of a customer list without holding it: its count, its digest, what was wrong with it.

    `title` is what people call it, where the configuration says so; `name` is its key there. `as_of`: when its file
    was written; none where it is no file. `problem` is set instead when the list could not be counted, in words for
    the on-call. `repaired` says what was put right in the list without asking.
    """

    name: str
    count: int | None = None
    digest: str | None = None
    locales: Mapping[str, int] = field(default_factory=dict)
    bad: tuple[UnusableRow, ...] = ()
    bad_total: int = 0
    duplicates: int = 0
    encoding: str = ""
    problem: LocalText | None = None
    title: LocalText | None = None
    as_of: datetime | None = None
    repaired: tuple[LocalText, ...] = ()

    def called(self, locale: Locale) -> str:
        """The list's name for people."""
        return self.title.get(locale) if self.title else self.name


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an incident's append-only history."""

    seq: int
    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]
