"""Who would receive the letter: the list, its size, and what is unusual about it."""

from dataclasses import dataclass

from bridge.web.views.page_data import Corrected, PageData


@dataclass(frozen=True, slots=True)
class Audience:
    """`count` is empty and `problem` set when the list could not be counted. `surprises`: amber notes."""

    name: str
    count: str
    unit: str
    note: str
    problem: str
    surprises: tuple[str, ...]


def audience(data: PageData) -> Audience:
    say, facts, count = data.say, data.audience, data.recipients
    problem = say("list_unknown", why=facts.problem.get(data.lang)) if facts.problem else ""
    return Audience(
        name=say("individual_title") if data.letters else facts.called(data.lang),
        count="" if count is None else say.number(count),
        unit=say("letters" if data.letters else "people", n=count),
        note="" if problem else _note(data),
        problem=problem,
        surprises=_surprises(data) if data.hold_seconds else (),
    )


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
    """Each surprise in words; they name the seconds of the longer hold."""
    more = _more(data)
    size = "list_more" if more > 0 else "list_fewer"
    told = (reason for reason in data.surprises if reason != "old_record")  # the page begins with it
    keys = (size if reason == "list_size" else reason for reason in told)
    return tuple(data.say(key, n=data.say.number(abs(more)), s=data.hold_seconds) for key in keys)


def _more(data: PageData) -> int:
    """How many more recipients than last time; below 0 for fewer."""
    return (data.recipients or 0) - (data.previous_count or 0)
