"""`bridge individual INCIDENT FILE.csv`: apologies to single customers, a letter for each row."""

import argparse
import sys
from pathlib import Path

from bridge.cli.commands import add_command
from bridge.cli.drafting import add_incident, add_where, show_draft
from bridge.config import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "individual")
    add_incident(parser)
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE.csv",
        help="columns email, company, department, name, impact and your own",
    )
    add_where(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 with the notice; 1 with every wrong row and column, or why it cannot be drafted; 2 without the file.

    Raises ConfigError, NoAnswer.
    """
    try:
        rows = args.file.read_bytes()
    except OSError as error:
        print(f"{args.file}: {error.strerror}", file=sys.stderr)
        return 2
    return show_draft(args, load(args.config), f"/incidents/{args.incident}/individual", (rows, "text/csv"))
