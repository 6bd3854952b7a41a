"""Who would receive the letter: the list, its size, and what is unusual about it."""

from dataclasses import dataclass

from bridge.core.actions import Surprise
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
        surprises=_surprises(data),
    )


def _note(data: PageData) -> str:
    """`前回より +12名。1通ずつ個別に届きます。`; a surprising difference is said in amber instead."""
    say = data.say
    if data.letters:
        return say("batch_sub")
    if data.corrected:
        return _note_of_correction(data, data.corrected)
    bad = "" if "bad_rows" in data.surprises else _left_out(data)
    if "list_size" in data.surprises:
        return bad + say("one_by_one")
    if data.previous_count is None:
        return say("first_use") + bad + say("one_by_one")
    more = _more(data)
    key = "more" if more > 0 else "fewer" if more < 0 else "same"
    return say(key, n=say.number(abs(more))) + bad + say("one_by_one")


def _left_out(data: PageData) -> str:
    """How many rows of the list get no letter."""
    rows = data.audience.bad_total
    return data.say("left_out", n=data.say.number(rows)) if rows else ""


def _note_of_correction(data: PageData, corrected: Corrected) -> str:
    """That nobody else gets the correction, and that those who were stopped get neither letter."""
    say = data.say
    doubt = say("in_doubt_too", n=say.number(corrected.doubtful)) if corrected.doubtful else ""
    rest = say("neither", n=say.number(corrected.unsent)) if corrected.unsent else ""
    return say("only_reached", n=say.number(data.recipients or 0)) + doubt + rest


def _surprises(data: PageData) -> tuple[str, ...]:
    """Each surprise in words, and the seconds of the longer hold where there is one."""
    hold = data.say("held_longer", s=data.hold_seconds) if data.hold_seconds else ""
    told = (reason for reason in data.surprises if reason != "old_record")  # the page begins with it
    return tuple((_surprise(data, reason) + hold).strip() for reason in told)


def _surprise(data: PageData, reason: Surprise) -> str:
    if reason == "bad_rows":
        return _left_out(data)
    if reason != "list_size":
        return data.say(reason)
    more, listed_at = _more(data), data.audience.listed_at
    told = data.say(
        "list_more" if more > 0 else "list_fewer",
        n=data.say.number(abs(more)),
        before=data.say.number(data.previous_count or 0),
    )
    return told + (data.say("list_of", at=data.say.moment(listed_at)) if listed_at else "")


def _more(data: PageData) -> int:
    """How many more recipients than last time; below 0 for fewer."""
    return (data.recipients or 0) - (data.previous_count or 0)
