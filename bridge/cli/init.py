"""`bridge init`: a new installation from eight questions, ending with a check of it."""

import argparse
import getpass
import grp
import os
import pwd
import shlex
import sys
from difflib import get_close_matches
from pathlib import Path

from bridge.cli import report
from bridge.cli.commands import add_command
from bridge.config import SOURCES
from bridge.config.document import read
from bridge.config.fitting import fit, judge
from bridge.errors import ConfigError
from bridge.setup import files
from bridge.setup.answers import SetupAnswers
from bridge.setup.questions import ask_all
from bridge.setup.texts import SetupTexts, data_folder
from bridge.setup.unit import Installed, unit


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "init")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="where (here)")
    parser.add_argument("--source", default="alertmanager", metavar="NAME", help="who posts the alerts")
    parser.add_argument("--yes", type=Path, metavar="FILE", help="answers in YAML or JSON; asks nothing")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Write the files, print what to paste where, and check. The exit code is that of the check.

    1, with nothing written, where a file is in the way; 2 without answers or for a source that is none.
    Raises NotWritten.
    """
    folder: Path = args.folder.absolute()
    if problem := _unusable_source(args.source):
        print(f"bridge init: {problem}", file=sys.stderr)
        return 2
    files.demand_room(folder, args.source)
    answers = _answers(args.yes)
    if answers is None:
        return 2
    texts = SetupTexts(answers, args.source, folder)
    files.write(folder, answers, texts, args.source)
    installed = _installed(folder)
    _hand_over(answers, texts, installed)
    return report.report(folder / "bridge.yaml")


def _unusable_source(name: str) -> str | None:
    if name not in SOURCES:
        near = get_close_matches(name, SOURCES, n=1)
        return f"no source {name}. " + (
            f"Did you mean {near[0]}?" if near else f"There are: {', '.join(SOURCES)}"
        )
    try:
        SOURCES[name].Settings.model_validate({"bearer_token": "x" * 32})
    except ValueError:
        return (
            f"{name} needs settings of its own. Begin with another source, then add it: docs/configuration.md"
        )
    return None


def _answers(path: Path | None) -> SetupAnswers | None:
    """From the file or the terminal. None, with the reason on standard error, where there are none to use."""
    try:
        if path is not None:
            return from_file(path)
        if sys.stdin.isatty():
            return ask_all(input, getpass.getpass, print)
        print("bridge init: no terminal to ask at. Give the answers in a file: --yes FILE", file=sys.stderr)
    except ConfigError as error:
        print(error, file=sys.stderr)
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was written", file=sys.stderr)
    return None


def from_file(path: Path) -> SetupAnswers:
    """The answers in a file. Raises ConfigError with all findings, each with its line."""
    try:
        document = read(path.read_text(encoding="utf-8-sig"), os.environ)
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not text in UTF-8. Save it in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}. Name the file with --yes") from None
    answers = None
    if document.tree or not document.findings:
        fit(document, SetupAnswers, path.absolute().parent)
        answers = judge(document, SetupAnswers)
    if answers is None or document.findings:
        raise ConfigError("\n".join(finding.at(str(path)) for finding in sorted(document.findings)))
    return answers


def _installed(folder: Path) -> Installed:
    """As whom the service will run: whoever owns the files, but never root."""
    beside = Path(sys.executable).with_name("bridge")
    command = (str(beside),) if beside.exists() else (sys.executable, "-m", "bridge.cli.main")
    if os.getuid() == 0:
        return Installed(folder, "bridge", "bridge", command)
    me = pwd.getpwuid(os.getuid())
    return Installed(folder, me.pw_name, grp.getgrgid(me.pw_gid).gr_name, command)


def _hand_over(answers: SetupAnswers, texts: SetupTexts, installed: Installed) -> None:
    here = shlex.quote(str(installed.folder))
    config = f"--config {shlex.quote(str(installed.folder / 'bridge.yaml'))}"
    command = shlex.join(installed.command)
    print(f"Written: {installed.folder}/bridge.yaml, customers.csv, secrets/, samples/")
    if answers.relay.username and not answers.relay.password:
        print(f"Write the password of {answers.relay.username} into {installed.folder}/secrets/smtp")
    print(f"\n--- Where the alerts come from\n\n{texts.sender_block()}")
    print(f"--- /etc/systemd/system/bridge.service\n\n{unit(installed)}")
    if os.getuid() == 0:
        print("id bridge || useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin bridge")
        print(f"chown -R bridge:bridge {here} {shlex.quote(str(data_folder(installed.folder)))}")
    print("systemctl enable --now bridge\n")
    print(
        "--- Your first ring: it reaches the people alone, and so does the letter: customers.csv is a test list\n"
    )
    print(f"{command} serve {config}")
    if (sample := installed.folder / "samples/alert.json").exists():
        print(f"{command} alert {shlex.quote(str(sample))} {config}")
    print("\n--- Check")
