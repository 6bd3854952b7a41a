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

    Of two that fail by as many matchers: the one that is meant by a slip, in the value's spelling or in the label's
    name; then the one of which more hold; then the first.
    """
    nearest: tuple[tuple[int, int, int], NearMiss] | None = None
    values = {value.strip().casefold() for value in labels.values()}
    for service in services:
        matchers = [matcher for one in service.match for matcher in one.all]
        failed = [matcher for matcher in matchers if not matcher.matches(labels)]
        if not failed:
            return None
        meant = sum(one.op == "=" and one.value.casefold() in values for one in failed)
        rank = len(failed), -meant, -len(matchers)
        if nearest is None or rank < nearest[0]:
            name = failed[0].name
            nearest = rank, NearMiss(service.id, str(failed[0]), name, labels.get(name, ""), len(failed))
    return nearest[1] if nearest else None
