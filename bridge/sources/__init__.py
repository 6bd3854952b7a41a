"""Alert sources. Each is one module of this package with `Settings` and `parse`, found by its name, or one file of
`presets/`, which the generic source reads.

docs/design.md §18 has the rules that all sources keep; `body` holds what they share, `credentials` who may post.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol, cast

from bridge.core.model import Alert
from bridge.plugins import modules_in
from bridge.sources import credentials, preset
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings

UNKNOWN = "unknown"
"""The severity of an alert that its sender gave none."""


class Source(Protocol):
    """A module that is a source. Its docstring says what it reads.

    It may have `authenticate(settings, post) -> bool`, where the sender has its own way; `PATH`, what the sender
    appends to the path of the source, as `("api", "v2", "alerts")`; `SILENT_AFTER`, how long it may be silent while
    an alert fires; and `OWN_SEVERITY = True`, where severity is whatever word the sender's users have chosen.
    """

    Settings: type[SourceSettings]
    __doc__: str | None

    def parse(self, post: Post, settings: Any) -> Parsed:
        """The alerts of one post. Raises SourceError, and nothing else, for a body that is malformed.

        `settings` are of this source's own `Settings`.
        """


def find() -> Mapping[str, Source]:
    """Every kind of source by its name, modules and presets. Alerts are posted to `/webhooks/<key>`."""
    modules = modules_in(__name__)
    ours: dict[str, object] = {name: one for name, one in modules.items() if hasattr(one, "parse")}
    return {name: cast(Source, one) for name, one in sorted({**ours, **preset.shipped()}.items())}


def may_post(source: Source, settings: SourceSettings, post: Post) -> bool:
    """Whether the post, with its body, may come in."""
    own = getattr(source, "authenticate", None)
    return bool(own(settings, post)) if own else credentials.check(settings, post.headers, post.query, post)


def read(source: Source, settings: SourceSettings, post: Post) -> Parsed:
    """The alerts of one post, with the labels that the settings add. Raises SourceError for a malformed body."""
    with _without_collector():
        parsed = source.parse(post, settings)
    more = dict(settings.labels)
    if not getattr(source, "OWN_SEVERITY", False):
        more.setdefault("severity", UNKNOWN)
    return (
        replace(parsed, alerts=tuple(_labelled(alert, more) for alert in parsed.alerts)) if more else parsed
    )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing of what is read is garbage yet, and looking for it again and again takes longer than the reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _labelled(alert: Alert, more: Mapping[str, str]) -> Alert:
    """The alert with these labels where it lacks them, or has nothing in them."""
    missing = {name: value for name, value in more.items() if alert.labels.get(name, "") in ("", UNKNOWN)}
    return replace(alert, labels={**alert.labels, **missing}) if missing else alert
