"""The command `bridge`: one file in this folder for each subcommand. Exit 0 ok, 1 finding, 2 usage."""

import argparse
import sys
from collections.abc import Sequence

from bridge.cli import alert, check, demo, incidents, links, migrate, preview, serve, sources, wording
from bridge.errors import BridgeError
from bridge.log import redact

COMMANDS = (serve, demo, check, preview, alert, sources, incidents, links, wording, migrate)


def parser() -> argparse.ArgumentParser:
    """The parser of every subcommand."""
    top = argparse.ArgumentParser(
        prog="bridge", description="From a monitoring alert to the letter every customer receives."
    )
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. An expected error is one message on standard error, and exit 1."""
    args = parser().parse_args(argv)
    try:
        return int(args.func(args))
    except BridgeError as error:
        print(redact(str(error)), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
