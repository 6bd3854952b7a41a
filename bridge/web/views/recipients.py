"""Who would receive the letter: the list, its size, and what is unusual about it."""

from dataclasses import dataclass

from bridge.web.views.layout import speech
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


def audience(situation: PageData) -> Audience:
    say, facts = speech(situation), situation.audience
    count = situation.recipients
    problem = say("list_unknown", why=facts.problem.get(situation.lang)) if facts.problem else ""
    return Audience(
        say("individual_title") if situation.letters else facts.called(situation.lang),
        "" if count is None else say.number(count),
        say("letters" if situation.letters else "people", n=count),
        "" if problem else _note(situation),
        problem,
        _surprises(situation),
    )


def _note(situation: PageData) -> str:
    """`前回より +12名。1通ずつ個別に届きます。`; a surprising difference is said in amber instead."""
    say = speech(situation)
    if situation.letters:
        return say("batch_sub")
    one_by_one = say("one_by_one")
    if "list_size" in situation.surprises:
        return one_by_one
    count, before = situation.recipients or 0, situation.previous_count
    if before is None:
        return say("first_use") + one_by_one
    key = "more" if count > before else "fewer" if count < before else "same"
    return say(key, n=say.number(abs(count - before))) + one_by_one


def _surprises(situation: PageData) -> tuple[str, ...]:
    say, seconds = speech(situation), situation.hold_seconds
    if not seconds:
        return ()
    return tuple(
        _list_size(situation, seconds) if reason == "list_size" else say(reason, s=seconds)
        for reason in situation.surprises
    )


def _list_size(situation: PageData, seconds: int) -> str:
    say = speech(situation)
    difference = (situation.recipients or 0) - (situation.previous_count or 0)
    return say("list_more" if difference > 0 else "list_fewer", n=say.number(abs(difference)), s=seconds)
