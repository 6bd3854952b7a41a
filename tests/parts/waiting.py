"""Waiting for a real program to do something: the only place in tests/ that lets time pass."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
BUSY = 3  # how much longer things may take on a machine that does much else


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    """The first truthy answer of `look`, asked every 50 ms. Fails with `what`: `seconds` are enough for it on an idle
    machine."""
    end = time.monotonic() + BUSY * seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {BUSY * seconds:g} s: {what}")
        time.sleep(0.05)
    return seen
