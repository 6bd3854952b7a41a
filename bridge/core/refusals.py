"""A sender whose posts are refused: an outage too large for us is still an outage. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bridge.core.settings import Escalation, Service

OVER_AFTER = timedelta(hours=1)
"""Without a refused post for this long, the next one is news again. Alertmanager repeats one every few minutes."""


def is_news(last: datetime | None, now: datetime) -> bool:
    """Whether people are rung about a post refused at `now`. `last`: when the source's last one was refused."""
    return last is None or now - last > OVER_AFTER


def first_rung(services: Iterable[Service], escalations: Mapping[str, Escalation]) -> Mapping[str, Service]:
    """Who is rung where nobody knows which service it is about: the first step of each, with a service of theirs."""
    rung: dict[str, Service] = {}
    for service in services:
        for person in escalations[service.escalation].steps[0].people:
            rung.setdefault(person, service)
    return rung
