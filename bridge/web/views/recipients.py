"""Who would receive the letter: the list, its size, and what is unusual about it."""

from dataclasses import dataclass

from bridge.web.views.deck import Choice
from bridge.web.views.page_data import Corrected, PageData
from bridge.web.views.stopped import joined


@dataclass(frozen=True, slots=True)
class Audience:
    """`count` is empty and `problem` set when the list could not be counted. `surprises`: amber notes.

    `unusable`: that rows of the list get no letter, with the address of what is wrong in them where the page has it.
    """

    name: str
    count: str
    unit: str
    note: str
    problem: str
    surprises: tuple[str, ...]
    unusable: Choice | None = None


def audience(data: PageData) -> Audience:
    say, facts, count = data.say, data.audience, data.recipients
    problem = say("list_unknown", why=facts.problem.get(data.lang)) if facts.problem else ""
    return Audience(
        name=say("individual_title") if data.letters else facts.called(data.lang),
        count="" if count is None else say.number(count),
        unit=say("letters" if data.letters else "people", n=count),
        note="" if problem else _note(data),
        problem=problem,
        surprises=_surprises(data),
        unusable=_unusable(data),
    )


def _unusable(data: PageData) -> Choice | None:
    bad = 0 if data.letters else data.audience.bad_total
    href = data.link("do=details", "#details") if data.undecided else ""
    return Choice(data.say("unusable", n=data.say.number(bad)), href) if bad else None


def _note(data: PageData) -> str:
    """`前回より +12名。1通ずつ個別に届きます。`; a surprising difference is said in amber instead."""
    say = data.say
    if data.drill:
        who = say.persons(data.rung)
        real = data.for_real
        return (
            say("drill_people", who=who, n=say.number(real)) if real else say("drill_people_alone", who=who)
        )
    if data.letters:
        return say("batch_sub")
    if data.corrected:
        return _note_of_correction(data, data.corrected)
    if "list_size" in data.surprises:
        return say("one_by_one")
    if data.previous_count is None:
        return say("first_use") + say("one_by_one")
    more = _more(data)
    key = "more" if more > 0 else "fewer" if more < 0 else "same"
    return say(key, n=say.number(abs(more))) + say("one_by_one")


def _note_of_correction(data: PageData, corrected: Corrected) -> str:
    """That nobody else gets the correction, and that those who were stopped get neither letter."""
    say = data.say
    doubt = say("in_doubt_too", n=say.number(corrected.doubtful)) if corrected.doubtful else ""
    rest = say("neither", n=say.number(corrected.unsent)) if corrected.unsent else ""
    return say("only_reached", n=say.number(data.recipients or 0)) + doubt + rest


def _surprises(data: PageData) -> tuple[str, ...]:
    """Each surprise in words. The longer hold that it brings is said in the button, or here with its seconds."""
    told = (reason for reason in data.surprises if reason != "old_record")  # the page begins with it
    if not data.hold_seconds:
        told = (reason for reason in told if reason == "list_size")
    return tuple(
        was_before(data) if reason == "list_size" else data.say(reason, s=data.hold_seconds)
        for reason in told
    )


def was_before(data: PageData) -> str:
    """How many the list had last time, and of when it is now: an export that died is an old or a short file."""
    say, as_of = data.say, data.audience.as_of
    before = say("was_before", n=say.number(data.previous_count or 0))
    return joined(data, before, say("list_of", at=say.moment(as_of))) if as_of else before


def _more(data: PageData) -> int:
    """How many more recipients than last time; below 0 for fewer."""
    return (data.recipients or 0) - (data.previous_count or 0)
