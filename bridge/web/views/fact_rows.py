"""The few facts of a letter that a person must read, taken from the letter's own values."""

from dataclasses import dataclass

from bridge.core import dates
from bridge.core.facts import Facts
from bridge.core.kinds import spec_of
from bridge.core.values import Locale
from bridge.letters.view import lasted, view
from bridge.web.views.layout import speech
from bridge.web.views.page_data import PageData


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact and its value. `lang` is set where the value is in the letter's own language."""

    label: str
    value: str
    lang: Locale | None = None


def fact_rows(situation: PageData) -> tuple[FactRow, ...]:
    """The facts of this kind of letter that have a value, and that a person's edit has left in it."""
    say, values, gone = speech(situation), _values(situation), _edited_away(situation)
    keys = (key for key in spec_of(situation.notice.kind).rows if values[key] and key not in gone)
    own = {"subject": subject_of(situation)[0]}
    return tuple(FactRow(say(key), values[key], own.get(key)) for key in keys)


def subject_of(situation: PageData) -> tuple[Locale, str]:
    """The subject customers will see and its language: the reader's, where customers get that too."""
    codes = situation.locales()
    code = situation.lang if situation.lang in codes else codes[0]
    return code, situation.version.texts[code].subject


def _edited_away(situation: PageData) -> frozenset[str]:
    """The facts that an edited letter no longer states as they were filled in."""
    if situation.version.edited_by is None:
        return frozenset()
    locale = situation.service.locale
    said = view(situation.facts, locale)
    printed = {
        "since": said.started,
        "until": said.recovered,
        "what": "".join(said.scope),
        "next": said.promise,
    }
    body = "".join(situation.version.texts[locale].body.split())
    return frozenset(key for key, value in printed.items() if "".join(value.split()) not in body)


def _values(situation: PageData) -> dict[str, str]:
    say, facts = speech(situation), situation.facts
    return {
        "subject": subject_of(situation)[1],
        "since": say.about(facts.started_at),
        "until": say.moment(facts.recovered_at) if facts.recovered_at else "",
        "lasted": lasted(facts, situation.lang),
        "what": _what(situation, facts),
        "next": say.about(dates.round_up(facts.promise_at)) if facts.promise_at else "",
        "before": _before(situation),
        "cause": _cause(situation, facts),
        "prevention": facts.answers.prevention,
    }


def _what(situation: PageData, facts: Facts) -> str:
    say = speech(situation)
    if facts.answers.scope:
        return facts.answers.scope
    if not facts.impacts:
        return say("not_known")
    first, more = facts.impacts[0].get(situation.lang), len(facts.impacts) - 1 + facts.more_impacts
    return say("and_more", what=first, n=more) if more else first


def _before(situation: PageData) -> str:
    say, before = speech(situation), situation.previous_report
    if before is None or before.at is None:
        return ""
    return f"{say.report(before.kind, before.number)} {say.spoken(before.at)}"


def _cause(situation: PageData, facts: Facts) -> str:
    say, answers = speech(situation), facts.answers
    if answers.cause or answers.cause_by is None:
        return answers.cause
    return say("investigating", day=say.day(answers.cause_by))
