"""Structured logs: one JSON object a line, escaped to ASCII, approval tokens and credentials cut out."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN = re.compile(r"(/(?:approve|sign-in)/)[^\s/?\"'\\]+")
_CREDENTIAL = re.compile(r"(?i)\b(bearer|basic|auth plain|auth login)\s+[A-Za-z0-9+/=._~-]{6,}")
_DSN = re.compile(r"(postgresql(?:\+\w+)?://[^:@/\s]+:)[^@\s\"]+@")
_DSN_QUERY = re.compile(r"(postgresql(?:\+\w+)?://[^?\s\"]*\?)[^\s\"]+")  # may hold password= or sslpassword=


def redact(text: str) -> str:
    """The text without what would let its reader in."""
    text = _TOKEN.sub(r"\1…", text)
    text = _CREDENTIAL.sub(r"\1 …", text)
    text = _DSN_QUERY.sub(r"\1…", text)
    return _DSN.sub(r"\1…@", text)


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
                _line,
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
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
