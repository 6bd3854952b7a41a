"""`bridge check`: finds by day what would fail at night, with the line of the file to change."""

import argparse
from pathlib import Path

from bridge.cli.commands import add_command, add_config
from bridge.plugins import module_called


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "check")
    add_config(parser)
    parser.add_argument("--explain", type=Path, metavar="FILE", help="a sender's body: say what it would do")
    parser.add_argument(
        "--source", help="with --explain: the source of the body; default: the one that reads it"
    )
    parser.add_argument("--at", metavar="TIME", help="with --explain: when it is received; default: now")
    parser.add_argument(
        "--json", action="store_true", help="in JSON; with --explain as POST /api/v1/explain answers"
    )
    parser.add_argument(
        "--ready", action="store_true", help="ask the running bridge alone: its /readyz, for a health check"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """With --explain what a sender's body would do, with --ready whether the running bridge is, else the findings.

    Each loads only what it needs.
    """
    asked = "explain" if args.explain else "ready" if args.ready else "report"
    return int(module_called("bridge.cli", asked).run(args))
