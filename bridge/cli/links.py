"""`bridge links revoke`: make approval links useless, through a running bridge."""

import argparse
import http.client
import json
import sys
from urllib.parse import urlsplit

from bridge.cli.serve import add_config
from bridge.config import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("links", help="revoke approval links")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    revoke = actions.add_parser(
        "revoke", help="revoke links; the next ring of an open notice carries fresh ones"
    )
    revoke.add_argument("--person", help="those of one person (the key under people)")
    revoke.add_argument("--notice", help="those to one notice")
    revoke.add_argument("--url", default=None, help="where the bridge listens (default: its own setting)")
    add_config(revoke)
    revoke.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 when done, 1 when the bridge did not answer so, 2 when neither person nor notice is named."""
    if not (args.person or args.notice):
        print("name --person or --notice: revoking every link would silence every ring", file=sys.stderr)
        return 2
    config = load(args.config)
    url = urlsplit(args.url or f"http://{config.server.ops_listen or config.server.listen}")
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "127.0.0.1", url.port, timeout=30)
    token = config.api.bearer_token.get_secret_value()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json.dumps({"person": args.person, "notice": args.notice})
    try:
        connection.request("POST", f"{url.path.rstrip('/')}/api/v1/links/revoke", body, headers)
        answer = connection.getresponse()
        print(answer.read().decode("utf-8", "replace"))
        return 0 if answer.status == 200 else 1
    except OSError as error:
        print(f"{url.geturl()}: {error}. Is the bridge running there?", file=sys.stderr)
        return 1
    finally:
        connection.close()
