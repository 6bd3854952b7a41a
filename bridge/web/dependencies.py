"""What the routes need: the store, the running configuration, keys, lists, and ways to wake the loops."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.audiences.cache import CustomerLists
from bridge.core.check_report import LookedAt
from bridge.keys import Keys
from bridge.stages.leave_at_once import Hands
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.store import Store
from bridge.store.tx import Tx
from bridge.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Health:
    """How the instance is, for /readyz, /metrics and the pages."""

    tick_age: float
    smtp_up: Mapping[str, bool]
    relay_problem: str


@dataclass(frozen=True, slots=True)
class Dependencies:
    """One instance as its routes see it. `setup` is read anew for each request: it may be reloaded."""

    store: Store[Tx]
    runtime: Callable[[], Runtime]
    keys: Keys
    lists: CustomerLists
    hands: Callable[[], Hands]
    wake: Callable[[Wake], None]
    now: Callable[[], datetime]
    health: Callable[[], Health]
    reload: Callable[[], Awaitable[str | None]]
    check: Callable[[], Awaitable[LookedAt]]
    pages: Pages
