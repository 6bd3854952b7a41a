"""What a sender posted, and what its source made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bridge.core.model import Alert
from bridge.core.triage import Ignored


@dataclass(frozen=True, slots=True)
class Post:
    """One request of a sender. `source`: the key under `sources` that it was posted to.

    `headers` have their names in lower case. `query`: the parameters of the URL, the last of each name.
    """

    source: str
    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one post said.

    `truncated`: how many alerts the sender left out of this post. `notes`: what was corrected, in words.
    `ignored`: what is well formed and no alert of ours, such as a test, each with the reason. `sender`: the address
    that the sender gives as its own, for the history alone; empty where it gives none.
    """

    alerts: tuple[Alert, ...]
    truncated: int = 0
    notes: tuple[str, ...] = ()
    ignored: tuple[tuple[Alert, Ignored], ...] = ()
    sender: str = ""


def not_wanted(post: Post, why: Ignored, called: str, key: str = "") -> tuple[Alert, Ignored]:
    """A well-formed event that is no alert, as the history of what was ignored lists it."""
    labels = {"alertname": called}
    return Alert(post.source, (key or called)[:256], "firing", labels, {}, post.received_at), why
