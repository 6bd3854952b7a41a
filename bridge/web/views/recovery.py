"""The page that asks what only a person knows before a recovery or final report goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bridge.core import next_notice
from bridge.core.kinds import Asks, spec_of
from bridge.core.model import Event
from bridge.letters.view import lasted
from bridge.stages.decide.decision import WrongDay
from bridge.web.views.disclosures import Disclosures, sheets
from bridge.web.views.layout import Deadline, Layout, deadline, frame, heading, link
from bridge.web.views.page_data import PageData

SAME_MOMENT = timedelta(seconds=1)
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


def asks(data: PageData) -> bool:
    """Whether this notice's page starts with the questions: nobody has answered or edited it yet."""
    return (
        spec_of(data.notice.kind).asks is Asks.ANSWERS
        and data.undecided
        and data.version.edited_by is None
        and not data.facts.answers.cause
        and not data.said_yes
    )


def recovery(
    data: PageData, given: Mapping[str, str] | None = None, wrong: WrongDay | None = None
) -> Recovery:
    """The questions, the honest defaults chosen; or what a person has just `given`, and what is `wrong` with it."""
    say, given, known = data.say, given or {}, data.facts.answers
    answers = known.model_copy(update={name: given[name] for name in TEXTS if name in given})
    tells = spec_of(data.notice.kind).tells_recovery
    today = data.now.astimezone(data.service.timezone).date()
    by = known.cause_by
    if by is None or by < today:
        by = next_notice.cause_day(today)
    title = say("recovery_title" if tells else "final_title")
    named = f"{title}: {heading(data)}"
    outer = frame(data, say("error_title", title=named) if wrong else named)
    firing = sum(alert.status == "firing" for alert in data.alerts)
    return Recovery(
        frame=outer,
        title=title,
        lead=_lead(data) if tells else "",
        firing=say("still_firing", n=firing) if firing else _was_firing(data),
        late=deadline(data) if data.notice.due_at <= data.now else None,
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
        sheets=sheets(data, acknowledge=True),
    )


def _lead(data: PageData) -> str:
    say, facts = data.say, data.facts
    if facts.recovered_at is None:
        return ""
    if by_hand := _by_hand(data):
        return say(
            "recovery_by_hand",
            clock=say.spoken(by_hand.at),
            who=say.person(by_hand.actor),
            lasted=lasted(facts, data.lang),
        )
    return say(
        "recovery_lead",
        clock=say.spoken(facts.recovered_at),
        since=say.rough(data.now - facts.recovered_at),
        lasted=lasted(facts, data.lang),
    )


def _was_firing(data: PageData) -> str:
    by_hand = _by_hand(data)
    return data.say("was_firing", n=by_hand.detail["firing"]) if by_hand else ""


def _by_hand(data: PageData) -> Event | None:
    """The press that ended what was still firing, where it is the end that the letter tells."""
    end = data.facts.recovered_at
    presses = (e for e in data.events if e.action == "ended_by_hand" and e.detail.get("firing"))
    return next((e for e in presses if end and abs(e.at - end) < SAME_MOMENT), None)
