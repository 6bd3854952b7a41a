"""`bridge drill SERVICE` rings the people on duty for a drill; `bridge drill report` says how it went."""

import argparse
import csv
import json
import sys
from collections.abc import Mapping
from typing import Any

from bridge.cli.commands import add_command, add_config, add_json, add_url
from bridge.cli.posting import get_from_api, post_to_api
from bridge.config import load
from bridge.core.drill_score import as_rows

REPORT = "report"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "drill")
    parser.add_argument("service", metavar="SERVICE|report", help="whose people to ring, or the word report")
    parser.add_argument(
        "id", nargs="?", metavar="ID", help="of the drill to report on; the last one without it"
    )
    parser.add_argument("--kind", metavar="KIND", help="the letter to rehearse: first (without it) or update")
    parser.add_argument(
        "--surprise", metavar="WINDOW", help="a minute that nobody is told, within 'Mon-Fri 10:00-17:00'"
    )
    parser.add_argument("--within", metavar="DURATION", help="how soon the surprise comes at last (7d)")
    parser.add_argument("--csv", action="store_true", help="the report's people as CSV")
    add_json(parser)
    add_url(parser)
    add_config(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 for a drill that began or is planned, or a report; 1 with the reason; 2 for options of the other.

    Raises ConfigError, NoAnswer.
    """
    if args.service == REPORT:
        return _report(args)
    if args.id or args.csv:
        print("bridge drill: ID and --csv belong to `bridge drill report`", file=sys.stderr)
        return 2
    given = {
        name: value for name in ("service", "kind", "surprise", "within") if (value := getattr(args, name))
    }
    status, answer = post_to_api(load(args.config), args.url, "/drills", json.dumps(given).encode())
    said = json.loads(answer)
    if status != 201:
        print(f"{status}: {said.get('title', 'refused')}", file=sys.stderr)
        return 1
    if args.json:
        print(answer)
    elif said["state"] == "planned":
        print(f"drill {said['id']}: planned, {said['surprise']}. Nobody is told the minute, you neither")
    else:
        print(f"drill {said['id']}: ringing. Its letter reaches the people who are rung, and no customer")
        print(f"bridge drill report {said['id']}")
    return 0


def _report(args: argparse.Namespace) -> int:
    path = f"/drills/{args.id}" if args.id else "/drills?limit=1"
    status, answer = get_from_api(load(args.config), args.url, path)
    said = json.loads(answer)
    if status != 200:
        print(f"{status}: {said.get('title', 'refused')}", file=sys.stderr)
        return 1
    drill = said if args.id else next(iter(said["drills"]), None)
    if drill is None:
        print("there was no drill yet. Begin one: bridge drill SERVICE", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(drill, ensure_ascii=False, indent=2))
    elif args.csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows(as_rows(drill["people"]))
    else:
        _show(drill)
    return 0


def _show(drill: Mapping[str, Any]) -> None:
    how = (
        f"{drill['decision']} by {drill['decided_by']} after {drill['seconds']} s"
        if drill["decision"]
        else "undecided"
    )
    print(f"{drill['service']} {drill['kind']}, {drill['began_at'] or 'planned'}: {drill['state']}, {how}")
    print(f"letters: {drill['letters']['sent']} sent to people, {drill['customers']} to customers")
    if drill["median_seconds"] is not None:
        print(f"median of all drills: {drill['median_seconds']:g} s")
    for one in drill["people"]:
        print(f"  {one['name']}: rung {one['rung_at']}, {_what(one, drill)}{_before(one)}")


def _what(one: Mapping[str, Any], drill: Mapping[str, Any]) -> str:
    if one["seconds"] is not None:
        return f"decided after {one['seconds']} s"
    if one["acknowledged_at"]:
        return f"on it at {one['acknowledged_at']}"
    return "pressed nothing" if drill["decided_by"] is None else "nothing left to press"


def _before(one: Mapping[str, Any]) -> str:
    last = ", ".join("-" if seconds is None else f"{seconds} s" for seconds in one["last"])
    return f" (before: {last})" if last else ""
