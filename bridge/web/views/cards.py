"""One card for each open incident: what is broken, for whom, and how long until somebody must act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bridge.core.facts import Facts
from bridge.core.kinds import spec_of
from bridge.core.model import DeliveryState, Incident, Notice, Ring, Version
from bridge.core.next_notice import due_is_promise, since_detection
from bridge.core.settings import Service
from bridge.core.urgency import NextStep, next_step, order
from bridge.web.views.frame import Frame
from bridge.web.views.phrasing import Phrasing
from bridge.web.views.tones import OF_NOTICE, Pill, Tone

_MINUTES_SHOWN = timedelta(minutes=100)
_HOURS_SHOWN = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident that is not closed. `version`: of the notice that its next step is about, or of its last.

    `service` is None when the configuration has lost it. `rings` and `counts` are of that notice, `own_page` the
    visitor's own page of it. `recipients`: how many would be, or were, written to; `firing`: alerts that go on.
    """

    incident: Incident
    service: Service | None
    notices: tuple[Notice, ...]
    version: Version | None
    rings: tuple[Ring, ...] = ()
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    recipients: int | None = None
    firing: int = 0
    own_page: str | None = None

    @property
    def step(self) -> NextStep:
        return next_step(self.incident, self.notices)


@dataclass(frozen=True, slots=True)
class Countdown:
    """A picture of the time left, and the same in words: `4`, `分`, `承認まで`. `percent`: what is left."""

    n: str
    unit: str
    caption: str
    percent: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Card:
    """`edge`: the tone of its left edge, where it is urgent. `primary`: its button is the expected next press, of one
    card at most."""

    id: str
    drill: bool
    name: str
    href: str
    pill: Pill
    what: str
    since: str
    facts: tuple[tuple[str, str], ...]
    countdown: Countdown | None
    edge: Tone | None
    button: str
    go: str
    primary: bool


def cards(frame: Frame, incidents: Iterable[OpenIncident]) -> tuple[Card, ...]:
    """The cards, the most urgent first, drills last."""
    urgent = sorted(incidents, key=lambda each: (each.incident.is_drill, order(each.step)))
    shown = [_card(frame, each) for each in urgent]
    return tuple(replace(card, primary=card.primary and n == 0) for n, card in enumerate(shown))


def _card(frame: Frame, each: OpenIncident) -> Card:
    say = frame.say_in(each.service.timezone if each.service else frame.zone)
    step, timeline = each.step, frame.link(f"/incidents/{each.incident.id}")
    own = each.own_page if step.what in ("decide", "resume", "wait") else None
    name = each.service.name.get(frame.lang) if each.service else each.incident.service
    return Card(
        id=f"i-{each.incident.id}",
        drill=each.incident.is_drill,
        name=say("drill_title", title=name) if each.incident.is_drill else name,
        href=timeline,
        pill=_pill(say, each),
        what=what_is_broken(say, each.version),
        since=_since(say, each.incident),
        facts=_facts(say, each),
        countdown=_countdown(say, step),
        edge=_tone(step, frame.now)
        if step.what in ("decide", "resume") and _urgent(step, frame.now)
        else None,
        button=say(_button(step)) if own else say("card_timeline"),
        go=own or timeline,
        primary=bool(own)
        and not each.incident.is_drill
        and (step.what == "resume" or _is_first_decision(step)),
    )


def what_is_broken(say: Phrasing, version: Version | None) -> str:
    """What customers cannot use, in their words."""
    if version is None:
        return ""
    facts = Facts.from_dict(version.facts)
    if not facts.impacts:
        return say("not_known")
    first, more = facts.impacts[0].get(say.lang), len(facts.impacts) - 1 + facts.more_impacts
    return say("and_more", what=first, n=more) if more else first


def _since(say: Phrasing, incident: Incident) -> str:
    if incident.resolved_at is None:
        return say("since_when", at=say.spoken(incident.started_at))
    return say("from_to", at=say.spoken(incident.started_at), to=say.spoken(incident.resolved_at))


def _is_first_decision(step: NextStep) -> bool:
    """A draft that nobody has prepared them for: neither a promised report nor the end of the incident."""
    if step.what != "decide" or step.notice is None:
        return False
    return not (due_is_promise(step.notice.kind) or spec_of(step.notice.kind).looks_back)


def _button(step: NextStep) -> str:
    if step.what == "resume":
        return "card_resume"
    if step.what == "wait" or step.notice is None:
        return "card_watch"
    if _is_first_decision(step):
        return "card_open"
    return "write_change_report" if due_is_promise(step.notice.kind) else "recovery_title"


def _pill(say: Phrasing, each: OpenIncident) -> Pill:
    notice = each.step.notice
    if notice is None:
        return Pill("rest", say("no_letter"))
    tone, key = OF_NOTICE[notice.state]
    if each.step.what == "decide" and not _is_first_decision(each.step):
        tone, key = "note", "notice_drafted"
    number = Facts.from_dict(each.version.facts).number if each.version else notice.number
    return Pill(tone, say.begun(say(key, report=say.report(notice.kind, notice.number or number))))


def _facts(say: Phrasing, each: OpenIncident) -> tuple[tuple[str, str], ...]:
    """What stands in the line of small words and bold values."""
    step, counts = each.step, each.counts
    if step.what == "decide":
        return tuple(_facts_of_draft(say, each, step))
    rows = []
    if each.recipients and counts:
        sent = say.number(counts.get("sent", 0))
        rows.append((say("state_sent"), say("sent_of", sent=sent, n=say.number(each.recipients))))
    if failed := counts.get("failed", 0) + counts.get("unknown", 0):
        rows.append((say("state_failed"), say.number(failed)))
    if step.due_at:
        rows.append((say("promise"), say.clock(step.due_at)))
    return tuple(rows)


def _facts_of_draft(say: Phrasing, each: OpenIncident, step: NextStep) -> Iterable[tuple[str, str]]:
    if step.due_at:
        yield say("due"), say.clock(step.due_at)
    if each.incident.state != "open":
        yield say("alerts_now"), say("alerts_over") if not each.firing else say("alerts_n", n=each.firing)
    if each.recipients is not None:
        yield say("to"), say("n_people", n=say.number(each.recipients))
    if fired := sum(ring.state == "fired" for ring in each.rings):
        yield say("rings"), say("times", n=fired)
    if pending := next((ring.due_at for ring in each.rings if ring.state == "pending"), None):
        yield say("next_ring"), say.clock(pending)
    if took := _first_took(each):
        yield say("first_took"), say.exactly(took)


def _first_took(each: OpenIncident) -> timedelta | None:
    took = (since_detection(notice, each.incident) for notice in each.notices)
    return next((length for length in took if length is not None), None)


def _urgent(step: NextStep, now: datetime) -> bool:
    return step.what == "resume" or step.soon(now)


def _tone(step: NextStep, now: datetime) -> Tone:
    if step.what == "resume" or step.overdue(now):
        return "stop"
    if step.soon(now):
        return "wait"
    return "ok" if step.what in ("report", "cause") else "rest"


def _countdown(say: Phrasing, step: NextStep) -> Countdown | None:
    if step.due_at is None:
        return None
    left, over = step.due_at - say.now, step.overdue(say.now)
    n, unit = _length(abs(left))
    return Countdown(
        n=str(n),
        unit=say(f"{unit}_over" if over else unit),
        caption=say(_caption(step)),
        percent=100 if over else step.percent_left(say.now),
        tone=_tone(step, say.now),
    )


def _length(length: timedelta) -> tuple[int, str]:
    """A whole number, rounded down, and the key of its unit."""
    if length < _MINUTES_SHOWN:
        return int(length / timedelta(minutes=1)), "unit_min"
    if length < _HOURS_SHOWN:
        return int(length / timedelta(hours=1)), "unit_h"
    return length.days, "unit_days"


def _caption(step: NextStep) -> str:
    if step.what == "cause":
        return "until_cause"
    if step.what == "report" or (step.notice and due_is_promise(step.notice.kind)):
        return "until_report"
    return "until_approval" if _is_first_decision(step) else "until_recovery"
