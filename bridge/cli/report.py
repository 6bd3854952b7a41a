"""What `bridge check` finds in one configuration, with the line of the file to change."""

import argparse
import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from bridge.cli.check_details import details
from bridge.cli.checks import CHECKS, WARNINGS, Warn
from bridge.cli.conditions import Check, Problem
from bridge.cli.drill_checks import last_drills, old_drills
from bridge.cli.records import read_records
from bridge.cli.sender_checks import check_senders, last_posts
from bridge.config import Config, load
from bridge.config.document import read
from bridge.core.check_report import CheckReport, Level
from bridge.errors import ConfigError

_WORDS: Mapping[Level, str] = {"error": "FINDING", "warning": "WARNING", "ok": "ok", "note": ""}


def run(args: argparse.Namespace) -> int:
    """Print a line for each finding, or `ok` and what was seen for each check. 0 without findings, 1 with.

    A warning changes nothing about that.
    """
    if not args.json:
        return report(args.config)
    found = CheckReport.of(look(args.config))
    print(found.to_text())
    return 1 if found.error else 0


def report(path: Path) -> int:
    """The findings of one file, as `bridge check` prints them. 0 without, 1 with."""
    levels = set()
    for level, line in look(path):
        print(f"{_WORDS[level]:9}{line}")
        levels.add(level)
    return 1 if "error" in levels else 0


def look(path: Path) -> Iterator[tuple[Level, str]]:
    """Every line about one file, as it is found."""
    try:
        config = load(path)
    except ConfigError as error:
        yield from (("error", line) for line in str(error).splitlines())
        return
    yield "ok", str(path)
    document = read(path.read_text(encoding="utf-8-sig"), os.environ)
    yield from (("error", doubt.at(str(path))) for doubt in document.doubts)
    records = read_records(config)
    checks: tuple[tuple[str, Check], ...] = (*CHECKS, ("senders", partial(check_senders, records=records)))
    for name, check in checks:
        findings = [document.finding(place, what) for place, what in _problems(name, check, config)]
        yield from (("error", finding.at(str(path))) for finding in sorted(findings))
        if not findings:
            yield from (("ok", line) for line in details(name, config))
    warnings: tuple[Warn, ...] = (*WARNINGS, partial(old_drills, records=records))
    for warn in warnings:
        doubts = [document.finding(place, what) for place, what in warn(config, document, path)]
        yield from (("warning", doubt.at(str(path))) for doubt in sorted(doubts))
    if records:
        yield from (("note", line) for line in (*last_posts(records), *last_drills(config, records)))


def _problems(name: str, check: Check, config: Config) -> list[Problem]:
    try:
        return list(check(config))
    except OSError as error:  # this user may not enter a folder of a path
        return [((name,), f"{error.filename}: {error.strerror}. Run this as the user that runs the bridge")]
