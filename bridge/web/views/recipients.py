"""Who would receive the letter: the list, its size, and what is unusual about it."""

from dataclasses import dataclass

from bridge.web.views.page_data import PageData


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
    say, facts = data.say, data.audience
    count = data.recipients
    problem = say("list_unknown", why=facts.problem.get(data.lang)) if facts.problem else ""
    return Audience(
        say("individual_title") if data.letters else facts.called(data.lang),
        "" if count is None else say.number(count),
        say("letters" if data.letters else "people", n=count),
        "" if problem else _note(data),
        problem,
        _surprises(data),
    )


def _note(data: PageData) -> str:
    """`前回より +12名。1通ずつ個別に届きます。`; a surprising difference is said in amber instead."""
    say = data.say
    if data.letters:
        return say("batch_sub")
    one_by_one = say("one_by_one")
    if "list_size" in data.surprises:
        return one_by_one
    count, before = data.recipients or 0, data.previous_count
    if before is None:
        return say("first_use") + one_by_one
    key = "more" if count > before else "fewer" if count < before else "same"
    return say(key, n=say.number(abs(count - before))) + one_by_one


def _surprises(data: PageData) -> tuple[str, ...]:
    say, seconds = data.say, data.hold_seconds
    if not seconds:
        return ()
    return tuple(
        _list_size(data, seconds) if reason == "list_size" else say(reason, s=seconds)
        for reason in data.surprises
    )


def _list_size(data: PageData, seconds: int) -> str:
    say = data.say
    difference = (data.recipients or 0) - (data.previous_count or 0)
    return say("list_more" if difference > 0 else "list_fewer", n=say.number(abs(difference)), s=seconds)
