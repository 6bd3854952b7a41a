"""A post of many alerts in portions, so that the rings of the first are out while the last is still worked on."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bridge.config import Config
from bridge.core.model import Alert
from bridge.core.service_index import index_of
from bridge.core.triage import Key, key_of, sort_alerts
from bridge.sources.post import Parsed
from bridge.stages.receive import Received

SERVICES = 50  # whose incidents one unit opens: a tenth of a second, in which no other ring leaves


def portions(posts: Sequence[Parsed], config: Config) -> list[Sequence[Parsed]]:
    """The same posts, each with a part of its alerts: those that are of at most `SERVICES` services.

    An alert counts for the first service that wants it. Copies of one alert stay together and in order. What no
    service wants is in the first portion.
    """
    if len(config.services) <= SERVICES or sum(len(post.alerts) for post in posts) <= SERVICES:
        return [posts]
    first = first_services(posts, config)
    place = {service: n // SERVICES for n, service in enumerate(sorted(set(first.values())))}
    count = max(place.values(), default=0) + 1
    if count == 1:
        return [posts]
    parts: list[list[list[Alert]]] = [[[] for _ in posts] for _ in range(count)]
    for at, post in enumerate(posts):
        for alert in post.alerts:
            parts[place.get(first.get(key_of(alert), ""), 0)][at].append(alert)
    return [
        [replace(post, alerts=tuple(mine)) for post, mine in zip(posts, part, strict=True)] for part in parts
    ]


def first_services(posts: Iterable[Parsed], config: Config) -> dict[Key, str]:
    """The first service that wants it, of each alert that some service wants."""
    found: dict[Key, str] = {}
    for post in posts:
        wanted = sort_alerts(post.alerts, index_of(config.services), config.heartbeats).by_service
        for service, alerts in wanted.items():
            for alert in alerts:
                found.setdefault(key_of(alert), service)
    return found


def together(portions_received: Sequence[Sequence[Received]]) -> list[Received]:
    """What became of each post, from what became of its portions."""
    return [
        Received(
            tuple(dict.fromkeys(incident for one in parts for incident in one.incidents)),
            sum(one.accepted for one in parts),
            tuple(unwanted for one in parts for unwanted in one.ignored),
        )
        for parts in zip(*portions_received, strict=True)
    ]
