"""Structured logs: a JSON object a line, in ASCII; at a terminal, text. Tokens and credentials are cut out."""

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bridge.redaction import redact


def _text(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    """One event for a person at a terminal: as it reads, without characters that would move the cursor."""
    time, level, said = (str(event.pop(key, "")) for key in ("timestamp", "level", "event"))
    logger, trace = event.pop("logger", ""), event.pop("exception", "")
    more = " ".join(f"{key}={value}" for key, value in event.items())
    lines = [f"{time[11:19]} {level:<7} {said} {more}".rstrip(), *str(trace).splitlines()]
    if logger and not str(logger).startswith("bridge"):
        lines[0] += f" ({logger})"
    return redact("\n".join("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines))


def _line(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    """One event as one line of ASCII, redacted as a whole: whatever a value is made of, nothing gets past."""
    return redact(json.dumps(event, default=str)).replace("…", r"\u2026")


def set_up(level: int = logging.INFO) -> None:
    """Send our logs, and those of the libraries, through the same lines on standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _text if sys.stderr.isatty() else _line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # A line for each request would hold links; what matters of a request has its own line.
    logging.getLogger("uvicorn.access").disabled = True
    # Nor does each broken request of a stranger deserve one.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    # The metronome may skip a beat, and every loop wakes by itself then; an error of it is told.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
