"""`bridge alert FILE`: post a payload to a running bridge, as its source would."""

import argparse
import base64
import sys
from pathlib import Path

from bridge.cli.posting import post
from bridge.cli.serve import add_config
from bridge.config import load
from bridge.sources.credentials import Credentials


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("alert", help="post an alert payload to a running bridge")
    parser.add_argument("file", type=Path, help="the body to post, such as an Alertmanager payload")
    parser.add_argument("--source", default="alertmanager", help="which source it comes from")
    parser.add_argument("--url", default=None, help="where the bridge listens (default: server.listen)")
    add_config(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Post the file, and print the answer. 0 for 200, 1 for any other status, 2 for a missing file or source.

    Raises ConfigError, NoAnswer.
    """
    config = load(args.config)
    settings = config.sources.get(args.source)
    if settings is None:
        print(f"{args.source}: not listed under sources in {args.config}", file=sys.stderr)
        return 2
    try:
        body = args.file.read_bytes()
    except OSError as error:
        print(f"{args.file}: {error.strerror}", file=sys.stderr)
        return 2
    base = args.url or f"http://{config.server.listen}"
    status, answer = post(base, f"/webhooks/{args.source}", body, _authorization(settings))
    print(status, answer)
    return 0 if status == 200 else 1


def _authorization(settings: Credentials) -> dict[str, str]:
    if settings.bearer_token is not None:
        return {"Authorization": f"Bearer {settings.bearer_token.get_secret_value()}"}
    if settings.basic_auth is not None:
        pair = f"{settings.basic_auth.username}:{settings.basic_auth.password.get_secret_value()}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {}
