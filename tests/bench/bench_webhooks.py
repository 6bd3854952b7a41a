"""How many webhooks a second one bridge commits before it answers, over loopback. Bounded: seconds.

    python -m tests.bench.bench_webhooks [posts] [connections]

Compare within one run only. `/healthz` is the same server with nothing to commit: what the rest can reach at most.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.parts.alerts import alert, payload
from tests.parts.bridge import ALERT_TOKEN, bridge
from tests.parts.sink import sink

HEADERS = {"Authorization": f"Bearer {ALERT_TOKEN}", "Content-Type": "application/json"}


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc_pid_stat(5); 100 ticks a second)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def ask(url: str, bodies: list[bytes | None], connections: int) -> None:
    """Every body once, None as a GET, over so many connections."""
    rest = iter(bodies)
    limits = httpx.Limits(max_connections=connections)

    async def worker(client: httpx.AsyncClient) -> None:
        for body in rest:
            method = "GET" if body is None else "POST"
            answer = await client.request(method, url, content=body, headers=HEADERS)
            if answer.status_code != 200:
                raise SystemExit(f"{answer.status_code}: {answer.text}")

    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(worker(client) for _ in range(connections)))


def measure(name: str, pid: int, url: str, bodies: list[bytes | None], connections: int) -> None:
    """One line: posts a second as this client sees them, and the bridge's processor time for each."""
    before, began = processor_seconds(pid), time.perf_counter()
    asyncio.run(ask(url, bodies, connections))
    seconds = time.perf_counter() - began
    cpu = processor_seconds(pid) - before
    print(f"{name:42} {len(bodies) / seconds:8.0f}/s {cpu / len(bodies) * 1e6:7.0f} us")


def body(*alerts: dict[str, object]) -> bytes:
    return json.dumps(payload(*alerts)).encode()


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    print(f"{posts} posts over {connections} connections")
    with tempfile.TemporaryDirectory() as home, sink() as mails, bridge(Path(home), mails) as running:
        url, pid = running.url + "/webhooks/alertmanager", running.pid
        new = [body(alert(instance=f"web-{n}")) for n in range(posts // 4)]
        for name, to, bodies in (
            ("/healthz, nothing stored", running.url + "/healthz", [None] * posts),
            ("the same alert again", url, [body(alert())] * posts),
            ("a new alert of one incident each", url, new),
            ("for no service", url, [body(alert(service="other"))] * posts),
        ):
            measure(name, pid, to, list(bodies), connections)


if __name__ == "__main__":
    main()
