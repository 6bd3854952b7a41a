"""The page that asks what only a person knows before a recovery or final report goes out."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core import next_notice
from bridge.core.facts import Answers
from bridge.core.kinds import Asks, spec_of
from bridge.core.next_notice import WrongDay
from bridge.letters.view import lasted
from bridge.web.views.alerts import still_firing, warns_of_left_out
from bridge.web.views.deadline import MINUTE, Deadline, deadline
from bridge.web.views.disclosures import Disclosures, disclosures
from bridge.web.views.page_data import PageData

MORE = ("scope", "affected_count", "how_to_tell", "unaffected", "data_note", "apology_for_delay")
"""What the letter may say besides, a line each, where somebody fills it in."""
TEXTS = ("cause", "remedy", "prevention", "customer_actions", *MORE)


@dataclass(frozen=True, slots=True)
class AnswersView:
    """The form. `answers` holds what has been answered so far; `cause_by` and `first_day` are ISO dates.

    `left_out`: alerts that do not count here, though they have the names of those that do.
    `more`: the names of further facts; `more_open`: one is filled in, or nobody knows what was affected.
    `wrong`: why the day that was just given cannot be promised; `cause_by` is then as it was given.
    """

    title: str
    heading: str
    lead: str
    firing: str
    left_out: tuple[str, ...]
    late: Deadline | None
    cause_known: bool
    cause_note: str
    cause_by: str
    first_day: str
    wrong: WrongDay | None
    answers: Answers
    more: tuple[str, ...]
    more_open: bool
    dismiss: str
    not_recovered: str
    sheets: Disclosures


def asks(data: PageData) -> bool:
    """Whether the page of this notice starts with the questions: nobody has answered or edited it yet."""
    return (
        spec_of(data.notice.kind).asks is Asks.ANSWERS
        and data.undecided
        and data.version.edited_by is None
        and not (data.facts.answers.cause and data.facts.answers.prevention)
        and not data.said_yes
    )


def answers(data: PageData, given: Mapping[str, str], wrong: WrongDay | None = None) -> AnswersView:
    """The questions with the honest defaults chosen, or with what a person has `given` and is `wrong` with it."""
    say, known = data.say, data.facts.answers
    answered = known.model_copy(update={name: given[name] for name in TEXTS if name in given})
    tells = spec_of(data.notice.kind).tells_recovery
    today = data.now.astimezone(data.service.timezone).date()
    by = known.cause_by
    if by is None or by < today:
        by = next_notice.cause_day(today)
    heading = say("recovery_title" if tells else "final_title")
    named = f"{heading}: {data.heading}"
    return AnswersView(
        title=say("error_title", title=named) if wrong else named,
        heading=heading,
        lead=_lead(data) if tells else "",
        firing=_firing(data),
        left_out=warns_of_left_out(data),
        late=deadline(data) if data.notice.due_at <= data.now else None,
        cause_known=not wrong and (bool(answered.cause) or not tells),
        cause_note=say("cause_open_note", day=say.day(by)),
        cause_by=given.get("cause_by", by.isoformat()),
        first_day=today.isoformat(),
        wrong=wrong,
        answers=answered,
        more=MORE,
        more_open=not data.facts.impact_known or any(getattr(answered, name) for name in MORE),
        dismiss=data.link("do=dismiss", "#dismiss"),
        not_recovered=data.link("do=not_recovered", "#not_recovered") if tells else "",
        sheets=disclosures(data, acknowledge=True),
    )


def _lead(data: PageData) -> str:
    """When the disturbance ended, by whose word, and how long it was."""
    say, end, length = data.say, data.facts.recovered_at, lasted(data.facts, data.lang)
    if end is None:
        return ""
    if _by_hand(data):
        who = say.person(data.incident.ended_by)
        return say("recovery_by_hand", clock=say.spoken(end), who=who, lasted=length)
    if data.now - end < MINUTE:
        return say("recovery_lead_now", clock=say.spoken(end), lasted=length)
    return say("recovery_lead", clock=say.spoken(end), since=say.rough(data.now - end), lasted=length)


def _firing(data: PageData) -> str:
    """How many alerts are on, or were on when a person declared the end."""
    if data.firing:
        return still_firing(data)
    return data.say("was_firing", n=data.incident.firing_at_end or 0) if _by_hand(data) else ""


def _by_hand(data: PageData) -> bool:
    """Whether a person ended what was still firing, and that is the end that the letter tells."""
    return bool(data.incident.firing_at_end) and data.incident.resolved_at == data.facts.recovered_at
