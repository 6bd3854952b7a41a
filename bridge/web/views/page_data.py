"""What a page is made from: everything the route has read, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bridge.core.actions import Action, Circumstances, Surprise, hold_for, offers, said_yes, surprises
from bridge.core.continuity import Gap
from bridge.core.facts import Facts
from bridge.core.failures import FailureGroup
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import (
    AlertGroup,
    AudienceFacts,
    DeliveryState,
    Event,
    Incident,
    Kind,
    LeftOut,
    Notice,
    Text,
    Version,
)
from bridge.core.next_notice import never_left
from bridge.core.settings import Escalation, Person, Service
from bridge.core.values import LOCALES, Locale
from bridge.stages.facts_at_press import errors_to_resume
from bridge.web.views.phrasing import Phrasing
from bridge.wording import Finding

Did = Literal[
    "cancelled",
    "acknowledged",
    "saved",
    "test",
    "renewed",
    "refused",
    "not_now",
    "reopened",
    "goes_on",
    "quiet",
]
"""What the press before this page did: `?did=` in its address."""

Sheet = Literal["dismiss", "override", "test", "recovered", "not_recovered", "alerts", "details"]
"""The disclosure that `?do=` opens."""


@dataclass(frozen=True, slots=True)
class BatchLetter:
    """One letter of an individual batch, in the order of the CSV."""

    address: str
    name: str
    company: str
    text: Text
    findings: tuple[Finding, ...] = ()
    department: str = ""
    impact: str = ""


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One address that got no letter, or may not have; `reply` is the server's own words."""

    address: str
    state: DeliveryState
    reply: str


@dataclass(frozen=True, slots=True)
class Related:
    """Another letter of the incident. `at`: when it was sent. `path`: this person's own page of it."""

    kind: Kind
    number: int | None
    at: datetime | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """The letter that this one corrects: of how many nobody knows whether they got it, and how many were stopped."""

    doubtful: int
    unsent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """One notice as one person meets it at `now`.

    `version` is the newest; `earlier` holds the older ones, oldest first. `current`: the facts as they are now, for a
    draft that a person edited. `rewritten`: the letter from the facts of now, where the text says otherwise.
    `alerts`: all of them by name, those that fire first. `firing`: how many fire, and `alert_count` how many there
    are; `severities` of those that fire. `left_out`: alerts of the
    same names that a matcher kept out of the incident. `number` is the report's
    number, also while it is only expected. `previous_count` and `repeated_at` are of the last sending to the same
    audience, and of the last one of the same kind. `newer`: a report was drafted after this one. `withdrawn`: the
    notices by id that were given up with none in their place. `rung`: in a drill, who was rung so far;
    `for_real`: how many its service's list has. `corrected`: what this letter corrects. `correction`:
    the letter that corrects this one. `findings` are about `version.texts[service.locale]`. `refused_rings`: whom the
    mail server did not take a ring to, and its words. `record_until`: what was
    sent after it may be missing from the record. `copy`: the copying of the record, whose original may run too.
    """

    service: Service
    escalation: Escalation
    incident: Incident
    notice: Notice
    version: Version
    person: Person
    people: Mapping[str, Person]
    audience: AudienceFacts
    now: datetime
    lang: Locale
    csrf: str
    earlier: tuple[Version, ...] = ()
    current: Facts | None = None
    rewritten: Mapping[Locale, Text] | None = None
    number: int | None = None
    alerts: tuple[AlertGroup, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    firing: int = 0
    alert_count: int = 0
    severities: tuple[str, ...] = ()
    letters: tuple[BatchLetter, ...] = ()
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    failed: tuple[FailedRow, ...] = ()
    failures: tuple[FailureGroup, ...] = ()
    retrying_until: datetime | None = None
    previous_count: int | None = None
    repeated_at: datetime | None = None
    previous_report: Related | None = None
    newer: bool = False
    successor: Related | None = None
    withdrawn: frozenset[str] = frozenset()
    rung: tuple[str, ...] = ()
    for_real: int | None = None
    corrected: Corrected | None = None
    correction: Related | None = None
    relay_problem: str | None = None
    refused_rings: Mapping[str, str] = field(default_factory=dict)
    record_until: datetime | None = None
    copy: Gap | None = None
    did: Did | None = None
    sheet: Sheet | None = None

    @property
    def say(self) -> Phrasing:
        """Sentences, times and names in the reader's language."""
        return Phrasing(self.lang, self.service.timezone, self.now, self.people)

    @property
    def drill(self) -> bool:
        """Whether people rehearse."""
        return self.incident.is_drill

    @property
    def report(self) -> str:
        """`第一報`, `second report`; `第一報の訓練`."""
        report = self.say.report(self.notice.kind, self.number)
        return self.say("drill_report", report=report) if self.drill else report

    @property
    def heading(self) -> str:
        """`みどりショップ 第一報`."""
        return f"{self.service.name.get(self.lang)} {self.report}"

    @property
    def here(self) -> str:
        """The relative address of this page: it keeps a language that was chosen by hand."""
        return "?" if self.lang == self.person.locale else f"?lang={self.lang}"

    def link(self, query: str, anchor: str = "") -> str:
        """A link to this page with one more word in the query, such as `edit` or `do=dismiss`."""
        return f"{self.here}{'' if self.here == '?' else '&'}{query}{anchor}"

    @property
    def offers(self) -> tuple[Action, ...]:
        unreached = self.deliveries("failed", "unknown")
        unknown = self.deliveries("unknown")
        copied = self.copy is not None
        among = Circumstances(self.incident.state, self.newer, unreached, unknown, self.drill, copied)
        return offers(self.notice, self.person.id, self.now, among)

    @property
    def undecided(self) -> bool:
        return self.notice.state in UNDECIDED

    @property
    def facts(self) -> Facts:
        return Facts.from_dict(self.version.facts)

    @property
    def template_problem(self) -> str:
        """Why the draft is not in the company's own words; empty when it is."""
        return self.version.template_problem or ""

    @property
    def two_people(self) -> bool:
        return self.notice.kind in self.service.policy.second_person

    @property
    def said_yes(self) -> bool:
        return said_yes(self.notice, self.person.id)

    @property
    def recipients(self) -> int | None:
        """How many would be, or were, written to."""
        if self.letters:
            return len(self.letters)
        if self.undecided or never_left(self.notice):
            return self.audience.count
        return self.notice.recipients or self.audience.count

    @property
    def texts(self) -> tuple[Text, ...]:
        """What customers get in the service's own language: one text, or each of a batch."""
        return tuple(each.text for each in self.letters) or (self.version.texts[self.service.locale],)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def errors_to_resume(self) -> tuple[Finding, ...]:
        """What keeps a stopped letter, or its rest, from being sent without a reason."""
        return errors_to_resume(self.findings, self.notice) if "resume" in self.offers else ()

    @property
    def surprises(self) -> tuple[Surprise, ...]:
        found = surprises(
            self.recipients,
            None if self.letters else self._compared,
            overridden=bool(self.notice.override),
            repeated_at=self.repeated_at,
            now=self.now,
        )
        return (*found, "old_record") if self.record_until else found

    @property
    def _compared(self) -> int | None:
        """What the list is compared with: what was approved a moment ago, else what was sent the last time."""
        return self.notice.recipients if never_left(self.notice) else self.previous_count

    @property
    def hold_seconds(self) -> int:
        """The hold that a press now would get, in whole seconds."""
        return int(hold_for(self.service.policy, self.notice, self.now, self.surprises).total_seconds())

    @property
    def same_list(self) -> bool:
        """Whether the list is still the one that was approved."""
        return self.audience.digest == self.notice.audience_digest

    def deliveries(self, *states: DeliveryState) -> int:
        """How many deliveries are in one of these states."""
        return sum(self.counts.get(state, 0) for state in states)

    def locales(self) -> tuple[Locale, ...]:
        """The languages in which customers get this letter, the service's own first."""
        own = self.service.locale
        read = (code for code in LOCALES if code != own and self.audience.locales.get(code))
        return (own, *(code for code in read if code in self.version.texts))
