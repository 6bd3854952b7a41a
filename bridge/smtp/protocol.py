"""The bytes of one connection: what is written, which replies are owed, and when to give up."""

import asyncio
import contextlib
import socket
import struct
from collections import deque

from bridge.smtp.replies import GarbledReply, Reply, ReplyReader

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 s


class Lost(Exception):
    """The connection can no longer be used; `str()` says why."""


class Silent(Lost):
    """The server did not answer in time."""


class Wire(asyncio.Protocol):
    """Both directions of a connection. It counts the replies that are owed; an unasked reply ends it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.lost: str | None = None
        self._transport = transport
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._owed = 0
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        # no buffer of our own: after drain() the kernel has all of it, and before it the server cannot have accepted
        transport.set_write_buffer_limits(high=1, low=0)
        transport.set_protocol(self)
        if transport.is_closing():
            self.fail("the server closed the connection")

    def write(self, data: bytes, replies: int = 0) -> None:
        """Send; `replies` is how many it makes the server owe. Raises Lost."""
        if self.lost is not None:
            raise Lost(self.lost)
        self._owed += replies
        self._transport.write(data)

    async def drain(self, seconds: float) -> None:
        """Wait until everything written has left. Raises Lost."""
        if not self._writable.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._writable.wait()
            except TimeoutError:
                raise Lost(f"the server did not take the mail within {seconds:g} s") from None
        if self.lost is not None:
            raise Lost(self.lost)

    def ready(self) -> Reply | None:
        """The next reply, if it has come. One that is there need not be waited for."""
        return self._replies.popleft() if self._replies else None

    async def reply(self, seconds: float) -> Reply:
        """The next reply. One that came before the connection was lost still counts. Raises Lost."""
        if not self._replies and self.lost is None:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            # `asyncio.timeout` costs more than the rest of a letter.
            timer = loop.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
            if not self._replies and self.lost is None:
                raise Silent(f"no reply within {seconds:g} s")
        if self._replies:
            return self._replies.popleft()
        raise Lost(self.lost or "no reply")

    def leave(self) -> None:
        """Close with a QUIT whose answer nobody waits for."""
        if self.lost is None:
            self._transport.write(b"QUIT\r\n")
        self.close()

    def close(self) -> None:
        """Close after what is already written."""
        self.lost = self.lost or "closed by us"
        self._transport.close()

    def fail(self, why: str) -> None:
        """End the connection now and tell whoever waits.

        It is reset: some servers take its orderly end for the end of the content that they wait for.
        """
        self.lost = self.lost or why
        if not self._transport.is_closing() and (sock := self._transport.get_extra_info("socket")):
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._transport.abort()
        self._writable.set()
        self._wake()

    def data_received(self, data: bytes) -> None:
        if self.lost is not None:
            return
        try:
            for reply in self._reader.feed(data):
                self._take(reply)
        except GarbledReply as garbled:
            self.fail(str(garbled))

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(f"the connection was lost ({exc})" if exc else "the server closed the connection")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _take(self, reply: Reply) -> None:
        if not self._owed:
            self.fail(f"the server said, unasked: {reply.code} {reply.text}")
            return
        self._owed -= 1
        self._replies.append(reply)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
