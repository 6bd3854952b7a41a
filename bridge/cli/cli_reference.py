"""docs/cli.md, made from the parsers: `python -m bridge.cli.cli_reference > docs/cli.md`."""

import argparse
from collections.abc import Iterator

from bridge.cli.main import parser

_HEAD = """# Commands

<!-- Made by `python -m bridge.cli.cli_reference`; a test compares. Change the parsers, not this page. -->

`bridge COMMAND --help` says the same. No option may be shortened. Exit codes: 0 well, 1 a finding or an expected
error (one message on standard error), 2 used wrongly. Where `--config` is not given, `BRIDGE_CONFIG` counts, then
`config/bridge.yaml`.
Commands that work "through a running bridge" use its API (docs/api.md) with the token of the configuration.
"""


def cli_reference() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(f"\n{section}" for section in _sections("bridge", parser()))


def _sections(called: str, of: argparse.ArgumentParser) -> Iterator[str]:
    """A section for each command that does something, those of its actions after it."""
    for name, (command, help) in _subcommands(of).items():
        words = f"{called} {name}"
        yield _section(words, command, help)
        yield from _sections(words, command)


def _subcommands(of: argparse.ArgumentParser) -> dict[str, tuple[argparse.ArgumentParser, str]]:
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            return {name: (command, helps[name]) for name, command in action.choices.items()}
    return {}


def _section(words: str, command: argparse.ArgumentParser, help: str) -> str:
    takes = [action for action in command._actions if not isinstance(action, _LEFT_OUT)]
    usage = " ".join([words, *(_usage(action) for action in takes)])
    if actions := _subcommands(command):
        usage += f" {'|'.join(actions)}"
    lines = [
        "#" * (1 + words.count(" ")) + f" {words}",
        "",
        f"    {usage}",
        "",
        help[0].upper() + help[1:] + ".",
        "",
    ]
    if rows := [f"| {_names(action)} | {_meaning(action)} |" for action in takes]:
        lines += ["| argument | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


_LEFT_OUT = (argparse._HelpAction, argparse._SubParsersAction)


def _usage(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"[{_metavar(action)}]" if action.nargs == "?" else _metavar(action)
    value = "" if action.nargs == 0 else f" {_metavar(action)}"
    return f"[{action.option_strings[0]}{value}]"


def _names(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 or not action.option_strings else f" {_metavar(action)}"
    return f"`{', '.join(action.option_strings) or _metavar(action)}{value}`"


def _meaning(action: argparse.Action) -> str:
    choices = f"({', '.join(map(str, action.choices))})" if action.choices else ""
    return " ".join(part for part in ((action.help or "").replace("|", "\\|"), choices) if part)


def _metavar(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())


if __name__ == "__main__":
    print(cli_reference(), end="")
