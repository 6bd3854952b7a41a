"""Our own deadline for a server that hangs. It acknowledges what it is sent and answers nothing, so that neither its
timeouts nor TCP's ever end; a connection that waits too long is cut, and the next one finds the new primary."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from bridge.log import Logger

log = Logger(__name__)

LONGEST = 15.0  # seconds without an answer; the server itself ends a statement after 10
LOOK_EVERY = 1.0  # seconds


class AnswerDeadline:
    """Watches the connections of one engine."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._longest = LONGEST
        self._asked: dict[int, tuple[float, psycopg.Connection[Any]]] = {}
        self._lock = Lock()
        self._ended = Event()

    def watch(self, engine: Engine) -> None:
        """From now on, until the engine is disposed of."""
        event.listen(engine, "before_cursor_execute", self._asks)
        # Its unit may think for a while; then it asks again.
        event.listen(engine, "after_cursor_execute", self._asks)
        event.listen(engine, "commit", self._asks)
        event.listen(engine, "rollback", self._asks)
        for ended in ("checkin", "close", "close_detached", "invalidate"):
            event.listen(engine, ended, self.answered)
        event.listen(engine, "engine_disposed", lambda _engine: self._ended.set())
        Thread(target=self._look, name="store-deadline", daemon=True).start()

    def asks(self, driver: psycopg.Connection[Any]) -> None:
        """The server is asked something over this connection."""
        with self._lock:
            self._asked[id(driver)] = self._monotonic(), driver

    def answered(self, driver: Any, *_more: object) -> None:
        """Nothing is waited for over this connection."""
        with self._lock:
            self._asked.pop(id(driver), None)

    def cut_overdue(self) -> int:
        """Cut every connection that waits for too long. Returns how many."""
        now = self._monotonic()
        with self._lock:
            overdue = [driver for at, driver in self._asked.values() if now - at > self._longest]
            for driver in overdue:
                del self._asked[id(driver)]
        for driver in overdue:
            _cut(driver)
        if overdue:
            log.warning("database_hangs", connections=len(overdue), seconds=self._longest)
        return len(overdue)

    def _asks(self, connection: Connection, *_more: object) -> None:
        if connection.invalidated:  # lost: asking for its driver would raise in place of what lost it
            return
        driver = connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection):
            self.asks(driver)

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            self.cut_overdue()


def _cut(driver: psycopg.Connection[Any]) -> None:
    """End the connection under the thread that waits for it. To cancel or to close would wait for the server, too."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(driver.pgconn.socket)) as link:
        link.shutdown(socket.SHUT_RDWR)
