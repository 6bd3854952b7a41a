"""Who is rung now and who next, and what became of the last ring to each person: trouble first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.roles import role_of
from bridge.core.settings import Escalation, Service, Step
from bridge.store.summaries import LastRing
from bridge.web.views.frame import Frame
from bridge.web.views.phrasing import Phrasing
from bridge.web.views.tones import Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleData:
    """What the page is made from; `rings` and `approvals` are the last of each person, by person.

    `tried`: the visitor was just rung on trial.
    """

    frame: Frame
    services: Mapping[str, Service]
    escalations: Mapping[str, Escalation]
    rings: Mapping[str, LastRing]
    approvals: Mapping[str, datetime]
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """An escalation: for which services, who is rung when, how often. `steps`: when, who, and that nobody gets it."""

    services: str
    steps: tuple[tuple[str, str, Pill | None], ...]
    times: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`rung`: when last, what became of it, and the mail server's words where it was refused."""

    name: str
    address: str
    role: str
    rung: str
    pill: Pill | None
    reply: str
    approved: str


@dataclass(frozen=True, slots=True)
class People:
    """Everything the template lays out. `troubles`: a heading, what follows from it, and what to mend.
    `trial`: to whom a test ring would go; empty for whoever may not ask for one."""

    title: str
    frame: Frame
    troubles: tuple[tuple[str, str, str], ...]
    ladders: tuple[Ladder, ...]
    rows: tuple[PersonRow, ...]
    tried: str
    trial: str


def people(data: PeopleData) -> People:
    visitor = data.frame.visitor
    used = {service.escalation for service in data.services.values()}
    return People(
        title=data.frame.say("rung_now"),
        frame=data.frame,
        troubles=tuple(
            _trouble(data.frame.say, each) for each in data.rings.values() if _is_refused(data, each)
        ),
        ladders=tuple(_ladder(data, name, each) for name, each in data.escalations.items() if name in used),
        rows=tuple(_row(data, person) for person in data.frame.people),
        tried=data.frame.say("tried_ring", address=visitor.person.email) if data.tried else "",
        trial=data.frame.say("try_ring_note", address=visitor.person.email) if visitor.may("drill") else "",
    )


def _is_refused(data: PeopleData, ring: LastRing) -> bool:
    """Whether the last ring to somebody who is still rung was refused."""
    rung = {person for escalation in data.escalations.values() for person in escalation.people()}
    return ring.state == "failed" and ring.person in rung


def _trouble(say: Phrasing, ring: LastRing) -> tuple[str, str, str]:
    name = say.person(ring.person)
    return say("mail_refused", who=name), say("mend_address"), f"people.{ring.person}.email"


def _ladder(data: PeopleData, name: str, escalation: Escalation) -> Ladder:
    frame, say = data.frame, data.frame.say
    mine = [each.name.get(frame.lang) for each in data.services.values() if each.escalation == name]
    offsets = [say.number(int(each / timedelta(minutes=1))) for each in escalation.remind_at]
    return Ladder(
        services=say("list_comma").join(mine),
        steps=tuple(_step(data, step) for step in escalation.steps),
        times=say("rings_at", at=say("list_comma").join(offsets), every=say.rough(escalation.then_every)),
    )


def _step(data: PeopleData, step: Step) -> tuple[str, str, Pill | None]:
    say = data.frame.say
    when = say("after_length", length=say.rough(step.from_)) if step.from_ else say("at_once")
    refused = [data.rings[p].state == "failed" for p in step.people if p in data.rings]
    nobody = len(refused) == len(step.people) and all(refused)
    names = say("list_comma").join(say.person(person) for person in step.people)
    return when, names, Pill("stop", say("not_reached")) if nobody else None


def _row(data: PeopleData, person_id: str) -> PersonRow:
    say, person = data.frame.say, data.frame.people[person_id]
    role = role_of(person, data.escalations.values())
    ring, approved = data.rings.get(person_id), data.approvals.get(person_id)
    pill = None
    if ring and ring.state == "sent":
        pill = Pill("ok", say("mail_accepted"))
    elif ring and ring.state in ("failed", "unknown"):
        pill = Pill("stop", say("not_reached"))
    return PersonRow(
        name=say.person(person_id),
        address=person.email,
        role=say(f"role_{role}") if role else say("role_none"),
        rung=say.clock(ring.at) if ring else say("never_rung"),
        pill=pill,
        reply=ring.reply if ring and ring.state == "failed" else "",
        approved=say.clock(approved) if approved else say("never_approved"),
    )
