"""Watches how the mail server takes letters: people hear when it is of no use, and when a letter takes long."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bridge.clock import monotonic
from bridge.core.estimate import Sample
from bridge.smtp.relay import Relay
from bridge.stages.notify_oncall import tell_relay_down
from bridge.stages.runtime import Runtime
from bridge.stages.slow_letter import look_at_sendings, tell_slow
from bridge.stages.wake import Wake
from bridge.store.store import Store
from bridge.store.tx import Tx

PATIENCE = 15.0  # seconds a relay may be down before the on-call is told
TAKES = 60.0  # seconds since it took the last mail: until then it may only be busy
BACK = 90.0  # seconds without trouble that end an outage: longer than the pause between two probes
LOOK_EVERY = 15.0  # seconds between two looks at how far the sendings are


@dataclass
class RelayWatch:
    """One instance's. `sending`, of each look: whether any letter is being sent."""

    store: Store[Tx]
    runtime: Callable[[], Runtime]
    relay: Callable[[], Relay]
    wake: Callable[[Wake], None]
    _last_trouble: float = float("-inf")
    _told_down: frozenset[str] = frozenset()
    _looked_at: float = float("-inf")
    _first: dict[str, Sample] = field(default_factory=dict)

    async def look(self, *, sending: bool) -> None:
        """Once in a round of the timer."""
        await self._look_whether_down()
        if sending and monotonic() - self._looked_at >= LOOK_EVERY:
            self._looked_at = monotonic()
            await self._look_how_far()

    async def _look_whether_down(self) -> None:
        """Tell of each letter once in an outage; a relay that only just came back may be in the same one."""
        relay = self.relay()
        if not relay.useless_for:
            if monotonic() - self._last_trouble > BACK:
                self._told_down = frozenset()
            return
        self._last_trouble = monotonic()
        if relay.useless_for > PATIENCE and not relay.took_within(TAKES):
            told = self._told_down
            unit = partial(tell_relay_down, runtime=self.runtime(), why=relay.last_error, told=told)
            newly = await self.store.run(unit)
            self._told_down |= newly
            self.wake(Wake(oncall=bool(newly)))

    async def _look_how_far(self) -> None:
        """By the speed since the first look: a letter may have been stopped for hours before."""
        now = await self.store.read(partial(look_at_sendings, at=self._looked_at))
        first = {name: self._first.get(name, sample) for name, (sample, _) in now.items()}
        self._first = first
        unit = partial(tell_slow, runtime=self.runtime(), first=first, now=now)
        self.wake(await self.store.run(unit))
