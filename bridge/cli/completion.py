"""`bridge completion`: what makes bash and zsh complete the commands and their options."""

import argparse
from collections.abc import Iterator

from bridge.cli.commands import COMMANDS, add_command
from bridge.plugins import module_called

_SCRIPT = """# In ~/.bashrc: source <(bridge completion)
# In ~/.zshrc:  autoload -U +X bashcompinit && bashcompinit && source <(bridge completion)
_bridge() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" words=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{commands} --help --version"
    else
        case "${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}" in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}}
complete -o filenames -F _bridge bridge
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "completion")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the script."""
    print(completion(), end="")
    return 0


def completion() -> str:
    """The script for both shells, from the parsers of every command."""
    subparsers = argparse.ArgumentParser().add_subparsers()
    for name in COMMANDS:
        module_called("bridge.cli", name).add_parser(subparsers)
    cases = (f'            {pattern}) words="{words}" ;;' for pattern, words in _cases(subparsers.choices))
    return _SCRIPT.format(commands=" ".join(COMMANDS), cases="\n".join(cases))


def _cases(commands: dict[str, argparse.ArgumentParser]) -> Iterator[tuple[str, str]]:
    """A case for each action of a command, then one for the command itself with the names of its actions."""
    for name, command in commands.items():
        actions = _actions(command)
        for action, parser in actions.items():
            yield f'"{name} {action}"', _options(parser)
        yield f'"{name} "*', " ".join([*actions, _options(command)]).strip()


def _actions(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = (action for action in of._actions if isinstance(action, argparse._SubParsersAction))
    return next((dict(action.choices) for action in found), {})


def _options(of: argparse.ArgumentParser) -> str:
    return " ".join(option for action in of._actions for option in action.option_strings if option != "-h")
