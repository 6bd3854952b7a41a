"""Wakes this instance when another one has committed something: PostgreSQL's LISTEN, in a thread of its own.

It only saves waiting. A notification lost with its connection costs one polling interval, nothing else.
"""

from collections.abc import Callable
from threading import Event, Thread

from bridge.log import Logger
from bridge.store.dialect import Dialect

log = Logger(__name__)

AGAIN_AFTER = 2.0  # seconds
LOOK_UP_EVERY = 0.2  # seconds between two looks at whether to stop


class Listener(Thread):
    """Calls `wake` (from its own thread) for every notification, and after every new connection."""

    def __init__(self, dialect: Dialect, wake: Callable[[], None]) -> None:
        super().__init__(name="store-listen", daemon=True)
        self._dialect = dialect
        self._wake = wake
        self._stopping = Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except self._dialect.listening_errors as error:
                log.warning("listening_interrupted", error=type(error).__name__)
                self._stopping.wait(AGAIN_AFTER)

    def _listen(self) -> None:
        connection = self._dialect.listen()
        if connection is None:
            self._stopping.set()
            return
        with connection:
            self._wake()  # for what was missed while nobody listened
            while not self._stopping.is_set():
                for _ in connection.notifies(timeout=LOOK_UP_EVERY):
                    self._wake()

    def stop(self) -> None:
        """The thread ends soon after; `join` waits for it."""
        self._stopping.set()
