"""How one drill went, or goes: who was rung when, what they pressed and after how long."""

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.core.settings import Service
from bridge.web.api.schemas import DrillOut, DrillPersonOut
from bridge.web.views.drills import pressed_of, took
from bridge.web.views.frame import Frame
from bridge.web.views.phrasing import Phrasing
from bridge.web.views.tones import Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillScoreData:
    """What the page is made from. `service`: None where the configuration lost it."""

    frame: Frame
    service: Service | None
    drill: DrillOut


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One person. `pill`: why there is no time in `took`."""

    name: str
    rung: str
    on_it: str
    decided: str
    took: str
    pill: Pill | None
    before: str


@dataclass(frozen=True, slots=True)
class DrillScorePage:
    """Everything the template lays out. `sums`: a number and what it is; `facts`: what kind of drill it was."""

    title: str
    frame: Frame
    band: str
    facts: tuple[str, ...]
    note: str
    sums: tuple[tuple[str, str], ...]
    rows: tuple[ScoreRow, ...]
    incident: str
    csv: str
    again: str


def drill_score(data: DrillScoreData) -> DrillScorePage:
    frame, say, drill = data.frame, data.frame.say, data.drill
    may = frame.visitor.may("drill") and data.service is not None and drill.state == "over"
    return DrillScorePage(
        title=_title(say, drill),
        frame=frame,
        band=say("drill_record") if drill.state == "over" else say("drill"),
        facts=tuple(_facts(data)),
        note=_note(data),
        sums=tuple(_sums(say, drill)),
        rows=tuple(_row(say, drill, one) for one in drill.people),
        incident=frame.link(f"/incidents/{drill.incident}") if drill.incident else "",
        csv=frame.link(f"/drill/{drill.id}.csv") if drill.people else "",
        again=frame.link(f"/drill?service={drill.service}") if may else "",
    )


def _title(say: Phrasing, drill: DrillOut) -> str:
    if drill.began_at is None:
        return say("drill_planned") if drill.state == "planned" else say("drill_result", at="")
    return say("drill_result" if drill.state == "over" else "drill_running", at=say.moment(drill.began_at))


def _name(data: DrillScoreData) -> str:
    return data.service.name.get(data.frame.lang) if data.service else data.drill.service


def _facts(data: DrillScoreData) -> Iterator[str]:
    say, drill = data.frame.say, data.drill
    yield f"{_name(data)} {say.report(drill.kind, None)}"
    if drill.customers is not None and drill.began_at:
        yield f"{say('drill_customers')} {say('drill_customers_n', n=drill.customers)}"
    if drill.surprise:
        yield say("drill_surprise")


def _note(data: DrillScoreData) -> str:
    """What is to be known before the numbers."""
    say, drill = data.frame.say, data.drill
    if drill.state == "planned":
        return say("drill_planned_note", name=_name(data))
    return say(f"drill_{drill.ended}") if drill.ended in ("real_alert", "open_incident") else ""


def _sums(say: Phrasing, drill: DrillOut) -> Iterator[tuple[str, str]]:
    if drill.seconds is not None:
        yield took(say, drill.seconds), say("drill_ring_to_decision")
    if drill.people:
        yield pressed_of(say, drill), say("drill_pressed")
    if drill.median_seconds is not None:
        yield took(say, drill.median_seconds), say("drill_median")


def _row(say: Phrasing, drill: DrillOut, one: DrillPersonOut) -> ScoreRow:
    at = say.to_the_second(one.decided_at) if one.decided_at else ""
    nothing = say("nothing")
    before = (took(say, seconds) or say("drill_pressed_not") for seconds in one.last)
    return ScoreRow(
        name=say.person(one.person),
        rung=say.to_the_second(one.rung_at),
        on_it=say.to_the_second(one.acknowledged_at) if one.acknowledged_at else nothing,
        decided=say(f"drill_{drill.decision or 'approved'}", at=at) if at else nothing,
        took=took(say, one.seconds),
        pill=None if one.seconds is not None else _pill(say, drill),
        before=say("list_comma").join(before) or nothing,
    )


def _pill(say: Phrasing, drill: DrillOut) -> Pill:
    """Nobody failed who had nothing left to press."""
    if drill.decided_by:
        return Pill("rest", say("drill_decided_first", who=say.person(drill.decided_by)))
    if drill.state == "over":
        return Pill("wait", say("drill_nothing_pressed"))
    return Pill("rest", say("drill_still_open"))
