"""`bridge demo`: the whole story on this machine, with nothing else installed."""

import argparse
import asyncio
import contextlib
import functools
import logging

from bridge import clock, log
from bridge.cli.commands import add_command
from bridge.core.values import LOCALES
from bridge.demo import story
from bridge.demo.scene import Staging


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "demo")
    parser.add_argument(
        "--speed", type=_speed, default=1, metavar="N", help="divide every wait by N, such as 30"
    )
    parser.add_argument("--port", type=_port, default=8080, help="of the bridge (8080)")
    parser.add_argument("--inbox-port", type=_port, default=8025, help="of the page with the mails (8025)")
    parser.add_argument(
        "--lang",
        choices=LOCALES,
        default="ja",
        help="of the people, the letters and the inbox: ja (it is) or en",
    )
    parser.set_defaults(func=run)


def _speed(text: str) -> float:
    speed = float(text)
    if not 1 <= speed <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return speed


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a number from 1 to 65535")
    return port


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C. The terminal shows warnings and errors of the log, and nothing else of it."""
    log.set_up(logging.WARNING)
    say = functools.partial(print, flush=True)  # a pipe would keep the lines back
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(story.play(clock.now, Staging(args.port, args.inbox_port, args.speed, args.lang), say))
    return 0
