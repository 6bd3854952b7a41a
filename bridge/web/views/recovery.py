"""The page that asks what only a person knows before a recovery or final report goes out."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core import next_notice
from bridge.core.kinds import Asks, spec_of
from bridge.letters.view import lasted
from bridge.stages.decide.decision import WrongDay
from bridge.web.views.disclosures import Disclosures, sheets
from bridge.web.views.layout import Deadline, Layout, deadline, frame, heading, link, speech
from bridge.web.views.page_data import PageData

TEXTS = ("cause", "remedy", "prevention", "customer_actions")


@dataclass(frozen=True, slots=True)
class Recovery:
    """The form. `cause_by` is an ISO date; the texts are what has been answered so far.

    `wrong`: what keeps the day that was just given from being promised; then `cause_by` is as it was given.
    """

    frame: Layout
    title: str
    lead: str
    firing: str
    late: Deadline | None
    cause_known: bool
    cause: str
    cause_note: str
    cause_by: str
    first_day: str
    wrong: str
    remedy: str
    prevention: str
    customer_actions: str
    dismiss: str
    not_recovered: str
    sheets: Disclosures


def asks(situation: PageData) -> bool:
    """Whether this notice's page starts with the questions: nobody has answered or edited it yet."""
    return (
        spec_of(situation.notice.kind).asks is Asks.ANSWERS
        and situation.undecided
        and situation.version.edited_by is None
        and not situation.facts.answers.cause
        and not situation.said_yes
    )


def recovery(
    situation: PageData, given: Mapping[str, str] | None = None, wrong: WrongDay | None = None
) -> Recovery:
    """The questions, the honest defaults chosen; or what a person has just `given`, and what is `wrong` with it."""
    say, given, known = speech(situation), given or {}, situation.facts.answers
    answers = known.model_copy(update={name: given[name] for name in TEXTS if name in given})
    tells = spec_of(situation.notice.kind).tells_recovery
    today = situation.now.astimezone(situation.service.timezone).date()
    by = known.cause_by
    if by is None or by < today:
        by = next_notice.cause_day(today)
    title = say("recovery_title" if tells else "final_title")
    named = f"{title}: {heading(situation)}"
    outer = frame(situation, say("error_title", title=named) if wrong else named)
    firing = sum(alert.status == "firing" for alert in situation.alerts)
    return Recovery(
        frame=outer,
        title=title,
        lead=_lead(situation) if tells else "",
        firing=say("still_firing", n=firing) if firing else _was_firing(situation),
        late=deadline(situation) if situation.notice.due_at <= situation.now else None,
        cause_known=not wrong and (bool(answers.cause) or not tells),
        cause=answers.cause,
        cause_note=say("cause_open_note", day=say.day(by)),
        cause_by=given.get("cause_by", by.isoformat()),
        first_day=today.isoformat(),
        wrong=say(wrong) if wrong else "",
        remedy=answers.remedy,
        prevention=answers.prevention,
        customer_actions=answers.customer_actions,
        dismiss=link(outer, "do=dismiss", "#dismiss"),
        not_recovered=link(outer, "do=not_recovered", "#not_recovered") if tells else "",
        sheets=sheets(situation, acknowledge=True),
    )


def _lead(situation: PageData) -> str:
    say, facts = speech(situation), situation.facts
    if facts.recovered_at is None:
        return ""
    if _by_hand(situation):
        return say(
            "recovery_by_hand",
            clock=say.spoken(facts.recovered_at),
            who=say.person(situation.incident.ended_by),
            lasted=lasted(facts, situation.lang),
        )
    return say(
        "recovery_lead",
        clock=say.spoken(facts.recovered_at),
        since=say.rough(situation.now - facts.recovered_at),
        lasted=lasted(facts, situation.lang),
    )


def _was_firing(situation: PageData) -> str:
    by_hand = _by_hand(situation)
    return speech(situation)("was_firing", n=situation.incident.firing_at_end or 0) if by_hand else ""


def _by_hand(situation: PageData) -> bool:
    """Whether a person ended what was still firing, and that is the end that the letter tells."""
    incident = situation.incident
    return bool(incident.firing_at_end) and incident.resolved_at == situation.facts.recovered_at
