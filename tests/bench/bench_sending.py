"""How fast mails leave, against Postfix's smtp-sink on loopback. Bounded: some seconds a line.

    python -m tests.bench.bench_sending [mails]

Ratios hold within one run only. smtp-source is Postfix's own load tool, in C: nothing personal or durable.
"""

import asyncio
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import aiosmtplib
import uvloop

from bridge.letters.mime import Letterhead, Skeleton, freeze, message_id, wire
from bridge.smtp.relay import Mail, Relay
from bridge.smtp.session import Envelope
from bridge.smtp.settings import RelaySettings

CONNECTIONS = 10
SENDER = "support@example.jp"
HEAD = Letterhead("みどりショップ運営事務局", SENDER, datetime(2026, 11, 24, 1, 20, tzinfo=UTC))
SUBJECT = "【重要】【障害報告】みどりショップ ログインできない事象(第一報)"
BODY = "平素より みどりショップをご利用いただき、誠にありがとうございます。\n" * 16


@contextmanager
def sink(*options: str) -> Iterator[int]:
    """smtp-sink on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [shutil.which("smtp-sink") or "/usr/sbin/smtp-sink", "-u", "nobody", *options]
    process = subprocess.Popen([*command, f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise SystemExit("smtp-sink does not start")


async def allow() -> None:
    """A `before_data` that lets the mail go."""


async def ours(port: int, mails: int, skeleton: Skeleton) -> None:
    relay = Relay(RelaySettings(host="127.0.0.1", port=port, security="none"), CONNECTIONS)

    async def send(n: int) -> None:
        to = f"customer{n}@example.jp"
        message = skeleton.message(to, message_id("n", to, "example.jp"))
        outcome = await relay.send(Mail(Envelope(SENDER, to), wire(message), allow, "letter"))
        if outcome.state != "sent":
            raise SystemExit(f"not sent: {outcome}")

    await _share(mails, send)
    await relay.close()


async def aiosmtplib_kept(port: int, mails: int, skeleton: Skeleton) -> None:
    clients: asyncio.Queue[aiosmtplib.SMTP] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        clients.put_nowait(client)

    async def send(n: int) -> None:
        to = f"customer{n}@example.jp"
        client = await clients.get()
        await client.sendmail(SENDER, [to], skeleton.message(to, message_id("n", to, "example.jp")))
        clients.put_nowait(client)

    await _share(mails, send)
    while not clients.empty():
        await clients.get_nowait().quit()


async def aiosmtplib_each(port: int, mails: int, skeleton: Skeleton) -> None:
    async def send(n: int) -> None:
        to = f"customer{n}@example.jp"
        message = skeleton.message(to, message_id("n", to, "example.jp"))
        await aiosmtplib.send(
            message, sender=SENDER, recipients=[to], hostname="127.0.0.1", port=port, start_tls=False
        )

    await _share(mails, send)


async def _share(mails: int, send: Callable[[int], Awaitable[None]]) -> None:
    numbers = iter(range(mails))

    async def worker() -> None:
        for n in numbers:
            await send(n)

    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))


def source(port: int, mails: int) -> None:
    command = [shutil.which("smtp-source") or "/usr/sbin/smtp-source", "-d", "-s", str(CONNECTIONS)]
    subprocess.run([*command, "-l", "3000", "-m", str(mails), f"127.0.0.1:{port}"], check=True)


def measure(name: str, mails: int, run: Callable[[], None]) -> None:
    """One line: mails a second, and processor time a mail of the sending side."""
    who = resource.RUSAGE_CHILDREN if name.startswith("smtp-source") else resource.RUSAGE_SELF
    before, began = resource.getrusage(who), time.perf_counter()
    run()
    seconds, after = time.perf_counter() - began, resource.getrusage(who)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:45} {mails / seconds:8.0f}/s {cpu / mails * 1e6:7.0f} us")


def main() -> None:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    skeleton = freeze(HEAD, SUBJECT, BODY)
    print(f"{mails} mails of {len(skeleton.frozen)} bytes, {CONNECTIONS} connections")
    with sink() as port, sink("-p") as lock_step:
        measure("smtp-source -d", mails, lambda: source(port, mails))
        for name, send, to, part in (
            ("ours, pipelined", ours, port, 1),
            ("ours, lock-step", ours, lock_step, 1),
            ("aiosmtplib, connections kept", aiosmtplib_kept, port, 2),
            ("aiosmtplib.send for each mail", aiosmtplib_each, port, 5),
        ):
            count = mails // part
            measure(name, count, lambda s=send, p=to, c=count: uvloop.run(s(p, c, skeleton)))  # type: ignore[misc]


if __name__ == "__main__":
    main()
