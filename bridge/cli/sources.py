"""`bridge sources`: which senders there are, and what one of them says of itself."""

import argparse
import json
import sys

from bridge.cli.commands import add_action, add_command, add_json
from bridge.config import SOURCES
from bridge.config.fitting import settings_of, unknown
from bridge.sources import Source
from bridge.sources.preset import FOLDER, shipped
from bridge.sources.settings import SourceSettings


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "sources")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = add_action(actions, "list", "every kind of source, a line each")
    add_json(listing)
    listing.set_defaults(func=run_list)
    showing = add_action(actions, "show", "what one reads; of a preset also its mapping, to be changed")
    showing.add_argument("name", metavar="NAME", help="as `bridge sources list` prints it")
    showing.set_defaults(func=run_show)


def run_list(args: argparse.Namespace) -> int:
    """Print each kind with the first sentence of what it says of itself."""
    if args.json:
        print(json.dumps({name: _about(source) for name, source in SOURCES.items()}, ensure_ascii=False))
        return 0
    width = max(map(len, SOURCES))
    for name, source in SOURCES.items():
        print(f"{name:{width}}  {_about(source).splitlines()[0]}")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Print one kind: what it reads, where to post, its own settings or its mapping. 2 for one that is not there."""
    source = SOURCES.get(args.name)
    if source is None:
        print(unknown(args.name, SOURCES, "source"), file=sys.stderr)
        return 2
    path = "/".join(("", "webhooks", args.name, *getattr(source, "PATH", ())))
    if args.name in shipped():
        text = (FOLDER / f"{args.name}.yaml").read_text(encoding="utf-8")
        print(
            f"# POST {path}; any key but `about` may be written anew under sources.{args.name}.mapping\n{text}",
            end="",
        )
        return 0
    print(f"POST {path}\n\n{_about(source)}\n")
    common = settings_of(SourceSettings)
    for key, field in settings_of(source.Settings).items():
        if key not in common:
            print(f"sources.{args.name}.{key}: {field.description}")
    return 0


def _about(source: Source) -> str:
    """What it says of itself: a preset in its file, a module at its head."""
    return str(getattr(source, "about", source.__doc__)).strip()
