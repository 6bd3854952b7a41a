"""What `bridge check` says of drills: when the last one of each service was."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bridge.cli.conditions import Problem
from bridge.cli.records import CheckedRecords
from bridge.config import Config
from bridge.config.document import Document
from bridge.core.values import format_duration


def old_drills(
    config: Config, _document: Document, _path: Path, records: CheckedRecords | None
) -> Iterator[Problem]:
    """Services whose last drill is longer ago than `drills.remind_every`."""
    every = config.drills.remind_every
    for service, ago in _ago(config, records).items() if records else ():
        if every and ago and ago > every:
            what = f"the last drill of {service} was {_days(ago)} ago. Run: bridge drill {service}"
            yield ("drills", "remind_every"), what


def last_drills(config: Config, records: CheckedRecords) -> Iterator[str]:
    """A line for each service."""
    for service, ago in _ago(config, records).items():
        if ago is None:
            yield f"{service}: no drill yet. Begin one: bridge drill {service}"
        else:
            yield f"{service}: last drill {_days(ago)} ago"


def _ago(config: Config, records: CheckedRecords) -> dict[str, timedelta | None]:
    """How long ago the last drill of each service began."""
    began = {service: drill.began_at for service, drill in records.drills.items()}
    return {service: records.at - at if (at := began.get(service)) else None for service in config.services}


def _days(ago: timedelta) -> str:
    return format_duration(timedelta(days=ago.days)) if ago.days else "less than a day"
