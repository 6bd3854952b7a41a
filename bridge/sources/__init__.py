"""Alert sources. Each is one module of this package with `Settings` and `parse`, found by its name.

docs/design.md §18 has the rules that all sources keep; `body` holds what they share, `credentials` who may post.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from bridge.core.model import Alert
from bridge.plugins import modules_in
from bridge.sources.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one post said.

    `truncated`: how many alerts the sender left out of this post. `notes`: what was corrected, in words.
    `sender`: the address that the sender gives as its own, for the history alone; empty where it gives none.
    """

    alerts: tuple[Alert, ...]
    truncated: int = 0
    notes: tuple[str, ...] = ()
    sender: str = ""


class Source(Protocol):
    """A module that is a source."""

    Settings: type[Credentials]

    def parse(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """The alerts of one post. Raises SourceError, and nothing else, for a body that is malformed."""


def find() -> Mapping[str, Source]:
    """Every source by its name. Alerts are posted to `/webhooks/<name>`."""
    modules = modules_in(__name__)
    return {name: cast(Source, module) for name, module in modules.items() if hasattr(module, "parse")}
