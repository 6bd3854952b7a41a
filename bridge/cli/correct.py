"""`bridge correct NOTICE`: stop a letter that was wrong and draft its correction, through a running bridge."""

import argparse
import json
from typing import get_args

from bridge.cli.commands import add_command
from bridge.cli.drafting import add_where, show_draft
from bridge.config import load
from bridge.core.kinds.correction import Nature


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "correct")
    parser.add_argument(
        "notice", metavar="NOTICE", help="the id of the letter, as `incidents show` prints it"
    )
    parser.add_argument(
        "--nature",
        required=True,
        choices=get_args(Nature),
        help="there was no disturbance, something in the letter is wrong, or it went to the wrong people",
    )
    parser.add_argument("--right", default="", help="what is right; without it, the next report is promised")
    add_where(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 with the correction, which waits for people; 1 with the reason why there is none.

    Raises ConfigError, NoAnswer.
    """
    body = json.dumps({"nature": args.nature, "right": args.right}).encode()
    return show_draft(
        args, load(args.config), f"/notices/{args.notice}/correction", (body, "application/json")
    )
