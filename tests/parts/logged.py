"""What the bridge's own code logs meanwhile, in this process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bridge.log import LogEvent


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """Each event from `info` on: its fields, its name as `event`, its `level`."""
    lines: list[dict[str, Any]] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert isinstance(record.msg, LogEvent)
            lines.append({**record.msg.fields, "event": record.msg.name, "level": record.levelname.lower()})

    ours, collector = logging.getLogger("bridge"), Collector()
    level = ours.level
    ours.addHandler(collector)
    ours.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        ours.removeHandler(collector)
        ours.setLevel(level)
