"""How often a client may guess wrong, and how often a link may be pressed (docs/design.md §6.10).

Nobody is locked out by others: a wrong guess too many is answered later, and what is right is answered at once,
however many wrong ones came from the same address. Counts are this instance's own.
"""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request
from starlette.types import Scope

from bridge import clock

WINDOW = 60.0  # seconds
KEPT = 10_000  # keys; the oldest window is forgotten first
WRONG_PER_MINUTE = 20
WRONG_DELAY = 2.0  # seconds
MOST_DELAYED = 100  # answers held back at the same time, so that holding them back costs nothing
PRESSES_PER_MINUTE = 120


class Rate:
    """Events a minute, by key."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()  # when it began, events since

    def exceeded(self, key: str, now: float) -> bool:
        """Count one more event at `now` (monotonic seconds), and say whether it was one too many."""
        began, events = self._windows.get(key, (now, 0))
        if now - began >= WINDOW:
            began, events = now, 0
            self._windows.pop(key, None)
        self._windows[key] = began, events + 1
        if len(self._windows) > KEPT:
            self._windows.popitem(last=False)
        return events + 1 > self._per_minute


class Announcer:
    """Says a thing once a minute for each key, with how often it went unsaid since."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, tuple[float, int]] = OrderedDict()  # when last, and times since

    def due(self, key: str, now: float) -> int | None:
        """At `now` (monotonic seconds): how often it went unsaid, when it is to be said; else None."""
        said_at, unsaid = self._said.get(key, (None, 0))
        if said_at is not None and now - said_at < WINDOW:
            self._said[key] = said_at, unsaid + 1
            return None
        self._said.pop(key, None)
        self._said[key] = now, 0
        if len(self._said) > KEPT:
            self._said.popitem(last=False)
        return unsaid


class Guesses:
    """Wrong tokens and passwords: those beyond the rate are answered late."""

    def __init__(self, per_minute: int = WRONG_PER_MINUTE, delay: float = WRONG_DELAY) -> None:
        self._rate = Rate(per_minute)
        self._delay = delay
        self._delayed = 0

    async def wrong(self, request: Request) -> None:
        """Returns when a wrong guess may be answered."""
        if not self._rate.exceeded(client(request), clock.monotonic()) or self._delayed >= MOST_DELAYED:
            return
        self._delayed += 1
        try:
            await clock.pause(self._delay)
        finally:
            self._delayed -= 1


def client(request: Request) -> str:
    """Who is asking, see `client_of`."""
    return client_of(request.scope)


def client_of(scope: Scope) -> str:
    """Who is asking: the peer's address, of IPv6 the /64 that one customer has.

    X-Forwarded-For is not looked at: anybody can write it. Behind a proxy all are one client, which costs the
    others nothing, because only wrong guesses wait.
    """
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address) or address.ipv4_mapped:
        return host
    return str(IPv6Address(int(address) >> 64 << 64))
