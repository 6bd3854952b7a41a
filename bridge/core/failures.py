"""Why letters were not delivered: the mail server's words, grouped. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

SHOWN = 3  # groups that people are shown
DOMAINS = 10  # of one group

# What differs from one recipient or moment to the next: addresses, numbers, and ids of letters mixed with digits.
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_NUMBER = re.compile(r"(?<=\s)#?\d+(?=[\s.,;:)]*(?:\s|$))")  # but not the code, nor an enhanced one
_ID = re.compile(r"(?=[^\s\[\]()]*\d)(?=[^\s\[\]()]*[A-Za-z])[A-Za-z0-9_.:-]{8,}")


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Letters refused in the same words. `domains`: of their recipients, those with the most letters first."""

    reply: str
    count: int
    domains: tuple[str, ...]


def grouped(refused: Iterable[tuple[str, str, int]]) -> tuple[FailureGroup, ...]:
    """The groups, largest first, from counts of letters by reply and domain."""
    domains: dict[str, Counter[str]] = {}
    for reply, domain, count in refused:
        domains.setdefault(alike(reply), Counter())[domain] += count
    groups = [
        FailureGroup(reply, found.total(), tuple(domain for domain, _ in found.most_common(DOMAINS)))
        for reply, found in domains.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.reply)))[:SHOWN]


def alike(reply: str) -> str:
    """The reply without what names one recipient or one attempt."""
    return " ".join(_NUMBER.sub("…", _ID.sub("…", _ADDRESS.sub("…", reply))).split())


def alias(address: str) -> str:
    """What stands for an address where addresses must not, as in the log of a proxy."""
    return sha256(address.encode()).hexdigest()[:16]
