"""HTTP without a client library: bytes out, bytes in, as an attacker writes them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def connection(port: int, seconds: float = 60) -> Iterator[socket.socket]:
    """A TCP connection to a loopback port; reads give up after `seconds`."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as opened:
        yield opened


def exchange(port: int, sent: bytes, seconds: float = 60) -> bytes:
    """Everything the server answers to these bytes until it closes, or says nothing more for `seconds`."""
    with connection(port, seconds) as client:
        client.sendall(sent)
        return read_to_end(client)


def read_to_end(client: socket.socket) -> bytes:
    """Until the server closes, resets, or is silent for the socket's time."""
    answer = b""
    try:
        while piece := client.recv(65_536):
            answer += piece
    except (TimeoutError, ConnectionError):
        pass
    return answer


def statuses(answer: bytes) -> list[int]:
    """The status of every response in a stream of them."""
    return [int(line.split(b" ")[1]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
