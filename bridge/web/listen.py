"""The HTTP servers: one for everybody, and one for operators where `server.ops_listen` asks for it."""

import contextlib
import os
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from bridge.config import Config
from bridge.config.sections import Endpoint
from bridge.errors import BridgeError
from bridge.web.dependencies import Dependencies
from bridge.web.http_protocol import Connection
from bridge.web.routes import ops_app, public_app

Sockets = dict[str, list[socket.socket]]


class NotListening(BridgeError):
    """An address is taken, or is none of this machine's."""


class HttpServer(uvicorn.Server):
    """Signals belong to the app, which ends its loops before its servers."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket] | None = None) -> None:
        super().__init__(config)
        self._sockets = sockets

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve(sockets or self._sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def addresses(config: Config) -> Iterator[Sockets]:
    """Every address of this configuration, taken before anything else is touched. Raises NotListening.

    Who connects before the servers run waits for them.
    """
    wanted = {"listen": config.server.listen, "ops_listen": config.server.ops_listen}
    taken: Sockets = {}
    try:
        for key, endpoint in wanted.items():
            if endpoint is not None:
                taken[key] = _listen(key, endpoint)
        yield taken
    finally:
        for each in (one for opened in taken.values() for one in opened):
            each.close()


def servers(config: Config, deps: Dependencies, sockets: Sockets) -> list[HttpServer]:
    """The servers of this configuration, not yet started, each on its address."""
    wanted: list[tuple[str, Endpoint, ASGIApp]] = [("listen", config.server.listen, public_app(deps))]
    if config.server.ops_listen is not None:
        wanted.append(("ops_listen", config.server.ops_listen, ops_app(deps)))
    return [HttpServer(_settings(endpoint, app), sockets[key]) for key, endpoint, app in wanted]


def _listen(key: str, endpoint: Endpoint) -> list[socket.socket]:
    """Here and not in uvicorn, which logs what is wrong and ends the process."""
    opened: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(
            endpoint.host or None, endpoint.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, _, _, _, address in found:
            if family != socket.AF_INET6 or endpoint.host or _has_ipv6():
                opened.append(socket.create_server(address, family=family))
    except OSError as error:
        for each in opened:
            each.close()
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        what = "End what listens there, or write another address"
        raise NotListening(f"server.{key}: cannot listen on {endpoint}: {why}. {what}") from None
    return opened


def _has_ipv6() -> bool:
    """Whether this machine does. Every address of it is meant where no host is written, not one it lacks."""
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


def _settings(endpoint: Endpoint, app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=endpoint.host,
        port=endpoint.port,
        log_config=None,
        access_log=False,
        http=Connection,
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        lifespan="off",
    )
