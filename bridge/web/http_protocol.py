"""One client's connection: how long it may take, how much it may send ahead, and how many may wait.

uvicorn limits none of these. A head is complete within `HEAD_SECONDS` and `HEAD_BYTES`, a body within
`BODY_SECONDS`. Not more than `AHEAD` requests wait for the answers to those before them: each takes some hundred
times the memory of its bytes. Of more connections than `MOST`, those that have waited longest without a request
in work are closed, so that ten thousand idle ones do not keep a webhook out.
"""

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS = 10.0
HEAD_BYTES = 64 * 1024
BODY_SECONDS = 35.0  # a little more than bodies.READ_SECONDS, whose 408 says what was wrong
AHEAD = 8
MOST = 2000


class TooFarAhead(Exception):
    """Raised into the parser, so that it reads nothing more of what this client sent."""


class Connection(HttpToolsProtocol):
    """uvicorn's protocol under our limits."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._timer: asyncio.TimerHandle | None = None
        self._allowed = 0.0  # seconds that the timer was set to; 0: there is none
        self._in_head = True
        self._rests = False  # between a request and the next one
        self._head_bytes = 0
        self.since = 0.0

    @property
    def waits(self) -> bool:
        """Whether no request of this client is being worked on."""
        begun: RequestResponseCycle | None = self.cycle
        return begun is None or begun.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = self.loop.time()
        self._allow(HEAD_SECONDS)
        make_room(self.connections)

    def data_received(self, data: bytes) -> None:
        """Most requests come whole, and need no timer."""
        self._rests = False
        self._head_bytes += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self.transport.close()
        if self._rests:
            self._stop_timer()
        else:
            self._allow(HEAD_SECONDS if self._in_head else BODY_SECONDS)

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= AHEAD:
            self.pipeline.clear()
            self.transport.abort()  # an answer of ours would stand among those to the requests before
            raise TooFarAhead
        self._in_head, self._rests = True, False
        self._stop_timer()  # of the request before
        self.since = self.loop.time()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # a trailer is no header (RFC 9110 6.5.1)
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = self._rests = True
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _allow(self, seconds: float) -> None:
        """So many seconds for what has begun, counted once."""
        if seconds != self._allowed:
            self._stop_timer()
            self._timer, self._allowed = self.loop.call_later(seconds, self.transport.close), seconds

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._allowed = None, 0.0


def make_room(connections: set[Any]) -> None:
    """Close a tenth of what is allowed, the longest waiting first, when there are more than that.

    `connections` is uvicorn's own set; no more are allowed than half of the files this process may open.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(MOST, files // 2)
    if len(connections) <= most:
        return
    waiting = sorted((c for c in connections if c.waits), key=lambda c: c.since)
    for connection in waiting[: most // 10]:
        connections.discard(connection)
        connection.transport.close()
