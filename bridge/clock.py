"""Time: the only place that reads a clock or sleeps."""

import asyncio
import time
from datetime import UTC, datetime


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never steps."""
    return time.monotonic()


async def pause(seconds: float) -> None:
    """Let the others work for a moment."""
    await asyncio.sleep(seconds)
