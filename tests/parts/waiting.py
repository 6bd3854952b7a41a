"""Waiting for a real program to do something: the only place in tests/ that lets time pass."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], seconds: float, what: str) -> T:
    """The first truthy answer of `look`, asked every 50 ms. Fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)
    return seen
