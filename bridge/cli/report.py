"""What `bridge check` finds in one configuration, with the line of the file to change."""

import argparse
import os
from pathlib import Path

from bridge.cli.check_details import details
from bridge.cli.checks import CHECKS, WARNINGS
from bridge.cli.conditions import Check, Problem
from bridge.cli.sender_checks import last_posts
from bridge.config import Config, load
from bridge.config.document import read
from bridge.errors import ConfigError


def run(args: argparse.Namespace) -> int:
    """Print a line for each finding, or `ok` and what was seen for each check. 0 without findings, 1 with.

    A warning changes nothing about that.
    """
    return report(args.config)


def report(path: Path) -> int:
    """The findings of one file, as `bridge check` prints them. 0 without, 1 with."""
    try:
        config = load(path)
    except ConfigError as error:
        for line in str(error).splitlines():
            print(f"FINDING  {line}")
        return 1
    print(f"ok       {path}")
    document = read(path.read_text(encoding="utf-8-sig"), os.environ)
    for doubt in document.doubts:
        print(f"FINDING  {doubt.at(str(path))}")
    clean = not document.doubts
    for name, check in CHECKS:
        findings = [document.finding(place, what) for place, what in _problems(name, check, config)]
        for finding in sorted(findings):
            print(f"FINDING  {finding.at(str(path))}")
        if not findings:
            print("\n".join(f"ok       {line}" for line in details(name, config)))
        clean = clean and not findings
    for warn in WARNINGS:
        doubts = [document.finding(place, what) for place, what in warn(config, document, path)]
        for doubt in sorted(doubts):
            print(f"WARNING  {doubt.at(str(path))}")
    for line in last_posts(config):
        print(f"         {line}")
    return 0 if clean else 1


def _problems(name: str, check: Check, config: Config) -> list[Problem]:
    try:
        return list(check(config))
    except OSError as error:  # this user may not enter a folder of a path
        return [((name,), f"{error.filename}: {error.strerror}. Run this as the user that runs the bridge")]
