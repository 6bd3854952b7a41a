"""The few facts of a letter that a person must read, taken from the letter's own values."""

from dataclasses import dataclass

from bridge.core import dates
from bridge.core.kinds import spec_of
from bridge.core.values import Locale
from bridge.letters.view import lasted, view
from bridge.web.views.page_data import PageData


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact and its value. `lang` is set where the value is in the letter's own language."""

    label: str
    value: str
    lang: Locale | None = None


def fact_rows(data: PageData) -> tuple[FactRow, ...]:
    """The facts of this kind of letter that have a value, without those that a person edited out of the text."""
    values, gone, (lang, _) = _values(data), _edited_away(data), subject_of(data)
    keys = (key for key in spec_of(data.notice.kind).rows if values[key] and key not in gone)
    return tuple(FactRow(data.say(key), values[key], lang if key == "subject" else None) for key in keys)


def subject_of(data: PageData) -> tuple[Locale, str]:
    """The subject customers will see and its language: the reader's, where customers get that too."""
    codes = data.locales()
    code = data.lang if data.lang in codes else codes[0]
    return code, data.version.texts[code].subject


def _edited_away(data: PageData) -> frozenset[str]:
    """The facts that an edited letter no longer states as they were filled in."""
    if data.version.edited_by is None:
        return frozenset()
    locale = data.service.locale
    said = view(data.facts, locale)
    printed = {
        "since": said.started,
        "until": said.recovered,
        "what": "".join(said.scope),
        "workaround": "".join(said.requests),
        "next": said.promise,
    }
    body = "".join(data.version.texts[locale].body.split())
    return frozenset(key for key, value in printed.items() if "".join(value.split()) not in body)


def _values(data: PageData) -> dict[str, str]:
    say, facts, answers = data.say, data.facts, data.facts.answers
    owed = say("investigating", day=say.day(answers.cause_by)) if answers.cause_by else ""
    return {
        **view(facts, data.lang).own,
        "subject": subject_of(data)[1],
        "since": say.about(facts.started_at),
        "until": say.moment(facts.recovered_at) if facts.recovered_at else "",
        "lasted": lasted(facts, data.lang),
        "what": answers.scope or impact_of(data),
        "workaround": " ".join(view(facts, data.lang).requests),
        "next": say.about(dates.round_up(facts.promise_at)) if facts.promise_at else "",
        "before": _before(data),
        "cause": answers.cause or owed,
        "prevention": answers.prevention,
    }


def impact_of(data: PageData) -> str:
    """What is affected, in the reader's language: the first impact, and how many more."""
    impacts = data.facts.impacts
    if not impacts:
        return data.say("not_known")
    first, more = impacts[0].get(data.lang), len(impacts) - 1 + data.facts.more_impacts
    return data.say("and_more", what=first, n=more) if more else first


def _before(data: PageData) -> str:
    say, before = data.say, data.previous_report
    if before is None or before.at is None:
        return ""
    return f"{say.report(before.kind, before.number)} {say.spoken(before.at)}"
