"""Reading a post, for every source: JSON, texts, sets of labels, times (docs/design.md §18).

Numbers stay the text that was written: the bridge computes with none of them, and none can overflow. Every function
raises SourceError with the field's name, and nothing else.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import NoReturn, cast

from bridge.core.sanitise import storable
from bridge.errors import SourceError

DEEPEST = 64
FUTURE = timedelta(minutes=5)

_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_MACRO = re.compile(r"\{.*\}|\$\S+|<no value>|\*UNKNOWN\*")  # a template its sender did not fill in
_EPOCH = re.compile(r"(\d{1,18})(?:\.(\d{1,9}))?", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138


def read_object(body: bytes) -> Mapping[str, object]:
    """The JSON object of a body in UTF-8, with or without BOM. Where a key is written twice, the last one counts."""
    try:
        value = json.loads(
            body.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise SourceError("body", "not UTF-8") from None
    except json.JSONDecodeError as error:
        raise SourceError("body", f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise SourceError("body", f"nested deeper than {DEEPEST}") from None
    if not isinstance(value, dict):
        raise SourceError("body", "must be a JSON object")
    _check_depth(value)
    return value


def text(value: object, field: str) -> str:
    """The text of a value: empty for null or absent, digits for a number. Without NUL and lone surrogates.

    Raises SourceError for a list or an object.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return storable(value)
    raise SourceError(field, "must be text")


def texts(value: object, field: str) -> Mapping[str, str]:
    """A set of labels or annotations. Absent is empty; a null, list or object inside is an error."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SourceError(field, "must be an object of texts")
    pairs = {}
    for key, inner in value.items():
        name = text(key, field)
        if inner is None:
            raise SourceError(f"{field}.{name[:80]}", "must be text")
        pairs[name] = text(inner, f"{field}.{name[:80]}")
    return pairs


def time(value: object, field: str) -> datetime | None:
    """A time in UTC, cut to microseconds: RFC 3339, or seconds or milliseconds since 1970.

    None where no time is given: null, empty, 0, the year 1, an unexpanded macro. A time after the year 9999 becomes
    the end of that year.
    """
    given = text(value, field).strip()
    if not given or _MACRO.fullmatch(given):
        return None
    if match := _RFC_3339.fullmatch(given):
        return _calendar_time(match, field)
    if match := _EPOCH.fullmatch(given):
        return _epoch_time(int(match[1]), match[2] or "")
    raise SourceError(field, "not a time. RFC 3339 is 2026-11-24T03:27:11Z")


def _calendar_time(match: re.Match[str], field: str) -> datetime | None:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if year <= 1:
        return None
    leap = second == 60  # a leap second counts as the second after 23:59:59
    micros = int((match[7] or "").ljust(6, "0")[:6])
    try:
        local = datetime(year, month, day, hour, minute, 59 if leap else second, micros, _offset(match[8]))
        return local.astimezone(UTC) + timedelta(seconds=leap)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
    except ValueError:
        raise SourceError(field, "no such day or time") from None


def _offset(written: str) -> timezone:
    if written in "Zz":
        return UTC
    away = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-away if written[0] == "-" else away)


def _epoch_time(whole: int, fraction: str) -> datetime | None:
    if whole == 0:
        return None
    unit = timedelta(milliseconds=1) if whole >= _MILLISECONDS_FROM else timedelta(seconds=1)
    try:
        since = whole * unit + int(fraction.ljust(6, "0")[:6]) * unit / 1_000_000
        return datetime(1970, 1, 1, tzinfo=UTC) + since
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [child for one in level for child in _children(one)]
        if not level:
            return
    if any(isinstance(one, dict | list) for one in level):
        raise SourceError("body", f"nested deeper than {DEEPEST}")


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return cast(list[object], value) if isinstance(value, list) else []


def _no_constant(name: str) -> NoReturn:
    raise SourceError("body", f"{name} is not JSON")
