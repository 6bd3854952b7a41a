"""`bridge copy goes-on`, `bridge copy quiet`: which of two copies of one record goes on, through a running bridge.

On the copy's own machine: the links in its rings may lead to the original.
"""

import argparse
import json
import sys

from bridge.cli.commands import add_action, add_command, add_config, add_url
from bridge.cli.posting import post_to_api
from bridge.config import load

ANSWERS = {
    "goes-on": ("goes_on", "this bridge goes on with what it was copied with; stop the other one"),
    "quiet": (
        "quiet",
        "this bridge ends what it was copied with; alerts posted to it from now on ring as ever",
    ),
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "copy")
    add_config(parser)
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, (answer, help) in ANSWERS.items():
        action = add_action(actions, name, help)
        add_url(action)
        add_config(action, inherit=True)
        action.set_defaults(func=run, answer=answer)


def run(args: argparse.Namespace) -> int:
    """0 when it was said, 1 when this record is no copy. Raises ConfigError, NoAnswer."""
    body = json.dumps({"answer": args.answer}).encode()
    status, answer = post_to_api(load(args.config), args.url, "/copy", body)
    print(answer, file=sys.stdout if status == 200 else sys.stderr)
    return 0 if status == 200 else 1
