"""`bridge links revoke`: make approval links useless, through a running bridge."""

import argparse
import json
import sys

from bridge.cli.commands import add_action, add_command, add_config, add_url
from bridge.cli.posting import post_to_api
from bridge.config import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "links")
    add_config(parser)
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    revoke = add_action(actions, "revoke", "revoke links; the next ring of an open notice carries fresh ones")
    revoke.add_argument("--person", help="those of one person (the key under people)")
    revoke.add_argument("--notice", help="those to one notice")
    add_url(revoke)
    add_config(revoke, inherit=True)
    revoke.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 when links were revoked, 1 when none was, 2 when the command line names neither person nor notice.

    Raises ConfigError, NoAnswer.
    """
    if not (args.person or args.notice):
        print("name --person or --notice: revoking every link would silence every ring", file=sys.stderr)
        return 2
    config = load(args.config)
    body = json.dumps({"person": args.person, "notice": args.notice}).encode()
    status, answer = post_to_api(config, args.url, "/links/revoke", body)
    print(answer)
    if status != 200:
        return 1
    if not json.loads(answer)["revoked"]:
        print("no live link is like that. Is it a key under people, or a notice's id?", file=sys.stderr)
        return 1
    return 0
