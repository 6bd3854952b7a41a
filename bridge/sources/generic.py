"""Any sender of JSON: a mapping in bridge.yaml says where the parts of an alert are.

The presets are mappings too. Labels and annotations are texts, whatever they look like: none is a template.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from bridge.core.model import Alert, AlertStatus
from bridge.core.triage import Ignored
from bridge.errors import SourceError
from bridge.sources.alert_group import LONGEST_FINGERPRINT
from bridge.sources.body import labels_in, read_json, text, time
from bridge.sources.mapping import AlertMapping, Expression
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

OWN_SEVERITY = True
MOST_ALERTS = 5_000  # in one post
_WITHOUT_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?", re.ASCII)
_UNITS = {"epoch_s": timedelta(seconds=1), "epoch_ms": timedelta(milliseconds=1), None: None}


class GenericSettings(SourceSettings):
    """A sender of your own."""

    mapping: AlertMapping = Field(description="where the parts of an alert are")

    @model_validator(mode="after")
    def _identified(self) -> Self:
        for key in ("fingerprint", "status"):
            if getattr(self.mapping, key) is None:
                raise ValueError(f"its mapping needs {key}. Add it")
        return self


Settings = GenericSettings


def parse(post: Post, settings: GenericSettings) -> Parsed:
    """The alerts of one post. Raises SourceError, and nothing else, for a malformed body."""
    return read_mapped(post, settings.mapping)


def read_mapped(post: Post, mapping: AlertMapping) -> Parsed:
    """The alerts of a body, each read through the mapping. Raises SourceError naming the field."""
    body = _unwrapped(read_json(post.body, numbers=True, strict=mapping.strict_json), mapping)
    if mapping.accepts is not None and mapping.accepts.of(body, "body") is not True:
        raise SourceError("body", f"not what this sender posts: {mapping.accepts} does not hold")
    found = mapping.alerts.of(body, "alerts")
    listed = found if isinstance(found, list) else [] if found is None else [found]
    if found is None:
        raise SourceError("alerts", f"{mapping.alerts} is not in the body")
    if len(listed) > MOST_ALERTS:
        raise SourceError("alerts", f"more than {MOST_ALERTS} in one post")
    reading = _Reading(post, mapping, Moments(post.received_at))
    for n, item in enumerate(listed):
        reading.take(item, f"alerts[{n}]")
    return Parsed(tuple(reading.alerts), 0, tuple(reading.moments.notes), tuple(reading.ignored))


def looks_typical(post: Post, mapping: AlertMapping) -> bool:
    """Whether `typical` holds for a body that was read through the mapping."""
    body = read_json(post.body, numbers=True, strict=mapping.strict_json)
    return mapping.typical is None or mapping.typical.of(body, "body") is True


def _unwrapped(body: object, mapping: AlertMapping) -> object:
    """The body, or what it carries in base64."""
    inside = mapping.inside.of(body, "body") if mapping.inside else None
    if not isinstance(inside, str):
        return body
    try:
        return read_json(b64decode(inside, validate=True), numbers=True, strict=mapping.strict_json)
    except ValueError:  # not base64
        raise SourceError("body", f"{mapping.inside} is not base64") from None


class _Reading:
    """One body on its way through one mapping."""

    def __init__(self, post: Post, mapping: AlertMapping, moments: Moments) -> None:
        self._post, self._map, self.moments = post, mapping, moments
        self.alerts: list[Alert] = []
        self.ignored: list[tuple[Alert, Ignored]] = []

    def take(self, item: object, place: str) -> None:
        if _holds(self._map.test, item, f"{place}.test"):
            return self.ignored.append(not_wanted(self._post, "test", "test"))
        if _holds(self._map.ignore, item, f"{place}.ignore"):
            return self.ignored.append(not_wanted(self._post, "other_event", "ignored by the mapping"))
        key = _text(self._map.fingerprint, item, f"{place}.fingerprint")
        if not key or len(key) > LONGEST_FINGERPRINT:
            what = (
                f"longer than {LONGEST_FINGERPRINT} characters"
                if key
                else f"{self._map.fingerprint} found nothing"
            )
            raise SourceError(f"{place}.fingerprint", what)
        word = _text(self._map.status, item, f"{place}.status")
        status = self._status(word, f"{place}.status")
        if status is None:
            return self.ignored.append(not_wanted(self._post, "other_event", word, key))
        return self.alerts.append(self._alert(item, place, key, status))

    def _status(self, word: str, field: str) -> AlertStatus | None:
        """None for a word that neither begins nor ends anything."""
        known = self._map.statuses
        if word in known.firing:
            return "firing"
        if word in known.resolved:
            return "resolved"
        if word in known.still or (word and "*" in known.still):
            return None
        raise SourceError(field, f"{word[:40]!r} is none of the words of statuses" if word else "missing")

    def _alert(self, item: object, place: str, key: str, status: AlertStatus) -> Alert:
        starts_at = self.moments.start(self._time(self._map.starts_at, item, f"{place}.starts_at"), place)
        why = _text(self._map.end_note, item, f"{place}.end_note") if status == "resolved" else ""
        end = self._time(self._map.ends_at, item, f"{place}.ends_at") if status == "resolved" else None
        return Alert(
            source=self._post.source,
            fingerprint=key,
            status=status,
            labels=self._labels(item, place),
            annotations=_texts(self._map.annotations, item, f"{place}.annotations"),
            starts_at=starts_at,
            ends_at=self.moments.end(end, place, starts_at) if status == "resolved" else None,
            url=_text(self._map.url, item, f"{place}.url"),
            as_of=self._time(self._map.as_of, item, f"{place}.as_of"),
            end_note=self.moments.unmeasured(place, why) if why else "",
        )

    def _labels(self, item: object, place: str) -> Mapping[str, str]:
        labels = _texts(self._map.labels, item, f"{place}.labels")
        severity = labels.get("severity", "")
        mapped = {"severity": self._map.severities[severity]} if severity in self._map.severities else {}
        said = self._map.words.of(item, f"{place}.words") if self._map.words else None
        lines = said if isinstance(said, list) else [said]
        words = labels_in(*(text(line, f"{place}.words") for line in lines))
        return {**labels, **mapped, **_tags(self._map.tags, item, f"{place}.tags"), **words}

    def _time(self, expression: Expression | None, item: object, field: str) -> datetime | None:
        written = _text(expression, item, field)
        bare = _WITHOUT_ZONE.fullmatch(written) if self._map.zone else None
        if not bare:
            return time(written, field, _UNITS[self._map.time_format])
        try:
            local = datetime.fromisoformat(f"{bare[1]}T{bare[2]}").replace(tzinfo=self._map.zone)
        except ValueError:
            raise SourceError(field, "no such day or time") from None
        return time(f"{bare[1]}T{bare[2]}.{bare[3] or 0}{local:%z}", field)


def _holds(expression: Expression | None, item: object, field: str) -> bool:
    return expression is not None and expression.of(item, field) is True


def _text(expression: Expression | None, item: object, field: str) -> str:
    return text(expression.of(item, field), field) if expression is not None else ""


def _texts(given: Mapping[str, Expression] | Expression, item: object, field: str) -> dict[str, str]:
    """The texts by name; what was not found is left out."""
    return {
        name: text(value, f"{field}.{name[:80]}")
        for name, value in _values(given, item, field)
        if value not in (None, "")
    }


def _tags(expression: Expression | None, item: object, field: str) -> dict[str, str]:
    """The same of an object whose values may be lists, of which the first counts."""
    found = _values(expression, item, field) if expression else ()
    firsts = ((name, (value or [None])[0] if isinstance(value, list) else value) for name, value in found)
    return {name: text(value, f"{field}.{name[:80]}") for name, value in firsts if value not in (None, "")}


def _values(
    given: Mapping[str, Expression] | Expression, item: object, field: str
) -> Iterator[tuple[str, object]]:
    if not isinstance(given, Expression):
        yield from ((name, one.of(item, f"{field}.{name}")) for name, one in given.items())
        return
    found = given.of(item, field)
    if not isinstance(found, dict | None):
        raise SourceError(field, f"{given} must yield an object of texts")
    yield from ((text(name, field), value) for name, value in (found or {}).items())
