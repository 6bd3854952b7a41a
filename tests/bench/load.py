"""A client that costs less than what it measures: prepared requests over connections that are kept."""

import asyncio
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.parts.alerts import payload
from tests.parts.bridge import ALERT_TOKEN, API_TOKEN


class Measured(NamedTuple):
    """Requests a second as the client sees them, processor time of the server for each (µs), median wait (ms)."""

    rate: float
    cpu: float
    median: float


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc_pid_stat(5); 100 ticks a second)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def post(*alerts: dict[str, object]) -> bytes:
    """A webhook of these alerts as bytes for the wire."""
    body = json.dumps(payload(*alerts)).encode()
    head = (
        "POST /webhooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {ALERT_TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {API_TOKEN}\r\n\r\n".encode()


def measure(pid: int, port: int, requests: list[bytes], connections: int = 32) -> Measured:
    """Every request once, over so many connections."""
    before, began = processor_seconds(pid), time.perf_counter()
    waits = asyncio.run(_ask(port, iter(requests), connections))
    seconds, cpu = time.perf_counter() - began, processor_seconds(pid) - before
    return Measured(len(waits) / seconds, cpu / len(waits) * 1e6, sorted(waits)[len(waits) // 2] * 1e3)


async def _ask(port: int, rest: Iterable[bytes], connections: int) -> list[float]:
    waits: list[float] = []

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in rest:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            waits.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(worker() for _ in range(connections)))
    return waits
