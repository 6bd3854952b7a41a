"""What arrives: the last post of each source, what belonged to no service and by how little, what was turned away."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.core.settings import Service
from bridge.core.watchdog import SenderState, is_silent
from bridge.web.post_log import Heard, TurnedAway
from bridge.web.views.frame import Frame
from bridge.web.views.tones import Pill

LABELS_SHOWN = 12
_ALTERNATIVES = re.compile(r'[A-Za-z_][A-Za-z0-9_]*(?:=|=~)"([\w .:/|-]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesData:
    """What the page is made from. `heard`: by source, in this process since `began_at`; `ignored`: rows of that
    table, last first."""

    frame: Frame
    services: Mapping[str, Service]
    senders: tuple[SenderState, ...]
    heard: Mapping[str, Heard]
    began_at: datetime
    ignored: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One source. `note`: how often it is expected, since when it posts with a wrong token, who was told."""

    name: str
    pill: Pill
    last: str
    ago: str
    posts: str
    ignored: str
    turned_away: str
    note: str


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
        cards=tuple(_card(data, sender) for sender in data.senders),
        ignored=tuple(_ignored(data, row) for row in data.ignored),
        turned_away=_turned_away(data),
    )


def _card(data: SourcesData, sender: SenderState) -> SourceCard:
    say, name = data.frame.say, sender.source
    heard = data.heard.get(name, Heard())
    silent_for = sender.silent_for(data.frame.now)
    return SourceCard(
        name=name,
        pill=_pill(data, sender),
        last=say.dated_to_the_second(sender.posted_at) if sender.posted_at else "",
        ago=say("ago", length=say.rough(silent_for)) if silent_for is not None else "",
        posts=say("times", n=say.number(heard.posts)),
        ignored=say("items_n", n=say.number(sum(row["source"] == name for row in data.ignored))),
        turned_away=say("times", n=say.number(heard.turned_away)),
        note="".join(_notes(data, sender)),
    )


def _pill(data: SourcesData, sender: SenderState) -> Pill:
    say, silent_for = data.frame.say, sender.silent_for(data.frame.now)
    if silent_for is None:
        return Pill("wait", say("source_silent"))
    if is_silent(sender, data.began_at, data.frame.now):
        return Pill("wait", say("silent_for", length=say.rough(silent_for)))
    return Pill("ok", say("source_heard"))


def _notes(data: SourcesData, sender: SenderState) -> Iterator[str]:
    say = data.frame.say
    if sender.allowed is not None:
        yield say("expected_every", length=say.rough(sender.allowed))
    if sender.told_at:
        yield say("told_at", at=say.clock(sender.told_at))
    if since := sender.turned_away_since(data.frame.now):
        yield say("wrong_since", at=say.clock(since))


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
