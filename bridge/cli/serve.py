"""`bridge serve`: run it."""

import argparse
import asyncio
import gc
import resource
import signal
from pathlib import Path

import uvloop

from bridge import app, log
from bridge.cli.commands import add_command, add_config
from bridge.cli.conditions import refuse_to_start
from bridge.config import Config, load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "serve")
    add_config(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM. Raises BridgeError when the bridge cannot start."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # would end the process until the app reloads on it
    log.set_up()
    config = load(args.config)
    refuse_to_start(config)
    _allow_connections()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(config, args.config))
    return 0


async def _serve(config: Config, path: Path) -> None:
    built = app.build(config, path)
    gc.freeze()  # what is loaded stays: to walk through all of it would stop everything for 0.1 s now and then
    await built.serve()


def _allow_connections() -> None:
    """Allow as many open files as the system does, so that idle connections do not keep webhooks out."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
