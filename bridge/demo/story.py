"""The demo told from start to end: an ordinary bridge, a mail server that keeps everything, one alert."""

import asyncio
import contextlib
import http.client
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

import uvicorn

from bridge import app
from bridge.config import load
from bridge.demo import scene
from bridge.demo.inbox import Inbox
from bridge.demo.scene import Scene, Staging
from bridge.demo.sink import DemoSink
from bridge.errors import BridgeError

_LOOK_AGAIN_SECONDS = 0.1
_ANSWER_SECONDS = 10
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class DemoError(BridgeError):
    """The demo cannot go on. `str()` says why."""


class _PageServer(uvicorn.Server):
    """The inbox's server. It takes no signals: Ctrl-C ends the bridge, and the demo ends with it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def play(now: Callable[[], datetime], staging: Staging, say: Callable[[str], None]) -> None:
    """Run until Ctrl-C. `say` is given the lines for the person at the terminal. Raises DemoError."""
    _demand_free(staging.port, "--port")
    _demand_free(staging.inbox_port, "--inbox-port")
    sink = DemoSink()
    with tempfile.TemporaryDirectory(prefix="bridge-demo-") as folder:
        async with sink.listening() as smtp_port:
            stage = scene.build(Path(folder), staging, smtp_port=smtp_port)
            serving = asyncio.create_task(_serve(stage.config))
            started = now()

            async def end_alert() -> None:
                await asyncio.to_thread(_post, stage, scene.webhook("resolved", started, now()))

            inbox = Inbox(
                sink.mails,
                on_call=scene.ON_CALL,
                public_url=stage.url,
                end_alert=end_alert,
                settle=scene.SETTLE / staging.speed,
            )
            async with _serving_pages(inbox, staging.inbox_port):
                if await _came_up(serving, stage):
                    await asyncio.to_thread(_post, stage, scene.webhook("firing", started, None))
                    say(_introduction(stage, staging))
                await serving


async def _serve(config: Path) -> None:
    """Run the bridge in this process, as `bridge serve` would with this file."""
    await app.build(load(config), config, demo=True).serve()


@contextlib.asynccontextmanager
async def _serving_pages(inbox: Inbox, port: int) -> AsyncIterator[None]:
    settings = uvicorn.Config(
        inbox.routes(), host="127.0.0.1", port=port, log_level="warning", access_log=False
    )
    server = _PageServer(settings)
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def _came_up(serving: "asyncio.Task[None]", stage: Scene) -> bool:
    """Wait until the bridge answers. False when it ended instead."""
    while not await asyncio.to_thread(_ready, stage):
        done, _ = await asyncio.wait({serving}, timeout=_LOOK_AGAIN_SECONDS)
        if done:
            return False
    return True


def _ready(stage: Scene) -> bool:
    try:
        return _call(stage, "GET", "/readyz") == HTTPStatus.OK
    except OSError:
        return False


def _post(stage: Scene, body: bytes) -> None:
    """Post as Alertmanager does. Raises DemoError when the bridge refuses, or does not answer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {stage.alert_token}"}
    try:
        status = _call(stage, "POST", "/webhooks/alertmanager", body, headers)
    except OSError as gone:
        raise DemoError("The bridge does not answer any more") from gone
    if status != HTTPStatus.OK:
        raise DemoError(f"The bridge answered {status} to the sample alert")


def _call(
    stage: Scene, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = _NO_HEADERS
) -> int:
    """The status of one request to this demo's bridge. Raises OSError when it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=_ANSWER_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, body, dict(headers))
        return connection.getresponse().status


def _demand_free(port: int, flag: str) -> None:
    """Raises DemoError when another program listens on the port."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        raise DemoError(f"Port {port} is taken. Choose another one with {flag}") from None


def _introduction(stage: Scene, staging: Staging) -> str:
    speed = staging.speed
    name, query = {"ja": ("みどりショップ", ""), "en": ("Midori Shop", "?lang=en")}[staging.lang]
    pace = "" if speed == 1 else f" (sped up {speed:g} times: they last {15 * 60 / speed:g} seconds)"
    return f"""
The sign-in of {name} is broken, and the bridge has written the first report.
It is ringing the on-call: 15 minutes to approve it{pace}.

  Open the inbox:  http://127.0.0.1:{staging.inbox_port}/{query}

Its first mail holds the link to the letter. Nothing is sent before you approve; nothing leaves this machine.
Configuration of this demo: {stage.config}
API:  curl -H "Authorization: Bearer {stage.api_token}" {stage.url}/api/v1/incidents
Ctrl-C ends the demo and removes its files.
"""
