"""`bridge correct NOTICE`: stop a letter that was wrong and draft its correction, through a running bridge."""

import argparse
import json
import sys
from typing import get_args

from bridge.cli.posting import post
from bridge.cli.serve import add_config
from bridge.config import load
from bridge.core.kinds.correction import Nature


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "correct", help="stop a letter that was wrong, and draft a correction to those whom it reached"
    )
    add_config(parser)
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
    parser.add_argument("--url", default=None, help="where the bridge listens (default: its own setting)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 when the correction waits for people, which is printed as JSON; 1, with the reason, when there is none.

    Raises ConfigError, NoAnswer.
    """
    config = load(args.config)
    base = args.url or f"http://{config.server.ops_listen or config.server.listen}"
    headers = {"Authorization": f"Bearer {config.api.bearer_token.get_secret_value()}"}
    body = json.dumps({"nature": args.nature, "right": args.right}).encode()
    status, answer = post(base, f"/api/v1/notices/{args.notice}/correction", body, headers)
    if status == 201:
        print(answer)
        return 0
    print(f"{args.notice}: {_why(answer)}", file=sys.stderr)
    return 1


def _why(answer: str) -> str:
    """What the bridge said; a proxy in front of it says it in other ways."""
    try:
        return str(json.loads(answer)["title"])
    except (ValueError, TypeError, KeyError):
        return answer.strip() or "no answer"
