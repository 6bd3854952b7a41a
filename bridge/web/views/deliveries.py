"""What became of one letter, address by address: the failed first, in the mail server's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from bridge.core.failure_meaning import may_help_again, meaning_of
from bridge.core.failures import FailureGroup
from bridge.core.model import DeliveryState, Incident
from bridge.core.settings import Service
from bridge.web.views.frame import Frame
from bridge.web.views.timeline import LetterRecord, title_of
from bridge.web.views.tones import OF_DELIVERY, Pill

PER_PAGE = 50
_REPLY_SHOWN = 60  # characters in a row; the groups show it whole

Tab = Literal["failed", "unknown", "deferred", "queued", "sent"]
TABS: Mapping[Tab, tuple[DeliveryState, ...]] = {
    "failed": ("failed",),
    "unknown": ("unknown",),
    "deferred": ("deferred",),
    "queued": ("queued", "sending", "in_doubt"),
    "sent": ("sent",),
}
"""Those first that people must look at, each with its states."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One address as the outbox has it."""

    id: int
    address: str
    state: DeliveryState
    reply: str
    attempts: int
    message_id: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesData:
    """What the page is made from. `part`: what was searched for; `after`: how many rows came before this page's.

    `found`: how many rows the tab and the search have; `rows`: those of this page, and one more where there is one.
    """

    frame: Frame
    incident: Incident
    service: Service | None
    letter: LetterRecord
    tab: Tab
    part: str
    before: int
    found: int
    rows: tuple[DeliveryRow, ...]
    groups: tuple[FailureGroup, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Letters refused in the same words. `again`: whether sending again may help."""

    n: str
    domains: str
    meaning: str
    reply: str
    again: bool


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Everything the template lays out. `tabs`: text, number, link, whether it is this one."""

    title: str
    frame: Frame
    up: str
    up_name: str
    tabs: tuple[tuple[str, str, str, bool], ...]
    note: str
    groups: tuple[Group, ...]
    own_page: str
    part: str
    fields: tuple[tuple[str, str], ...]
    csv: str
    csv_text: str
    rows: tuple[tuple[str, Pill, str, str], ...]
    where: str
    more: tuple[str, str] | None


def first_tab(counts: Mapping[DeliveryState, int]) -> Tab:
    """The first tab with something in it."""
    return next((tab for tab, states in TABS.items() if _sum(counts, tab)), "sent")


def deliveries(data: DeliveriesData) -> Deliveries:
    frame, letter = data.frame, data.letter
    say = frame.say_in(data.service.timezone) if data.service else frame.say
    report = say.report(letter.notice.kind, letter.number)
    total = max(letter.notice.recipients or 0, sum(letter.counts.values()))
    shown = data.rows[:PER_PAGE]
    return Deliveries(
        title=say("deliveries_of", report=report, n=say.number(total)),
        frame=frame,
        up=frame.link(f"/incidents/{data.incident.id}"),
        up_name=title_of(frame, data.incident, data.service, (letter,)),
        tabs=_tabs(data),
        note=say("unknown_note") if data.tab == "unknown" and data.found else "",
        groups=tuple(_group(data, each) for each in data.groups) if data.tab == "failed" else (),
        own_page=letter.own_page or "",
        part=data.part,
        fields=(("notice", letter.notice.id), ("state", data.tab), ("lang", frame.lang)),
        csv=_here(data, ".csv"),
        csv_text=say("as_csv", n=say.number(data.found)),
        rows=tuple(
            (
                row.address,
                Pill(OF_DELIVERY[row.state][0], say(OF_DELIVERY[row.state][1])),
                _cut(row.reply),
                say.dated_to_the_second(row.updated_at),
            )
            for row in shown
        ),
        where=_where(data, len(shown)),
        more=_more(data, shown),
    )


def _tabs(data: DeliveriesData) -> tuple[tuple[str, str, str, bool], ...]:
    say, counts = data.frame.say, data.letter.counts
    return tuple(
        (
            say(f"state_{tab}"),
            say.number(_sum(counts, tab)),
            _here(data, "", state=tab, q=""),
            tab == data.tab,
        )
        for tab in TABS
        if _sum(counts, tab) or tab == data.tab
    )


def _sum(counts: Mapping[DeliveryState, int], tab: Tab) -> int:
    return sum(counts.get(state, 0) for state in TABS[tab])


def _group(data: DeliveriesData, group: FailureGroup) -> Group:
    say, meaning = data.frame.say, meaning_of(group.reply)
    first, more = group.domains[0] if group.domains else "", len(group.domains) - 1
    return Group(
        n=say("n_people", n=say.number(group.count)),
        domains=say("and_domains", domain=first, n=more) if more > 0 else first,
        meaning=say(f"means_{meaning}"),
        reply=group.reply,
        again=may_help_again(meaning),
    )


def _here(data: DeliveriesData, suffix: str, **changes: str) -> str:
    """This page, or its CSV, with other words in its address."""
    query = {"notice": data.letter.notice.id, "state": data.tab, "q": data.part, **changes}
    kept = urlencode({name: value for name, value in query.items() if value})
    return data.frame.link(f"/incidents/{data.incident.id}/deliveries{suffix}?{kept}")


def _where(data: DeliveriesData, shown: int) -> str:
    say = data.frame.say
    if not shown:
        return say("nobody_found")
    first, last = data.before + 1, data.before + shown
    return say("rows_shown", n=say.number(data.found), first=say.number(first), last=say.number(last))


def _more(data: DeliveriesData, shown: tuple[DeliveryRow, ...]) -> tuple[str, str] | None:
    left = data.found - data.before - len(shown)
    if left <= 0 or not shown:
        return None
    place = {"after": str(shown[-1].id), "before": str(data.before + len(shown))}
    return data.frame.say("rows_next", n=min(left, PER_PAGE)), _here(data, "", **place)


def _cut(reply: str) -> str:
    return reply if len(reply) <= _REPLY_SHOWN else f"{reply[:_REPLY_SHOWN]}…"
