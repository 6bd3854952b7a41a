"""`bridge migrate`: upgrade the database."""

import argparse

from bridge.cli.commands import add_command, add_config
from bridge.config import load
from bridge.store.open_database import open_database


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "migrate")
    add_config(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Upgrade, and print both versions of the schema. Raises ConfigError, StoreError."""
    database = open_database(load(args.config).database_url)
    database.close()
    before, after = database.migrated.before or "nothing", database.migrated.after
    print(f"schema {after}: nothing to do" if before == after else f"schema {before} -> {after}")
    return 0
