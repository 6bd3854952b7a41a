"""Facts in the words of one language: the names a template can use, and nothing else (docs/templates.md)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.core import dates, reports
from bridge.core.facts import Facts
from bridge.core.kinds import spec_of
from bridge.core.values import Locale, LocalText
from bridge.core.width import width

# Of the 80 columns that a list of mails shows, what the brackets and the longest report name leave.
TOPIC_COLUMNS = 42
_NOTICE: dict[Locale, str] = {"ja": "障害発生のお知らせ", "en": "service disruption"}
_SHORT: dict[Locale, str] = {"ja": "障害", "en": "incident"}
_SOMEBODY: dict[Locale, str] = {"ja": "ご担当者", "en": "Sir or Madam"}


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
    report: str
    symptom: str
    topic: str
    scope: tuple[str, ...]
    scope_known: bool
    recovered_scope: tuple[str, ...]
    added_scope: tuple[str, ...]
    changes: tuple[str, ...]
    started: str
    recovered: str
    lasted: str
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
    row: Mapping[str, str]
    own: Mapping[str, str]


def view(facts: Facts, locale: Locale) -> View:
    """The facts, worded. Pure: the same facts always give the same words."""
    zone = ZoneInfo(facts.zone)
    answers = facts.answers
    symptom = facts.symptom.get(locale) if facts.symptom else ""
    service = facts.service.get(locale)
    named = _subject_service(facts, locale)
    about, exact = _writer(dates.about, zone, locale), _writer(dates.moment, zone, locale)
    return View(
        service=service,
        subject_service=named,
        company=facts.company.get(locale),
        representative=facts.representative.get(locale) if facts.representative else "",
        sender=facts.sender.get(locale),
        contact=facts.contact.get(locale),
        links=facts.public_urls,
        report=reports.numbered(facts.number or 1, locale),
        symptom=symptom,
        topic=_topic(facts, named, symptom, locale),
        scope=_scope(facts, locale),
        scope_known=bool(answers.scope or facts.impacts),
        recovered_scope=_texts(facts.recovered_impacts, locale),
        added_scope=_texts(facts.added_impacts, locale),
        changes=facts.changes,
        started=about(facts.started_at),
        recovered=exact(facts.recovered_at),
        lasted=lasted(facts, locale),
        promise=about(facts.promise_at and dates.round_up(facts.promise_at)),
        follows=about(facts.follows_at),
        zone_note=dates.zone_note_ja(facts.started_at, zone) if locale == "ja" else "",
        combined=facts.combined,
        status=answers.status,
        cause=answers.cause,
        cause_by=dates.day(answers.cause_by, locale) if answers.cause_by else "",
        remedy=answers.remedy,
        prevention=answers.prevention,
        customer_actions=answers.customer_actions,
        row=_row(facts, locale),
        own=spec_of(facts.kind).words(answers.own, zone, locale),
    )


def _row(facts: Facts, locale: Locale) -> Mapping[str, str]:
    """A customer's row, with words for a name that the file leaves empty."""
    unnamed = facts.row.get("name") == ""
    return {**facts.row, "name": _SOMEBODY[locale]} if unnamed else facts.row


def _subject_service(facts: Facts, locale: Locale) -> str:
    """The full name unless it leaves no room for what happened and there is a shorter one."""
    name = facts.service.get(locale)
    short = facts.short_name.get(locale) if facts.short_name else name
    return name if width(f"{name} {_NOTICE[locale]}") <= TOPIC_COLUMNS else short


def _topic(facts: Facts, service: str, symptom: str, locale: Locale) -> str:
    """What happened, for a subject: the symptom if it fits, else a general word."""
    general = _NOTICE[locale] if not spec_of(facts.kind).looks_back else _SHORT[locale]
    fits = (text for text in (symptom, general) if text and width(f"{service} {text}") <= TOPIC_COLUMNS)
    return next(fits, _SHORT[locale])


def _writer(
    write: Callable[[datetime, ZoneInfo, Locale], str], zone: ZoneInfo, locale: Locale
) -> Callable[[datetime | None], str]:
    return lambda at: write(at, zone, locale) if at else ""


def _texts(impacts: Iterable[LocalText], locale: Locale) -> tuple[str, ...]:
    """Each once also in this language: two impacts may share their English."""
    return tuple(dict.fromkeys(impact.get(locale).rstrip("。. ") for impact in impacts))


def _scope(facts: Facts, locale: Locale) -> tuple[str, ...]:
    if facts.answers.scope:
        return tuple(facts.answers.scope.splitlines())
    rest = {"ja": f"ほか{facts.more_impacts}件", "en": f"and {facts.more_impacts} more"}
    return _texts(facts.impacts, locale) + ((rest[locale],) if facts.more_impacts else ())


def lasted(facts: Facts, locale: Locale) -> str:
    """Between the printed minutes, so that a reader who subtracts gets the same."""
    if facts.recovered_at is None:
        return ""
    return dates.duration(
        dates.whole_minute(facts.recovered_at) - dates.whole_minute(facts.started_at), locale
    )
