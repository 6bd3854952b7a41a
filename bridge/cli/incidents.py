"""`bridge incidents`: list, show, and verify the audit chain, read from the database itself."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bridge import clock
from bridge.cli.commands import add_action, add_command, add_config, add_json
from bridge.config import Config, load
from bridge.core import anchors
from bridge.core.anchors import Anchor
from bridge.core.model import Incident
from bridge.errors import BridgeError
from bridge.keys import load_keys
from bridge.letters.render import Letters
from bridge.stages.runtime import Runtime
from bridge.store.audit import broken
from bridge.store.read_only import read_only
from bridge.store.tx import Tx
from bridge.web.api.schemas import IncidentsOut
from bridge.web.api.serialize import incidents_out

T = TypeVar("T")
SHOWN = 50


class LogError(BridgeError):
    """A log cannot be read, or has no anchor to compare with."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "incidents")
    parser.set_defaults(func=run_list, open=False, json=False)
    add_config(parser)
    actions = parser.add_subparsers(metavar="ACTION")
    listing = add_action(actions, "list", "the newest incidents, a line each")
    listing.add_argument("--open", action="store_true", help="those alone that are not closed")
    add_json(listing)
    listing.set_defaults(func=run_list)
    show = add_action(actions, "show", "one incident with everything about it, as JSON")
    show.add_argument("id", metavar="ID", help="from `bridge incidents list`")
    show.set_defaults(func=run_show)
    verify = add_action(actions, "verify", "whether anybody changed the history of an incident, or of all")
    verify.add_argument("id", nargs="?", metavar="ID", help="of one incident; all without it")
    verify.add_argument(
        "--anchor",
        action="append",
        default=[],
        type=anchor,
        metavar="INCIDENT:SEQ:MAC16",
        help="compare with the head that a mail or a log kept; as often as you like",
    )
    verify.add_argument("--log", type=Path, metavar="FILE", help="compare with every head in a bridge's log")
    verify.set_defaults(func=run_verify)
    for action in (listing, show, verify):
        add_config(action, inherit=True)


def run_list(args: argparse.Namespace) -> int:
    """Print a line for each incident: id, service, state, time of receipt; or the JSON of the API's list.

    Raises ConfigError, StoreError.
    """
    config = load(args.config)

    def unit(tx: Tx) -> tuple[list[Incident], str]:
        found = tx.incidents.page(None, SHOWN)
        if args.open:
            found = sorted(tx.incidents.unfinished(), key=lambda one: one.received_at, reverse=True)
        out = incidents_out(tx, _runtime(config), found, {}) if args.json else []
        return found, IncidentsOut(incidents=out, next=None).model_dump_json(indent=2)

    found, as_json = query(config, unit)
    if args.json:
        print(_plain(as_json))
        return 0
    for incident in found:
        print(f"{incident.id}  {incident.service}  {incident.state}  {incident.received_at.isoformat()}")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Print the JSON of the API, without characters that control a terminal. 1 for an unknown id.

    Raises ConfigError, StoreError.
    """
    config = load(args.config)

    def unit(tx: Tx) -> str | None:
        found = tx.incidents.get(args.id)
        return (
            incidents_out(tx, _runtime(config), [found], {})[0].model_dump_json(indent=2) if found else None
        )

    shown = query(config, unit)
    if shown is None:
        print(f"{args.id}: no such incident", file=sys.stderr)
        return 1
    print(_plain(shown))
    return 0


def _runtime(config: Config) -> Runtime:
    return Runtime(config, Letters(config.templates))


def _plain(text: str) -> str:
    """JSON without characters that control a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def run_verify(args: argparse.Namespace) -> int:
    """Print a line for each break of a chain and each departure from an anchor. 1 for any, or for an unknown id.

    Raises ConfigError, StoreError, LogError.
    """
    kept = dict.fromkeys([*args.anchor, *(anchors_in(args.log) if args.log else ())])
    config = load(args.config)
    audit = load_keys(config.key_file).audit

    def unit(tx: Tx) -> tuple[int, list[str]]:
        ids = [args.id] if args.id else tx.incidents.ids()
        found = [
            f"{incident_id}: event {seq} {why}"
            for incident_id in ids
            for seq, why in broken(tx, audit, incident_id)
        ]
        if args.id and tx.incidents.get(args.id) is None:
            found.append(f"{args.id}: no such incident")
        macs = {incident_id: tx.events.macs(incident_id) for incident_id in {head.incident for head in kept}}
        departed = ((head, anchors.departure(head, macs[head.incident])) for head in kept)
        found += [f"{head.incident}: {how} (anchor {head})" for head, how in departed if how]
        return len(ids), found

    checked, findings = query(config, unit)
    for finding in findings:
        print(finding)
    if not findings:
        compared = f", and as {len(kept)} anchors say" if kept else ""
        print(f"the history of {checked} incidents is whole{compared}")
    return 1 if findings else 0


def anchor(text: str) -> Anchor:
    """One `--anchor`. Raises ArgumentTypeError."""
    try:
        return Anchor.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def anchors_in(path: Path) -> list[Anchor]:
    """The anchors in a log. Raises LogError when it cannot be read or holds none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            found = list(anchors.logged(lines))
    except OSError as error:
        raise LogError(f"{path}: cannot be read: {error.strerror}") from None
    if not found:
        raise LogError(f"{path}: holds no anchor. A line with one has the event {anchors.LOGGED_AS}")
    return found


def query(config: Config, unit: Callable[[Tx], T]) -> T:
    """The result of a query, which may run beside a working bridge. Raises StoreError, ConfigError."""
    audit = load_keys(config.key_file).audit
    with read_only(config.database_url, clock.now) as (connection, now):
        return unit(Tx(connection, now, audit))
