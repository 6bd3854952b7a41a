"""What every mail to the on-call says (docs/design.md §16.5), in the reader's language.

A lock screen shows about 15 full-width characters of the subject and two lines: the time and the service come
first, the duty and the count in line 1. A mail that asks for something holds exactly one link.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import ClassVar, Literal, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bridge.core import dates, reasons
from bridge.core.continuity import Gap
from bridge.core.customer_words import Refused
from bridge.core.drill import marked_mail
from bridge.core.failures import FailureGroup
from bridge.core.kinds import spec_of
from bridge.core.model import Text
from bridge.core.values import Locale, LocalText
from bridge.oncall.letter_ref import LetterRef
from bridge.resources import shipped

# A ring leaves a moment before or after its time; minutes are told as of that time.
_RING_SLACK = timedelta(seconds=10)
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+", re.IGNORECASE)

DOMAINS = 3  # of the recipients whom the mail server refused in the same words

Decision = Literal["approved", "dismissed", "rest_dismissed", "by_policy", "superseded", "drill_ended"]
Trouble = Literal["relay", "audience", "stopped", "failed", "refused", "slow"]


class OncallMessage(Protocol):
    """A mail to one person.

    `template` names a file under templates/oncall/<locale>; the first line it renders is the subject.
    """

    template: ClassVar[str]

    def words(self, locale: Locale) -> Mapping[str, object]:
        """What the template says, in that language."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A mail about a drill: it says so before everything else."""

    message: OncallMessage


@cache
def oncall_templates() -> Environment:
    """Our own templates; a process compiles each once."""
    return Environment(
        loader=FileSystemLoader(shipped("templates/oncall")),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  plain text, never markup
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # they change with the program
        keep_trailing_newline=True,
    )


class OncallMessages:
    """Writes the mails. The templates are ours alone: a faulty override must not silence a ring."""

    def write(self, message: OncallMessage | Rehearsal, locale: Locale) -> Text:
        """The finished mail: one line of subject, and the body below it."""
        if isinstance(message, Rehearsal):
            return marked_mail(self.write(message.message, locale), locale)
        template = oncall_templates().get_template(f"{locale}/{message.template}.txt.j2")
        subject, _, body = template.render(message.words(locale)).partition("\n")
        return Text(" ".join(subject.split()), body.strip("\n") + "\n")


@dataclass(frozen=True, slots=True)
class ListTold:
    """What is odd about the customer list. `unusable`: how many of its rows get no letter.

    `before`: how many it had last time, where that is surprising; `as_of`: when its file was written.
    """

    unusable: int = 0
    before: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class RingFacts:
    """One ring: a notice waits for this person.

    `what`: the impacts in customers' words. `recipients` is None when the list cannot be counted, then
    `uncounted` says why. `rung`: who else was rung about it, and when. `not_reached`: to whom the mail
    server did not take a ring, and its words. `approved`: in
    `awaiting_second`, who has said yes and when. `planned_at`: when the ring was to leave.
    `relay_trouble`: why customers' mail cannot leave now. `template_problem`: why the draft is not in the
    company's own words. `record_until`: what was sent after it may be missing from the record. `copy`: by
    which copying it is known here. `refused`: words of alerts that no letter uses.
    """

    template: ClassVar[str] = "ring"
    matter: LetterRef
    due_at: datetime
    now: datetime
    link: str
    subject: str
    started_at: datetime
    what: tuple[LocalText, ...] = ()
    recipients: int | None = None
    uncounted: LocalText | None = None
    promise_at: datetime | None = None
    rung: tuple[tuple[str, datetime], ...] = ()
    not_reached: tuple[tuple[str, str], ...] = ()
    approved: tuple[str, datetime] | None = None
    planned_at: datetime | None = None
    relay_trouble: str = ""
    template_problem: str = ""
    record_until: datetime | None = None
    copy: Gap | None = None
    list_told: ListTold = ListTold()
    refused: tuple[Refused, ...] = ()

    def words(self, locale: Locale) -> Mapping[str, object]:
        def clock(at: datetime) -> str:
            return self.matter.clock(at, self.now, locale)

        spec = spec_of(self.matter.kind)
        minute = timedelta(minutes=1)
        left = self.due_at - self.now + _RING_SLACK
        late = self.now - self.due_at + _RING_SLACK
        late_by = self.now - self.planned_at if self.planned_at else timedelta()
        label = spec.ring_label.get(locale) if spec.ring_label else ""
        return {
            "label": label,
            "title": self.matter.title(locale),
            "titled": self.matter.after(label, locale),
            "left": dates.rough(left, locale, "h") if left >= minute else "",
            "late": dates.rough(late, locale, "h") if late >= minute else "",
            "overdue": self.now >= self.due_at,
            "due": clock(self.due_at),
            "what": topic_of(self.what, locale),
            "recipients": f"{self.recipients:,}" if self.recipients is not None else "",
            "uncounted": without_links(self.uncounted.get(locale)) if self.uncounted else "",
            "link": self.link,
            "subject": without_links(self.subject),
            "started": dates.about(self.started_at, self.matter.zone, locale),
            "promise": clock(dates.round_up(self.promise_at)) if self.promise_at else "",
            "rung": [(name, clock(at)) for name, at in self.rung],
            "not_reached": [(name, without_links(words)) for name, words in self.not_reached],
            "approved_by": self.approved[0] if self.approved else "",
            "approved_at": clock(self.approved[1]) if self.approved else "",
            "planned": clock(self.planned_at) if self.planned_at else "",
            "ring_late": dates.duration(late_by, locale) if late_by >= minute else "",
            "relay_trouble": without_links(self.relay_trouble),
            "template_problem": without_links(self.template_problem),
            "record": _to_the_second(self.matter, self.record_until, self.now, locale),
            "copy": self.copy,
            "unusable": f"{self.list_told.unusable:,}" if self.list_told.unusable else "",
            "before": f"{self.list_told.before:,}" if self.list_told.before else "",
            "list_of": clock(self.list_told.as_of) if self.list_told.as_of else "",
            "refused": [(one.annotation, one.because(locale)) for one in self.refused],
        }


@dataclass(frozen=True, slots=True)
class Decided:
    """The last mail of a notice: who decided what, and when. Nothing is left to do, so there is no link.

    `anchor`: the head of the incident's history, kept in a mailbox where nobody at the database can change it.
    """

    template: ClassVar[str] = "decided"
    matter: LetterRef
    decision: Decision
    at: datetime
    person: str = ""
    reason: str = ""
    recipients: int | None = None
    replaced_by: str = ""
    anchor: str = ""

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {
            "title": self.matter.title(locale),
            "decision": self.decision,
            "person": self.person,
            "at": dates.clock(self.at, self.matter.zone, locale),
            "reason": without_links(reasons.in_words(self.reason, locale)),
            "recipients": f"{self.recipients:,}" if self.recipients is not None else "",
            "replaced_by": self.replaced_by,
            "anchor": self.anchor,
        }


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody has it: told to the others who were rung. Nothing was sent, and ringing goes on."""

    template: ClassVar[str] = "acknowledged"
    matter: LetterRef
    person: str
    at: datetime
    due_at: datetime
    next_ring_at: datetime | None = None

    def words(self, locale: Locale) -> Mapping[str, object]:
        next_ring = self.next_ring_at
        return {
            "title": self.matter.title(locale),
            "person": self.person,
            "at": dates.clock(self.at, self.matter.zone, locale),
            "due": self.matter.clock(self.due_at, self.at, locale),
            "next_ring": self.matter.clock(next_ring, self.at, locale) if next_ring else "",
        }


@dataclass(frozen=True, slots=True)
class Finished:
    """A sending was tried to its end, with its counts. "Sent" means accepted by the mail server.

    `since_detection`: from the first alert's receipt to the first mail that the server took,
    `last_since_detection` to the last one; None for other reports, and where it took none. `retrying`: how many are
    tried again, the last of them until `until`. `after_retries`: people had a mail before those. `failures`: in
    which words letters were refused. What customers were promised: the next report at `promise_at`, or the cause by
    the day `cause_by`.
    """

    template: ClassVar[str] = "finished"
    matter: LetterRef
    at: datetime
    sent: int
    failed: int = 0
    unknown: int = 0
    since_detection: timedelta | None = None
    promise_at: datetime | None = None
    cause_by: date | None = None
    last_since_detection: timedelta | None = None
    retrying: int = 0
    until: datetime | None = None
    after_retries: bool = False
    failures: tuple[FailureGroup, ...] = ()

    def words(self, locale: Locale) -> Mapping[str, object]:
        promise, until, zone = (
            self.promise_at and dates.round_up(self.promise_at),
            self.until,
            self.matter.zone,
        )
        last = self.last_since_detection
        return {
            "title": self.matter.title(locale),
            "sent": f"{self.sent:,}" if self.sent else "",
            "retrying": f"{self.retrying:,}" if self.retrying else "",
            "until": dates.near_clock(until, self.at, zone, locale) if until else "",
            "after_retries": self.after_retries,
            "last": dates.exactly(last, locale) if last else "",
            "failures": [
                (
                    without_links(group.reply),
                    f"{group.count:,}",
                    group.domains[:DOMAINS],
                    group.domains[DOMAINS:],
                )
                for group in self.failures
            ],
            "failed": f"{self.failed:,}" if self.failed else "",
            "unknown": f"{self.unknown:,}" if self.unknown else "",
            "took": dates.exactly(self.since_detection, locale) if self.since_detection else "",
            "promise": self.matter.clock(promise, self.at, locale) if promise else "",
            "cause_by": dates.day(self.cause_by, locale) if self.cause_by else "",
        }


@dataclass(frozen=True, slots=True)
class InTrouble:
    """Something keeps a letter from its customers.

    `why` may hold the server's own words. `link` is given where the person can act. `record_until`: what was sent
    after it may be missing from the record, `sent` and `rest` with it; `now` goes with it. `copy`: as of a ring.
    `person`: who stopped it. `approved` and `listed`: how many the approved list had and the list has now, where it
    changed.
    """

    template: ClassVar[str] = "trouble"
    matter: LetterRef
    trouble: Trouble
    why: str
    link: str = ""
    sent: int = 0
    rest: int = 0
    record_until: datetime | None = None
    now: datetime | None = None
    copy: Gap | None = None
    person: str = ""
    approved: int | None = None
    listed: int | None = None

    def words(self, locale: Locale) -> Mapping[str, object]:
        counted = self.approved is not None and self.listed is not None
        return {
            "approved": f"{self.approved:,}" if counted else "",
            "listed": f"{self.listed:,}" if counted else "",
            "title": self.matter.title(locale),
            "trouble": self.trouble,
            "why": without_links(self.why),
            "link": self.link,
            "sent": f"{self.sent:,}",
            "rest": f"{self.rest:,}" if self.rest else "",
            "person": self.person,
            "record": _to_the_second(self.matter, self.record_until, self.now, locale),
            "copy": self.copy,
        }


@dataclass(frozen=True, slots=True)
class TrialCopy:
    """The letter as it stands, to one person alone, under a header that says so."""

    template: ClassVar[str] = "test"
    letter: Text

    def words(self, locale: Locale) -> Mapping[str, object]:  # noqa: ARG002  the letter has its own
        return {"subject": self.letter.subject, "body": self.letter.body}


@dataclass(frozen=True, slots=True)
class Renewed:
    """A fresh link in place of an expired one."""

    template: ClassVar[str] = "renewed"
    matter: LetterRef
    link: str

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {"title": self.matter.title(locale), "link": self.link}


def _to_the_second(matter: LetterRef, at: datetime | None, now: datetime | None, locale: Locale) -> str:
    return matter.to_the_second(at, now or at, locale) if at else ""


def without_links(text: str) -> str:
    """Foreign text for an on-call mail: on one line, and no link but ours."""
    return " ".join(_LINK.sub("…", text).split())


def topic_of(impacts: tuple[LocalText, ...], locale: Locale) -> str:
    """The impacts as the topic of line 1. A whole sentence is quoted: it would not fit the grammar."""
    if not impacts:
        return {"ja": "障害の件", "en": "Service disruption"}[locale]
    first = without_links(impacts[0].get(locale)).rstrip("。.")
    more = len(impacts) - 1
    if locale == "en":
        return f"{first} and {more} more" if more else first
    first = f"「{first}」" if first.endswith(("ます", "ません", "です", "ました")) else first
    return f"{first}ほか{more}件" if more else f"{first}の件"
