"""What `bridge update`, `recovery` and `individual` share: a draft through a running bridge, and its outcome."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from bridge.cli.commands import add_config, add_json, add_url
from bridge.cli.posting import post_to_api
from bridge.config import Config, load


def add_incident(parser: argparse.ArgumentParser) -> None:
    """The incident that is drafted about."""
    parser.add_argument("incident", metavar="INCIDENT", help="its id, from `bridge incidents list`")


def add_facts(parser: argparse.ArgumentParser, facts: Mapping[str, str]) -> None:
    """An option for each fact: `customer_actions` is `--customer-actions TEXT`."""
    for name, help in facts.items():
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="TEXT", help=help)


def add_where(parser: argparse.ArgumentParser) -> None:
    """Where the running bridge is, and how it shall answer."""
    add_json(parser)
    add_url(parser)
    add_config(parser)


def run_facts(args: argparse.Namespace, kind: str, facts: Mapping[str, str]) -> int:
    """Draft from the facts of the command line. 0 with the notice, 1 with the reason why there is none.

    Raises ConfigError, NoAnswer.
    """
    given = {name: value for name in facts if (value := getattr(args, name)) is not None}
    body = json.dumps(given).encode()
    return show_draft(
        args, load(args.config), f"/incidents/{args.incident}/{kind}", (body, "application/json")
    )


def show_draft(args: argparse.Namespace, config: Config, path: str, content: tuple[bytes, str]) -> int:
    """Post, and print the notice or what was wrong. Raises NoAnswer."""
    status, answer = post_to_api(config, args.url, path, *content)
    said = _parsed(answer)
    if status != 201:
        print(_refusal(status, said), file=sys.stderr)
        return 1
    print(answer if args.json else f"drafted: {said['subject']}\nnotice {said['id']}, due {said['due_at']}")
    return 0


def _parsed(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return {"title": answer.strip()}


def _refusal(status: int, said: Mapping[str, Any]) -> str:
    """A line for each thing that was wrong; row and column of a batch."""
    rows = said.get("problems") or []
    lines = [f"row {one['row']}, {one['column']}: {one['what']}" for one in rows]
    return "\n".join(lines) or f"{status}: {said.get('title', 'refused')}"
