"""`bridge check`: finds by day what would fail at night, with the line of the file to change."""

import argparse
import os
from pathlib import Path

from bridge.cli import explain
from bridge.cli.check_details import details
from bridge.cli.checks import CHECKS, WARNINGS
from bridge.cli.commands import add_command, add_config
from bridge.cli.conditions import Check, Problem
from bridge.cli.posting import ask, own_address
from bridge.cli.sender_checks import last_posts
from bridge.config import Config, load
from bridge.config.document import read
from bridge.errors import ConfigError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "check")
    add_config(parser)
    parser.add_argument("--explain", type=Path, metavar="FILE", help="a sender's body: say what it would do")
    parser.add_argument(
        "--source", help="with --explain: the source of the body; default: the one that reads it"
    )
    parser.add_argument("--at", metavar="TIME", help="with --explain: when it is received; default: now")
    parser.add_argument(
        "--json", action="store_true", help="with --explain: in JSON, as POST /api/v1/explain"
    )
    parser.add_argument(
        "--ready", action="store_true", help="ask the running bridge alone: its /readyz, for a health check"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print a line for each finding, or `ok` and what was seen for each check. 0 without findings, 1 with.

    A warning changes nothing about that. With --explain: what a sender's body would do, see `explain.run`.
    With --ready: 0 when the running bridge is; raises NoAnswer when none runs.
    """
    if args.ready:
        status, said = ask("GET", own_address(load(args.config)), "/readyz", None, {})
        print(said)
        return 0 if status == 200 else 1
    return explain.run(args) if args.explain else report(args.config)


def report(path: Path) -> int:
    """The findings of one file, as `bridge check` prints them. 0 without, 1 with."""
    try:
        config = load(path)
    except ConfigError as error:
        for line in str(error).splitlines():
            print(f"FINDING  {line}")
        return 1
    print(f"ok       {path}")
    document = read(path.read_text(encoding="utf-8-sig"), os.environ)
    for doubt in document.doubts:
        print(f"FINDING  {doubt.at(str(path))}")
    clean = not document.doubts
    for name, check in CHECKS:
        findings = [document.finding(place, what) for place, what in _problems(name, check, config)]
        for finding in sorted(findings):
            print(f"FINDING  {finding.at(str(path))}")
        if not findings:
            print("\n".join(f"ok       {line}" for line in details(name, config)))
        clean = clean and not findings
    for warn in WARNINGS:
        doubts = [document.finding(place, what) for place, what in warn(config, document, path)]
        for doubt in sorted(doubts):
            print(f"WARNING  {doubt.at(str(path))}")
    for line in last_posts(config):
        print(f"         {line}")
    return 0 if clean else 1


def _problems(name: str, check: Check, config: Config) -> list[Problem]:
    try:
        return list(check(config))
    except OSError as error:  # this user may not enter a folder of a path
        return [((name,), f"{error.filename}: {error.strerror}. Run this as the user that runs the bridge")]
