"""The console's first page: what is open, whether the bridge is ready, and how the last 30 days went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.first_letters import FirstLetter
from bridge.core.model import AudienceFacts
from bridge.core.settings import Service
from bridge.core.watchdog import SenderState, is_silent
from bridge.web.views.cards import Card, OpenIncident, cards
from bridge.web.views.first_letter_plot import Plot, plot
from bridge.web.views.frame import Frame
from bridge.web.views.tones import Pill


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeData:
    """What the page is made from. `lists` and `services` by service.

    `listening_since`: when this process began, before which no sender could be heard. `rung`: the people by id who
    are rung at once; `refused`: those whose last ring was refused. `drilled`: when each service had its last drill;
    `remind_every`: how old that may be, zero for as old as it is.
    """

    frame: Frame
    incidents: tuple[OpenIncident, ...]
    firsts: tuple[FirstLetter, ...]
    services: Mapping[str, Service]
    lists: Mapping[str, AudienceFacts]
    rung: tuple[str, ...]
    refused: tuple[str, ...]
    relay_problem: str
    senders: tuple[SenderState, ...]
    listening_since: datetime
    drilled: Mapping[str, datetime]
    remind_every: timedelta


@dataclass(frozen=True, slots=True)
class Readiness:
    """One thing that has to work: its state, its name, where to see more, and a word to it."""

    pill: Pill
    name: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the template lays out."""

    title: str
    frame: Frame
    heading: str
    cards: tuple[Card, ...]
    last: tuple[str, str, str] | None
    drill: str
    ready: tuple[Readiness, ...]
    plot: Plot


def home(data: HomeData) -> Home:
    frame = data.frame
    n = sum(not each.incident.is_drill for each in data.incidents)
    heading = frame.say("open_n", n=n) if n else frame.say("open_none")
    return Home(
        title=heading,
        frame=frame,
        heading=heading,
        cards=cards(frame, data.incidents),
        last=None if n else _last(data),
        drill=frame.link("/drill") if not n and frame.visitor.may("drill") else "",
        ready=(_mail(data), _lists(data), _alerts(data), _oncall(data), _drills(data)),
        plot=plot(frame, data.firsts, data.services),
    )


def _last(data: HomeData) -> tuple[str, str, str] | None:
    """The last incident whose customers were told: what came before, the link, and how long it took."""
    if not data.firsts:
        return None
    letter = data.firsts[-1]
    frame, service = data.frame, data.services.get(letter.service)
    say = frame.say_in(service.timezone) if service else frame.say
    name = service.name.get(frame.lang) if service else letter.service
    when = say.day(letter.received_at.astimezone(say.zone).date())
    return (
        say("last_incident", day=when),
        frame.link(f"/incidents/{letter.incident}"),
        say("last_took", name=name, length=say.exactly(letter.took)),
    )


def _mail(data: HomeData) -> Readiness:
    say = data.frame.say
    pill = Pill("stop", say("ready_not")) if data.relay_problem else Pill("ok", say("ready"))
    return Readiness(pill, say("ready_mail"), "", data.relay_problem)


def _lists(data: HomeData) -> Readiness:
    """The customer lists: one that cannot be read, else rows that cannot be used."""
    say = data.frame.say
    lists = {each.name: each for each in data.lists.values()}
    broken = sum(each.count is None for each in lists.values())
    bad = sum(each.bad_total for each in lists.values())
    if broken:
        pill = Pill("stop", say("ready_unread", n=broken))
    elif bad:
        pill = Pill("wait", say("ready_bad", n=say.number(bad)))
    else:
        pill = Pill("ok", say("ready"))
    return Readiness(pill, say("ready_lists", n=len(lists)), data.frame.link("/lists"), "")


def _alerts(data: HomeData) -> Readiness:
    """The senders: those that are silent for longer than they may be; else when the last post came."""
    frame, say = data.frame, data.frame.say
    silent = sum(is_silent(sender, data.listening_since, frame.now) for sender in data.senders)
    pill = Pill("wait", say("ready_silent", n=silent)) if silent else Pill("ok", say("ready"))
    last = max((sender.posted_at for sender in data.senders if sender.posted_at), default=None)
    if last is None:
        pill = Pill("wait", say("source_silent"))
    return Readiness(pill, say("menu_sources"), frame.link("/sources"), say.clock(last) if last else "")


def _oncall(data: HomeData) -> Readiness:
    say = data.frame.say
    refused = tuple(person for person in data.rung if person in data.refused)
    pill = Pill("stop", say("ready_refused")) if refused else Pill("ok", say("ready"))
    return Readiness(pill, say("menu_people"), data.frame.link("/people"), say.persons(refused or data.rung))


def _drills(data: HomeData) -> Readiness:
    """The service whose last drill is the longest ago."""
    frame, say = data.frame, data.frame.say
    if data.services.keys() - data.drilled.keys():
        pill = Pill("wait" if data.remind_every else "rest", say("ready_never"))
        return Readiness(pill, say("menu_drill"), frame.link("/drill"), "")
    ago = frame.now - min(data.drilled[service] for service in data.services)
    words = say("ago", length=say.rough(ago))
    late = bool(data.remind_every) and ago > data.remind_every
    pill = Pill("wait", words) if late else Pill("ok", say("ready"))
    return Readiness(pill, say("menu_drill"), frame.link("/drill"), "" if late else words)
