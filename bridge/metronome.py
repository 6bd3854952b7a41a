"""What wakes the loops: each waits on a bell, and APScheduler rings them all.

One tick rings every bell, and one wake-up each loop at its next due time. It knows nothing of reminders. It stops
ticking when the wall clock steps back, so every bell also rings by itself after `LONGEST` on the loop's monotonic
clock, and counts that.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Counter

from bridge.clock import now

LONGEST = 5.0  # seconds a loop waits at the most
TICK = 4.0  # seconds between the metronome's ticks, before the bells would ring by themselves

MISSED = Counter("bridge_metronome_missed_total", "Waits that ended without the metronome's tick.")


class Bell:
    """What a loop waits on: rung by whoever has work for it, by the metronome, or by time."""

    def __init__(self, metronome: "Metronome", name: str) -> None:
        self._metronome = metronome
        self._name = name
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There may be something to do. Safe from the loop's own thread only."""
        self._rung.set()

    async def wait(self, until: datetime | None = None, longest: float = LONGEST) -> None:
        """Until somebody rings, `until` has come, or `longest` seconds have gone by."""
        if until is not None and not self._rung.is_set():
            self._metronome.wake_at(self._name, until, self.ring)
        try:
            async with asyncio.timeout(longest):
                await self._rung.wait()
        except TimeoutError:
            if longest >= LONGEST:
                MISSED.inc()
        self._rung.clear()


class Metronome:
    """APScheduler with a memory store and no job per incident (docs/design.md §4.5)."""

    def __init__(self) -> None:
        self._bells: dict[str, Bell] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def bell(self, name: str) -> Bell:
        """The bell of one loop."""
        return self._bells.setdefault(name, Bell(self, name))

    def start(self) -> None:
        """Begin to tick; needs the running loop."""
        self._scheduler.add_job(self._tick, "interval", seconds=TICK, id="tick")
        self._scheduler.start()

    def stop(self) -> None:
        """End every job."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def wake_at(self, name: str, when: datetime, ring: object) -> None:
        """Ring one bell at a time; the last such call for a bell counts."""
        if self._scheduler.running and when - now() < timedelta(seconds=LONGEST):
            self._scheduler.add_job(
                ring, "date", run_date=max(when, now()), id=f"wake-{name}", replace_existing=True
            )

    def _tick(self) -> None:
        for bell in self._bells.values():
            bell.ring()
