"""Facts in the words of one language: the names a template can use, and nothing else (docs/templates.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.core import dates, reports
from bridge.core.customer_words import as_noun
from bridge.core.facts import Facts
from bridge.core.kinds import spec_of
from bridge.core.values import Locale, LocalText
from bridge.core.width import width

# A lock screen shows 15 full-width characters: report, service and that something is wrong stand in them.
SERVICE_COLUMNS = 14
# Of the 80 columns that a list of mails shows, what the brackets and the longest report name leave.
TOPIC_COLUMNS = 52
LONG = timedelta(hours=1)
VERY_LONG = timedelta(hours=6)
_GENERAL: dict[Locale, str] = {"ja": "障害の状況", "en": "service disruption"}
_PAST: dict[Locale, str] = {"ja": "障害", "en": "incident"}
_SOMEBODY: dict[Locale, str] = {"ja": "ご担当者", "en": "Sir or Madam"}
_BETWEEN: dict[Locale, str] = {"ja": "、", "en": "; "}
_MATTER: dict[Locale, str] = {"ja": "影響", "en": "how the incident affected you"}
# What a subject has besides service, matter and company, of 40 full-width characters.
_ADDRESSED_COLUMNS = 80 - width("【お詫び】 障害によるにつきまして(様)")
# A batch may have these columns. A letter of a file without them says nothing of it.
ROW_COLUMNS = ("matter", "compensation")


# A person's answers that a letter prints as they were written.
AS_WRITTEN = (
    "status",
    "cause",
    "remedy",
    "prevention",
    "customer_actions",
    "affected_count",
    "how_to_tell",
    "data_note",
    "apology_for_delay",
)


@dataclass(frozen=True, slots=True)
class View:
    """What a template may print. Every text is finished; an empty one means that there is nothing to say."""

    service: str
    subject_service: str
    company: str
    representative: str
    sender: str
    contact: str
    links: tuple[str, ...]
    status_url: str
    report: str
    number: int
    symptom: str
    symptom_from_start: str
    topic: str
    scope: tuple[str, ...]
    scope_known: bool
    affected: str
    recovered_scope: tuple[str, ...]
    added_scope: tuple[str, ...]
    again_scope: tuple[str, ...]
    first_named: bool
    unaffected: str
    affected_count: str
    how_to_tell: str
    data_note: str
    requests: tuple[str, ...]
    changes: tuple[str, ...]
    started: str
    started_spoken: str
    started_day: str
    recovered: str
    recovered_spoken: str
    lasted: str
    recurred: str
    recurred_spoken: str
    over_spoken: str
    came_back: bool
    trouble: str
    late: bool
    apology_for_delay: str
    conclusive: bool
    promise: str
    follows: str
    zone_note: str
    combined: bool
    status: str
    cause: str
    cause_by: str
    remedy: str
    prevention: str
    customer_actions: str
    matter: str
    addressee: str
    row: Mapping[str, str]
    own: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Times:
    """Moments in the words of one language; an empty text where there is none."""

    zone: ZoneInfo
    locale: Locale

    def about(self, at: datetime | None) -> str:
        return dates.about(at, self.zone, self.locale) if at else ""

    def spoken(self, at: datetime | None, after: datetime | None = None) -> str:
        return dates.spoken(at, self.zone, self.locale, after) if at else ""


def view(facts: Facts, locale: Locale) -> View:
    """The facts, worded. Pure: the same facts always give the same words."""
    zone = ZoneInfo(facts.zone)
    answers = facts.answers
    symptom = _symptom(facts, locale)
    service = facts.service.get(locale)
    named = _subject_service(facts, locale)
    times = _Times(zone, locale)
    about, spoken = times.about, times.spoken
    scope_known = bool(answers.scope or facts.impacts)
    matter = facts.row.get("matter") or _MATTER[locale]
    return View(
        service=service,
        subject_service=named,
        company=facts.company.get(locale),
        representative=facts.representative.get(locale) if facts.representative else "",
        sender=facts.sender.get(locale),
        contact=facts.contact.get(locale),
        links=facts.public_urls,
        status_url=facts.status_url or "",
        report=reports.numbered(facts.number or 1, locale),
        number=facts.number or 1,
        symptom=symptom,
        symptom_from_start="" if facts.symptom_later else symptom,
        topic=_topic(facts, named, symptom, locale),
        scope=_scope(facts, locale),
        scope_known=scope_known,
        affected=_BETWEEN[locale].join(as_noun(text, locale) for text in _scope(facts, locale)),
        recovered_scope=_nouns(facts.recovered_impacts, locale),
        added_scope=_nouns(facts.added_impacts, locale),
        again_scope=_nouns(facts.again_impacts, locale),
        first_named=facts.first_named,
        unaffected=answers.unaffected or _BETWEEN[locale].join(_nouns(facts.unaffected, locale)),
        requests=_requests(facts, locale),
        changes=facts.changes,
        started=about(facts.started_at),
        started_spoken=spoken(facts.started_at),
        started_day=dates.short_day(facts.started_at.astimezone(zone).date(), locale),
        recovered=about(facts.recovered_at),
        recovered_spoken=spoken(facts.recovered_at, facts.started_at),
        lasted="" if facts.told_over_at else lasted(facts, locale),
        recurred=about(facts.recurred_at),
        recurred_spoken=spoken(facts.recurred_at, facts.told_over_at),
        over_spoken=spoken(facts.told_over_at),
        came_back=facts.told_over_at is not None,
        trouble=_trouble(facts, locale),
        late=facts.late,
        conclusive=bool(answers.cause and answers.prevention and scope_known),
        promise=about(facts.promise_at and dates.round_up(facts.promise_at)),
        follows=about(facts.follows_at),
        zone_note=dates.zone_note_ja(facts.started_at, zone) if locale == "ja" else "",
        combined=facts.combined,
        cause_by=dates.day(answers.cause_by, locale) if answers.cause_by else "",
        matter=matter,
        addressee=_addressee(facts, f"{named} {matter}", locale),
        row=_row(facts, locale),
        own=spec_of(facts.kind).words(answers.own, zone, locale),
        **{name: str(getattr(answers, name)) for name in AS_WRITTEN},
    )


def _requests(facts: Facts, locale: Locale) -> tuple[str, ...]:
    """What customers are asked to do: a person's words take the place of what was prepared."""
    asked = facts.answers.customer_actions
    return (asked,) if asked else _whole(facts.workarounds, locale)


def _row(facts: Facts, locale: Locale) -> Mapping[str, str]:
    """A customer's row, with words for a name that the file leaves empty, and empty where it has no such column."""
    if not facts.row:
        return facts.row
    row = {**dict.fromkeys(ROW_COLUMNS, ""), **facts.row}
    return {**row, "name": _SOMEBODY[locale]} if row.get("name") == "" else row


def _subject_service(facts: Facts, locale: Locale) -> str:
    """The full name, unless it fills a lock screen and there is a shorter one."""
    name = facts.service.get(locale)
    short = facts.short_name.get(locale) if facts.short_name else name
    return name if width(name) <= SERVICE_COLUMNS else short


def _symptom(facts: Facts, locale: Locale) -> str:
    """What happens, for the inside of a Japanese sentence; in English a clause, as it is."""
    if facts.symptom is None:
        return ""
    words = facts.symptom.get(locale)
    return as_noun(words, locale) if locale == "ja" else words.rstrip(". ")


def _topic(facts: Facts, service: str, symptom: str, locale: Locale) -> str:
    """What happened, for a subject: the symptom if it fits, else a general word."""
    if symptom and width(f"{service} {symptom}") <= TOPIC_COLUMNS:
        return symptom
    return (_PAST if spec_of(facts.kind).looks_back else _GENERAL)[locale]


def _addressee(facts: Facts, before: str, locale: Locale) -> str:
    """The customer's company, for the end of a subject; empty where there is no room for it."""
    company = facts.row.get("company", "")
    if not company or width(before + company) > _ADDRESSED_COLUMNS:
        return ""
    return f"({company}様)" if locale == "ja" else f" ({company})"


def _trouble(facts: Facts, locale: Locale) -> str:
    """What is apologised for, stronger where it was long or came back."""
    length = (facts.recovered_at or facts.drafted_at) - facts.started_at
    again = facts.told_over_at is not None or facts.follows_at is not None
    if facts.told_over_at:  # it worked in between: how long it did not is not known
        length = timedelta()
    if locale == "en":
        return "long disruption" if length >= LONG else "repeated disruption" if again else "disruption"
    much = "多大なるご迷惑" if again or length >= VERY_LONG else "ご不便とご迷惑"
    return f"長時間にわたり{much}" if length >= LONG else much


def _texts(impacts: Iterable[LocalText], locale: Locale) -> tuple[str, ...]:
    """Each once also in this language: two impacts may share their English."""
    return tuple(dict.fromkeys(impact.get(locale).rstrip("。. ") for impact in impacts))


def _nouns(impacts: Iterable[LocalText], locale: Locale) -> tuple[str, ...]:
    """The same, for the inside of a sentence."""
    return tuple(dict.fromkeys(as_noun(impact.get(locale), locale) for impact in impacts))


def _whole(sentences: Iterable[LocalText], locale: Locale) -> tuple[str, ...]:
    """Sentences as they are, each once."""
    return tuple(dict.fromkeys(sentence.get(locale) for sentence in sentences))


def _scope(facts: Facts, locale: Locale) -> tuple[str, ...]:
    if facts.answers.scope:
        return tuple(facts.answers.scope.splitlines())
    rest = {"ja": f"ほか{facts.more_impacts}件", "en": f"and {facts.more_impacts} more"}
    return _texts(facts.impacts, locale) + ((rest[locale],) if facts.more_impacts else ())


def lasted(facts: Facts, locale: Locale) -> str:
    """Between the printed minutes, so that a reader who subtracts gets the same."""
    if facts.recovered_at is None:
        return ""
    return dates.lasting(
        dates.whole_minute(facts.recovered_at) - dates.whole_minute(facts.started_at), locale
    )
