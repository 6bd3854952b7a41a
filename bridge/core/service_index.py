"""Which services want an alert, without asking each of a thousand: most name one value of one label; and all names of
services. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bridge.core.matchers import all_match
from bridge.core.settings import Service

Value = tuple[str, str]  # a label's name and its value


class ServiceIndex:
    """Services by a value that they insist on, the one that the fewest share; those that insist on none are asked."""

    def __init__(self, services: Iterable[Service]) -> None:
        each = list(enumerate(services))
        self.names = tuple(sorted(set[str]().union(*(names_of(service) for _, service in each))))
        shared = Counter(value for _, service in each for value in set(_insists(service)))
        self._by_value: dict[str, dict[str, list[tuple[int, Service]]]] = {}
        self._others: list[tuple[int, Service]] = []
        for place, service in each:
            rarest = min(_insists(service), key=lambda value: shared[value], default=None)
            if rarest is None:
                self._others.append((place, service))
            else:
                name, value = rarest
                self._by_value.setdefault(name, {}).setdefault(value, []).append((place, service))

    def wanting(self, labels: Mapping[str, str]) -> list[Service]:
        """The services whose matchers all hold, in the order of the configuration."""
        found = list(self._others)
        for name, services in self._by_value.items():
            found += services.get(labels.get(name, ""), ())
        return [service for _, service in sorted(found, key=_place) if all_match(service.match, labels)]


def names_of(service: Service) -> set[str]:
    """What a service is called, in every language."""
    texts = (text for text in (service.name, service.short_name) if text)
    return {name for text in texts for name in (text.ja, text.en) if name}


def _insists(service: Service) -> Iterator[Value]:
    """The values without which a service wants no alert."""
    for matchers in service.match:
        yield from ((matcher.name, matcher.value) for matcher in matchers.all if matcher.op == "=")


def _place(found: tuple[int, Service]) -> int:
    return found[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A mapping as itself: comparing a thousand services would cost more than asking them."""

    services: Mapping[str, Service]

    def __hash__(self) -> int:
        return id(self.services)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.services is self.services


def index_of(services: Mapping[str, Service]) -> ServiceIndex:
    """The index of a running configuration's services, made once."""
    return _made(_Same(services))


@lru_cache(maxsize=4)
def _made(same: _Same) -> ServiceIndex:
    return ServiceIndex(same.services.values())
