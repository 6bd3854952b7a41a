"""`bridge alert FILE`: post a payload to a running bridge, as its source would."""

import argparse
import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from bridge import clock
from bridge.cli.commands import add_command, add_config, add_url
from bridge.cli.posting import post
from bridge.config import SOURCES, Config, load
from bridge.core.model import Alert
from bridge.core.near_miss import near_miss
from bridge.core.service_index import index_of
from bridge.core.triage import sort_alerts
from bridge.sources import read
from bridge.sources.credentials import Credentials, signature
from bridge.sources.post import Post
from bridge.stages.source_of import NoReader, source_of

SHOWN = 10  # alerts whose reason is spelled out


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "alert")
    parser.add_argument("file", type=Path, help="the body to post, as its sender writes it")
    parser.add_argument("--source", help="which source it comes from; default: the one that reads it")
    add_url(parser)
    add_config(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Post the file, and print the answer. 2 for a missing file or source.

    0 when some alert was recorded; 1, with the reason, when none was: no incident has changed.
    Raises ConfigError, NoAnswer.
    """
    config = load(args.config)
    try:
        body = args.file.read_bytes()
        source = args.source or _source(config, body)
    except NoReader as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{args.file}: {error.strerror}", file=sys.stderr)
        return 2
    settings = config.sources.get(source)
    if settings is None:
        print(f"{source}: not listed under sources in {args.config}", file=sys.stderr)
        return 2
    base = args.url or f"http://{config.server.listen}"
    status, answer = post(base, _path(source, settings), body, _credentials(settings, body))
    print(status, answer)
    if status != 200:
        return 1
    if json.loads(answer)["accepted"]:
        return 0
    alerts = read(SOURCES[settings.kind], settings, Post(source, body, clock.now())).alerts
    print("\n".join(_reasons(alerts, config)) or "the post holds no alert", file=sys.stderr)
    return 1


def _reasons(alerts: tuple[Alert, ...], config: Config) -> Iterator[str]:
    """Why each alert was ignored, as far as the configuration file tells."""
    found = sort_alerts(alerts, index_of(config.services), config.heartbeats)
    ignored = {id(alert): why for alert, why in found.ignored}
    for alert in alerts[:SHOWN]:
        called = f"ignored: {alert.labels.get('alertname') or alert.fingerprint}"
        match ignored.get(id(alert)):
            case "heartbeat":
                yield f"{called}: a heartbeat, see heartbeats in the configuration"
            case "no_service":
                yield f"{called}: {_missed(alert, config)}"
            case _ if alert.status == "resolved":
                yield f"{called}: the end of an alert that is not known to fire"
            case _:
                yield f"{called}: the running bridge has another configuration than this file"
    if len(alerts) > SHOWN:
        yield f"and {len(alerts) - SHOWN} more"


def _missed(alert: Alert, config: Config) -> str:
    labels = ", ".join(f'{name}="{value}"' for name, value in sorted(alert.labels.items()))
    said = f"no service matches {{{labels}}}"
    miss = near_miss(alert.labels, config.services.values())
    if miss is None:
        return said
    met = f'is "{miss.value}"' if miss.value else "is missing"
    more = f", and {miss.failed - 1} more matchers fail" if miss.failed > 1 else ""
    return f"{said}. Nearest: {miss.service} wants {miss.matcher}, and {miss.label} {met}{more}"


def _source(config: Config, body: bytes) -> str:
    """The listed source that reads the body; the only one that is listed takes also what is malformed."""
    if len(config.sources) == 1:
        return next(iter(config.sources))
    return source_of(config, Post("", body, clock.now()), None)[0]


def _path(source: str, settings: Credentials) -> str:
    token = settings.query_token
    return f"/webhooks/{source}" + (f"?{urlencode({'token': token.get_secret_value()})}" if token else "")


def _credentials(settings: Credentials, body: bytes) -> dict[str, str]:
    if settings.hmac is not None:
        return signature(settings, body, clock.now())
    if settings.bearer_token is not None:
        return {"Authorization": f"Bearer {settings.bearer_token.get_secret_value()}"}
    if settings.basic_auth is not None:
        pair = f"{settings.basic_auth.username}:{settings.basic_auth.password.get_secret_value()}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {}
