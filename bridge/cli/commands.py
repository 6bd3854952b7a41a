"""The commands of `bridge`, each a module of this folder by its own name, and what their parsers share.

This module imports nothing of the bridge: `bridge --help` lists the commands without loading one of them.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMMANDS: Mapping[str, str] = {
    "init": "make a new installation: configuration, tokens, a test list",
    "serve": "run the bridge; migrates the database first if need be",
    "demo": "run the whole story on this machine, with sample customers",
    "check": "validate the configuration, templates, customer lists, database and mail servers",
    "preview": "show a letter rendered from an alert payload, with findings",
    "alert": "post an alert payload to a running bridge",
    "sources": "list the senders that can post, show what one of them is",
    "incidents": "list and show incidents, verify their history",
    "drill": "rehearse with the people on duty and no customer, or report how it went",
    "oncall": "show who is rung for which service, and when",
    "update": "draft an update (続報) now, through a running bridge",
    "recovery": "draft the recovery report (復旧報告) now, through a running bridge",
    "individual": "draft individual apologies (個別のお詫び) from a CSV file, through a running bridge",
    "correct": "stop a letter that was wrong and draft its correction (訂正), through a running bridge",
    "copy": "say which of two copies of one record goes on, through a running bridge",
    "links": "revoke approval links",
    "wording": "check the wording of texts, one JSON object a line",
    "completion": "print what makes a shell complete these commands and their options",
    "migrate": "upgrade the database to this version's schema",
}
"""Every command with its line of `bridge --help`."""


def add_command(subparsers: Any, name: str) -> argparse.ArgumentParser:
    """The parser of one command; no option may be shortened, so that a new one never changes what is meant."""
    return _added(subparsers, name, COMMANDS[name])


def add_action(actions: Any, name: str, help: str) -> argparse.ArgumentParser:
    """The parser of one action of a command, as `list` of `bridge incidents list`."""
    return _added(actions, name, help)


def _added(subparsers: Any, name: str, help: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = subparsers.add_parser(
        name, help=help, description=help[0].upper() + help[1:] + ".", allow_abbrev=False
    )
    return added


def add_config(parser: argparse.ArgumentParser, *, inherit: bool = False) -> None:
    """The option that names bridge.yaml.

    `inherit`: the parser of the command before this action has the option too. The value given there stays.
    """
    usual = Path(os.environ.get("BRIDGE_CONFIG", "config/bridge.yaml"))
    default = argparse.SUPPRESS if inherit else usual
    parser.add_argument("--config", type=Path, default=default, help="bridge.yaml (or BRIDGE_CONFIG)")


def add_url(parser: argparse.ArgumentParser) -> None:
    """The option that says where a running bridge is."""
    parser.add_argument("--url", default=None, help="where the bridge listens (default: its own setting)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option of everything that lists: the same for programs."""
    parser.add_argument("--json", action="store_true", help="as JSON")
