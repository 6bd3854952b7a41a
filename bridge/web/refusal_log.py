"""One log line a minute for each client, status and area that was refused: whoever mistypes a token finds out why.

Approval links are left out: what strangers try there is nobody's news, and their paths are secrets.
"""

import json
from typing import Any

from starlette.types import Message, Scope

from bridge import clock
from bridge.log import Logger
from bridge.web.rate_limit import Announcer, client_of

log = Logger(__name__)

AREAS = ("/webhook", "/api/", "/-/")  # with the addresses that somebody mistypes
LONGEST = 200  # characters of a path, and of the words of an answer


class RefusalLog:
    """Reads answers as they leave. Never the request: its headers hold secrets, its body anything."""

    def __init__(self) -> None:
        self._lines = Announcer()

    def see(self, scope: Scope, status: int, body: Message) -> None:
        """An answer of this status with this body, whole or its first part."""
        path = f"/{scope['path'].lstrip('/')}"
        area = next((area for area in AREAS if path.startswith(area)), None)
        if status < 400 or area is None:
            return
        host = client_of(scope)
        unsaid = self._lines.due(f"{host} {area} {status}", clock.monotonic())
        if unsaid is None:
            return
        said = _problem(body)
        log.warning(
            "refused",
            client=host,
            method=scope["method"],
            path=scope["path"][:LONGEST],
            status=status,
            field=str(said.get("field", ""))[:LONGEST],
            why=str(said.get("title", ""))[:LONGEST],
            unsaid=unsaid,
        )


def _problem(body: Message) -> dict[str, Any]:
    """The problem (RFC 9457) in an answer; empty where it has none."""
    try:
        said = json.loads(body.get("body", b""))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
