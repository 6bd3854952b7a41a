"""What a template of a company may cost: so many steps, and values of so many characters.

A template is trusted to say what it likes, not to run for ever: letters are written inside of transactions, and one
that does not end would stop the rings of every service. Its lines are counted as they run, and what its variables
hold is measured before the next line: loops inside of loops, doubling texts and lists of lists all end here.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from jinja2.exceptions import SecurityError

MAX_STEPS = 20_000  # a shipped letter takes some hundreds
MAX_SIZE = 1_000_000  # characters and elements that one variable may hold

Trace = Callable[[FrameType, str, Any], Any]


class _Meter:
    """Counts the steps of one rendering, and measures its variables."""

    def __init__(self) -> None:
        self._steps = 0
        self._sizes: dict[
            int, tuple[object, int]
        ] = {}  # by id; the object is kept, so that no other takes its id

    def trace(self, frame: FrameType, event: str, _: Any) -> Trace | None:
        """What `sys.settrace` calls. Lines of templates are counted, those of Python are not."""
        if not frame.f_code.co_filename.endswith(".j2"):
            return None
        if event == "line":
            self._steps += 1
            if self._steps > MAX_STEPS:
                raise SecurityError(f"more than {MAX_STEPS} steps: loops inside of loops")
            for name, value in frame.f_locals.items():
                self._measure(name, value)
        return self.trace

    def _measure(self, name: str, value: object) -> None:
        if name.startswith("t_") and isinstance(value, list):  # a text that is being put together
            size = sum(len(piece) for piece in value if isinstance(piece, str))
        else:
            size = self._size(value)
        if size > MAX_SIZE:
            raise SecurityError(f"a variable that holds more than {MAX_SIZE} characters or elements")

    def _size(self, value: object) -> int:
        """How much a value holds, each part as often as it is in it: printing it would cost as much."""
        if isinstance(value, str):
            return len(value)
        if not isinstance(value, (list, tuple, dict)):
            return 1
        known = self._sizes.get(id(value))
        if known is None:
            parts = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)
            self._sizes[id(value)] = value, 0  # for a value that holds itself
            known = self._sizes[id(value)] = value, 1 + sum(self._size(part) for part in parts)
        return known[1]


@contextmanager
def limited() -> Iterator[None]:
    """Within it, templates that run in this thread end with a SecurityError beyond the limits."""
    before = sys.gettrace()
    sys.settrace(_Meter().trace)
    try:
        yield
    finally:
        sys.settrace(before)


def joined(values: Any, glue: str = "") -> str:
    """The filter `join`, for a text that stays within the limits. Raises SecurityError."""
    if hasattr(values, "__len__"):
        _demand(len(values) * (1 + len(glue)))
    pieces = [str(value) for value in values]
    _demand(sum(map(len, pieces)) + len(glue) * len(pieces))
    return glue.join(pieces)


def replaced(text: Any, old: str, new: str) -> str:
    """The filter `replace`, for a text that stays within the limits. Raises SecurityError."""
    whole = str(text)
    _demand(len(whole) + whole.count(old) * max(0, len(new) - len(old)))
    return whole.replace(old, new)


def added(left: Any, right: Any) -> Any:
    """`left + right`, for texts and lists that stay within the limits. Raises SecurityError."""
    if isinstance(left, (str, list, tuple)):
        _demand(len(left) + len(right))
    return left + right


def _demand(size: int) -> None:
    if size > MAX_SIZE:
        raise SecurityError(f"a text of more than {MAX_SIZE} characters")
