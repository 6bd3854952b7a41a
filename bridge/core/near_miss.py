"""Why an alert belongs to no service: the service that it missed by the fewest matchers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.core.settings import Service


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The first matcher of a service that failed, and the value that it met, empty for a missing label.

    `failed`: how many of the service's matchers did not hold.
    """

    service: str
    matcher: str
    label: str
    value: str
    failed: int


def near_miss(labels: Mapping[str, str], services: Iterable[Service]) -> NearMiss | None:
    """The nearest miss among these services; None where one of them matches, or there is none.

    Of two that fail by as many matchers, the one of which more hold; then the first.
    """
    nearest: tuple[int, int, NearMiss] | None = None
    for service in services:
        matchers = [matcher for one in service.match for matcher in one.all]
        failed = [matcher for matcher in matchers if not matcher.matches(labels)]
        if not failed:
            return None
        if nearest is None or (len(failed), -len(matchers)) < nearest[:2]:
            name = failed[0].name
            miss = NearMiss(service.id, str(failed[0]), name, labels.get(name, ""), len(failed))
            nearest = (len(failed), -len(matchers), miss)
    return nearest[2] if nearest else None
