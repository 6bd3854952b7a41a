"""What arrives: the last post of each source, what belonged to no service and by how little, what was turned away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.core.settings import Service
from bridge.web.post_log import Heard, TurnedAway
from bridge.web.views.frame import Frame
from bridge.web.views.tones import Pill

LABELS_SHOWN = 12
_ALTERNATIVES = re.compile(r'[A-Za-z_][A-Za-z0-9_]*(?:=|=~)"([\w .:/|-]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesData:
    """What the page is made from. `heard`: by source, since `began_at`; `ignored`: rows of that table, last first."""

    frame: Frame
    services: Mapping[str, Service]
    heard: Mapping[str, Heard]
    began_at: datetime
    ignored: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One source. `anchor`: where its posts that were turned away are."""

    name: str
    pill: Pill
    last: str
    ago: str
    posts: str
    ignored: str
    turned_away: str


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """`labels`: each with whether it is the one that differs. `why`: the difference, `where`: from which service."""

    clock: str
    labels: tuple[tuple[str, bool], ...]
    why: str
    where: str
    times: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything the template lays out."""

    title: str
    frame: Frame
    since: str
    cards: tuple[SourceCard, ...]
    ignored: tuple[IgnoredRow, ...]
    turned_away: tuple[tuple[str, str, str, str], ...]


def sources(data: SourcesData) -> Sources:
    say = data.frame.say
    return Sources(
        title=say("menu_sources"),
        frame=data.frame,
        since=say("since_began", at=say.clock(data.began_at)),
        cards=tuple(_card(data, name, heard) for name, heard in data.heard.items()),
        ignored=tuple(_ignored(data, row) for row in data.ignored),
        turned_away=_turned_away(data),
    )


def _card(data: SourcesData, name: str, heard: Heard) -> SourceCard:
    say = data.frame.say
    ignored = sum(row["source"] == name for row in data.ignored)
    return SourceCard(
        name=name,
        pill=Pill("ok", say("source_heard")) if heard.last_at else Pill("wait", say("source_silent")),
        last=say.dated_to_the_second(heard.last_at) if heard.last_at else "",
        ago=say("ago", length=say.rough(data.frame.now - heard.last_at)) if heard.last_at else "",
        posts=say("times", n=say.number(heard.posts)),
        ignored=say("items_n", n=say.number(ignored)),
        turned_away=say("times", n=say.number(heard.turned_away)),
    )


def _ignored(data: SourcesData, row: Mapping[str, Any]) -> IgnoredRow:
    say, nearest = data.frame.say, row["nearest"]
    differs = nearest["label"] if nearest else ""
    labels = dict(row["labels"] or {"alertname": row["alertname"]})
    shown = sorted(labels, key=lambda name: (name != "alertname", name != differs, name))[:LABELS_SHOWN]
    service = data.services.get(nearest["service"]) if nearest else None
    return IgnoredRow(
        clock=say.clock(row["at"]),
        labels=tuple((f"{name}={labels[name]}", name == differs) for name in shown),
        why=_difference(data, nearest) if nearest else say(f"ignored_{row['reason']}"),
        where=service.name.get(data.frame.lang) if service else "",
        times=say("times", n=say.number(row["count"])),
    )


def _difference(data: SourcesData, nearest: Mapping[str, Any]) -> str:
    """`severity が high です。critical か page を待っています`."""
    say = data.frame.say
    plain = _ALTERNATIVES.fullmatch(nearest["matcher"])
    awaited = say("or").join(plain[1].split("|")) if plain else nearest["matcher"]
    if nearest["value"] == "":
        return say("label_missing", label=nearest["label"], awaited=awaited)
    return say("label_differs", label=nearest["label"], value=nearest["value"], awaited=awaited)


def _turned_away(data: SourcesData) -> tuple[tuple[str, str, str, str], ...]:
    """When, from where, why, and with which answer; the last first."""
    say = data.frame.say
    posts = [post for heard in data.heard.values() for post in heard.last_turned_away]
    newest = sorted(posts, key=lambda post: post.at, reverse=True)
    return tuple((say.dated_to_the_second(p.at), p.client, _why(data, p), f"HTTP {p.status}") for p in newest)


def _why(data: SourcesData, post: TurnedAway) -> str:
    say = data.frame.say
    return say("wrong_token", source=post.source) if post.status == 401 else f"{post.source}: {post.why}"
