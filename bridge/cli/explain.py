"""`bridge check --explain FILE`: what a post would do. No database, no mail server and no bridge is asked."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge import clock
from bridge.audiences.cache import CustomerLists
from bridge.config import load
from bridge.core.explain import ExplainedAlert, missed
from bridge.letters.render import Letters
from bridge.sources.post import Post
from bridge.stages.explain import Explanation, PlannedLetter, explain
from bridge.stages.explain_json import as_json
from bridge.stages.runtime import Runtime
from bridge.stages.source_of import NoReader, source_of

RINGS_SHOWN = 5


def run(args: argparse.Namespace) -> int:
    """Print what the post would do; the last line is the verdict.

    0 when a letter would be drafted, 1 when none would, 2 when no source reads the file, or two do.
    Raises ConfigError.
    """
    config = load(args.config)
    try:
        now = _moment(args.at, config.timezone) if args.at else clock.now()
        source, parsed = source_of(config, Post("", args.explain.read_bytes(), now), args.source)
    except (NoReader, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{args.explain}: {error.strerror}", file=sys.stderr)
        return 2
    lists = asyncio.run(CustomerLists(lambda: config.service_lists).facts(config.services))
    explained = explain(Runtime(config, Letters(config.templates)), source, parsed, lists, now)
    if args.json:
        print(json.dumps(as_json(explained), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(explained)))
    return 0 if explained.letters and explained.listed else 1


def _moment(written: str, zone: ZoneInfo) -> datetime:
    """A time that a person typed, in the configuration's zone where it has none."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"--at {written}: not a time. Write it as 2026-11-24T02:10+09:00") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(clock.now().tzinfo)


def _lines(explained: Explanation) -> Iterator[str]:
    yield f"source  {explained.source}, received at {explained.at:%Y-%m-%dT%H:%M:%SZ}"
    yield from (f"note    {note}" for note in explained.notes)
    for one in explained.alerts:
        yield from _alert(one)
    for letter in explained.letters:
        yield from _letter(letter)
    yield explained.verdict


def _alert(one: ExplainedAlert) -> Iterator[str]:
    alert = one.alert
    ended = f", ended {alert.ends_at:%Y-%m-%dT%H:%M:%SZ}" if alert.ends_at else ""
    yield f"alert   {one.name}: {alert.status} since {alert.starts_at:%Y-%m-%dT%H:%M:%SZ}{ended}"
    if one.ignored:
        yield f"        ignored ({one.ignored}): {one.why}"
    for match in one.services:
        held = ", ".join(match.holds) or "nothing"
        if match.missed is None:
            yield f"        {match.service}: matches ({held})"
        else:
            yield f"        {match.service}: no. {missed(match.missed, alert.labels)}; holds: {held}"


def _letter(letter: PlannedLetter) -> Iterator[str]:
    zone, service, audience = letter.service.timezone, letter.service, letter.audience
    yield f"letter  {letter.subject}"
    impact = "、".join(words.ja for words in letter.impact)
    yield f"        impact: {f'{impact}, from ' if impact else ''}{letter.impact_from}"
    if audience and audience.problem:
        yield f"        list {service.audience}: {audience.problem.get('en')}"
    elif audience:
        bad = f", {audience.bad_total} rows get none" if audience.bad_total else ""
        yield f"        list {service.audience}: {audience.count:,} recipients{bad}"
    for ring in letter.rings[:RINGS_SHOWN]:
        yield f"        rings {ring.at.astimezone(zone):%H:%M} {', '.join(ring.people)}"
    for finding in letter.findings:
        yield f"        {finding.severity} {finding.rule}: {finding.because('en')}"
    if letter.problem:
        yield f"        the shipped template is used: {letter.problem}"
