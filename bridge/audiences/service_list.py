"""Which list a service has: what the configuration says of it."""

from dataclasses import dataclass
from pathlib import Path

from bridge.audiences.csv import Reading
from bridge.core.values import LocalText


@dataclass(frozen=True, slots=True)
class ServiceList:
    """Where a service's customers are listed."""

    audience: str
    title: LocalText | None
    path: Path
    reading: Reading
