"""Structured logs: a JSON object a line, in ASCII; at a terminal, text. Tokens and credentials are cut out."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from bridge.redaction import redact


class LogEvent:
    """What a log line says: the event and its fields. As text where no log is set up: a command's warnings."""

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        self.name, self.fields = name, fields

    def __str__(self) -> str:
        return redact(" ".join([self.name, *(f"{key}={value}" for key, value in self.fields.items())]))


class Logger:
    """Logs events in the name of a module."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        """What an operator may like to read."""
        self._logger.info(LogEvent(event, fields))

    def warning(self, event: str, **fields: Any) -> None:
        """What an operator should look at."""
        self._logger.warning(LogEvent(event, fields))

    def error(self, event: str, **fields: Any) -> None:
        """What is broken."""
        self._logger.error(LogEvent(event, fields))

    def exception(self, event: str, **fields: Any) -> None:
        """A mistake of ours, with the exception that is being handled."""
        self._logger.exception(LogEvent(event, fields))


class _Line(logging.Formatter):
    """One event as one line of ASCII, redacted as a whole: whatever a value is made of, nothing gets past."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            **_fields(record),
            "event": _name(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": _moment(record).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(event, default=str)).replace("…", r"\u2026")


class _Text(logging.Formatter):
    """One event for a person at a terminal: as it reads, without characters that would move the cursor."""

    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{key}={value}" for key, value in _fields(record).items())
        said = f"{_moment(record):%H:%M:%S} {record.levelname.lower():<7} {_name(record)} {more}".rstrip()
        if not record.name.startswith("bridge"):
            said += f" ({record.name})"
        lines = [said, *(self.formatException(record.exc_info).splitlines() if record.exc_info else ())]
        return redact("\n".join("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return record.msg.fields if isinstance(record.msg, LogEvent) else {}


def _name(record: logging.LogRecord) -> str:
    """The event; of a library its whole sentence."""
    return record.msg.name if isinstance(record.msg, LogEvent) else record.getMessage()


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def set_up(level: int = logging.INFO) -> None:
    """Send our logs, and those of the libraries, through the same lines on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Text() if sys.stderr.isatty() else _Line())
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
