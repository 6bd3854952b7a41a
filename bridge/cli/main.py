"""The command `bridge`: one file in this folder for each subcommand. Exit 0 ok, 1 finding, 2 usage.

A command is imported when it is asked for: `bridge check` shall not wait for the web server's imports.
"""

import argparse
import gc
import os
import sys
from collections.abc import Collection, Sequence
from typing import Any

from bridge.cli.commands import COMMANDS, add_command
from bridge.errors import BridgeError
from bridge.plugins import module_called
from bridge.redaction import redact


class _Version(argparse.Action):
    """`--version`. Read when asked for: it costs a look at the installation."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        from importlib.metadata import version

        print(f"bridge {version('incident-bridge')}")
        parser.exit()


def parser(loaded: Collection[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """The parser of every command. Those that are not `loaded` are known by name, and take no options."""
    top = argparse.ArgumentParser(
        prog="bridge",
        description="From a monitoring alert to the letter every customer receives.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        if name in loaded:
            module_called("bridge.cli", name).add_parser(subparsers)
        else:
            add_command(subparsers, name)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. An expected error is one message on standard error, and exit 1."""
    # Python looks for garbage at every 700 new objects: 300 times while a start imports what will all stay.
    gc.set_threshold(20_000)
    words = list(sys.argv[1:] if argv is None else argv)
    args = parser(words[:1]).parse_args(words)
    try:
        code = int(args.func(args))
        sys.stdout.flush()
    except BridgeError as error:
        print(redact(str(error)), file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head` has seen enough: nothing is left to say, not even at the end of Python
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
