"""Drills: when each service had its last one and how it went, and the form that begins one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.core.settings import Service
from bridge.stages.drill import Obstacle
from bridge.web.api.schemas import DrillOut
from bridge.web.views.frame import Frame
from bridge.web.views.phrasing import Phrasing
from bridge.web.views.tones import Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsData:
    """What the page is made from. `drills`: those that have begun, newest first, the last of each service among them.
    `obstacles`: why none may begin now, by service; `remind_every`: zero for never."""

    frame: Frame
    services: Mapping[str, Service]
    drills: Sequence[DrillOut]
    obstacles: Mapping[str, Obstacle]
    remind_every: timedelta


@dataclass(frozen=True, slots=True)
class DrillCard:
    """One service. `due`: its last drill is too long ago; `note`: why none can begin; `start`: where one does."""

    id: str
    name: str
    last: str
    due: Pill | None
    facts: tuple[tuple[str, str], ...]
    see: tuple[str, str] | None
    note: str
    start: str


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill in the list of all."""

    day: str
    href: str
    name: str
    took: str
    pressed: str
    by: str


@dataclass(frozen=True, slots=True)
class DrillsPage:
    """Everything the template lays out. `band`: what stands above every page about drills."""

    title: str
    frame: Frame
    band: str
    cards: tuple[DrillCard, ...]
    rows: tuple[DrillRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStartData:
    """What the form is made from. `first` and `people`: who is rung at once and at all, by id; `customers`: how many
    the service's list has, where that is known; `last`: the id of its last drill."""

    frame: Frame
    service: Service
    first: Sequence[str]
    people: Sequence[str]
    customers: int | None
    obstacle: Obstacle | None
    last: str | None


@dataclass(frozen=True, slots=True)
class DrillStartPage:
    """Everything the template lays out. With a `note` there is no form: it says why."""

    title: str
    frame: Frame
    band: str
    service: str
    note: str
    now_note: str
    readers: tuple[str, str]
    who: str
    button: str
    last: str


def drills_page(data: DrillsData) -> DrillsPage:
    say = data.frame.say
    return DrillsPage(
        title=say("menu_drill"),
        frame=data.frame,
        band=say("drill_record"),
        cards=tuple(_card(data, service) for service in data.services.values()),
        rows=tuple(_row(data, drill) for drill in data.drills),
    )


def drill_start(data: DrillStartData) -> DrillStartPage:
    frame, say, n = data.frame, data.frame.say, len(data.people)
    who, name = say.persons(data.people), data.service.name.get(frame.lang)
    real = say("drill_people", who=who, n=say.number(data.customers)) if data.customers else ""
    return DrillStartPage(
        title=say("drill_start_of", name=name),
        frame=frame,
        band=say("drill"),
        service=data.service.id,
        note=_note(say, data.obstacle),
        now_note=say("drill_now_note", who=say.persons(data.first)),
        readers=(say.number(n), say("people", n=n)),
        who=real or say("drill_people_alone", who=who),
        button=say("drill_ring", n=n),
        last=frame.link(f"/drill/{data.last}") if data.last else "",
    )


def pressed_of(say: Phrasing, drill: DrillOut) -> str:
    """`2名のうち1名`: how many of those who were rung did something."""
    return say("drill_pressed_of", all=len(drill.people), n=sum(one.pressed for one in drill.people))


def took(say: Phrasing, seconds: float | None) -> str:
    """`1分17秒`; empty where nobody decided."""
    return "" if seconds is None else say.exactly(timedelta(seconds=seconds))


def _note(say: Phrasing, obstacle: Obstacle | None) -> str:
    words = {"incident": "drill_not_now", "running": "drill_running_now", "planned": "drill_planned_now"}
    return say(words[obstacle]) if obstacle else ""


def _card(data: DrillsData, service: Service) -> DrillCard:
    frame, say = data.frame, data.frame.say
    last = next((drill for drill in data.drills if drill.service == service.id), None)
    obstacle = data.obstacles.get(service.id)
    may = frame.visitor.may("drill") and obstacle is None
    return DrillCard(
        id=service.id,
        name=service.name.get(frame.lang),
        last=say.moment(last.began_at) if last and last.began_at else say("drill_never"),
        due=_due(data, last),
        facts=_facts(say, last) if last else (),
        see=_see(frame, last) if last else None,
        note=_note(say, obstacle),
        start=frame.link(f"/drill?service={service.id}") if may else "",
    )


def _due(data: DrillsData, last: DrillOut | None) -> Pill | None:
    if last is None or last.began_at is None or not data.remind_every:
        return None
    ago = data.frame.now - last.began_at
    say = data.frame.say
    return Pill("wait", say("drill_ago_due", length=say.rough(ago))) if ago > data.remind_every else None


def _facts(say: Phrasing, drill: DrillOut) -> tuple[tuple[str, str], ...]:
    if drill.state != "over":
        return ()
    decided = took(say, drill.seconds) or say("drill_undecided")
    return (say("drill_took"), decided), (say("drill_pressed"), pressed_of(say, drill))


def _see(frame: Frame, drill: DrillOut) -> tuple[str, str]:
    key = "drill_see" if drill.state == "over" else "drill_follow"
    return frame.say(key), frame.link(f"/drill/{drill.id}")


def _row(data: DrillsData, drill: DrillOut) -> DrillRow:
    frame, say, service = data.frame, data.frame.say, data.services.get(drill.service)
    over = say("drill_undecided") if drill.state == "over" else say("drill_running_now")
    return DrillRow(
        day=say.moment(drill.began_at or drill.asked_at),
        href=frame.link(f"/drill/{drill.id}"),
        name=service.name.get(frame.lang) if service else drill.service,
        took=took(say, drill.seconds) or over,
        pressed=pressed_of(say, drill),
        by=say("drill_surprise") if drill.surprise else say.person(drill.asked_by),
    )
