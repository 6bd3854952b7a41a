"""The HTTP servers: one for everybody, and one for operators where `server.ops_listen` asks for it."""

import contextlib
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from bridge.config import Config
from bridge.config.sections import Endpoint
from bridge.web.connections import Connection
from bridge.web.desk import Desk
from bridge.web.server import ops_app, public_app


class Server(uvicorn.Server):
    """Signals belong to the app, which ends its loops before its servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def servers(config: Config, desk: Desk) -> list[Server]:
    """The servers of this configuration, not yet started."""
    wanted: list[tuple[Endpoint, FastAPI]] = [(config.server.listen, public_app(desk))]
    if config.server.ops_listen is not None:
        wanted.append((config.server.ops_listen, ops_app(desk)))
    return [Server(_settings(endpoint, app)) for endpoint, app in wanted]


def _settings(endpoint: Endpoint, app: FastAPI) -> uvicorn.Config:
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
