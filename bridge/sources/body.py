"""Reading a post, for every source: JSON, texts, sets of labels, times (docs/design.md §18).

Numbers stay the text that was written, where no expression computes with them: none can overflow. Every function
raises SourceError with the field's name, and nothing else.
"""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, lru_cache
from itertools import accumulate
from typing import NoReturn, cast

from bridge.core.sanitise import storable
from bridge.errors import SourceError

DEEPEST = 64
FUTURE = timedelta(minutes=5)
KEPT_TIME = 64  # characters: longer ones may be anything, and are not remembered

_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_WORD = re.compile(r"""(?:^|(?<=[\s,;]))([A-Za-z_][\w.-]*)[=:](?!//)(?:"([^"]*)"|([^\s,;]+))""")
_MACRO = re.compile(r"\{.*\}|\$\S+|<no value>|\*UNKNOWN\*")  # a template its sender did not fill in
_EPOCH = re.compile(r"(\d{1,19})(?:\.(\d{1,9}))?", re.ASCII)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_IN_AND_OUT = bytes.maketrans(b"[]{}", b"\x01\xff\x01\xff")
_LARGEST = 10**19  # of numbers that become text; longer ones are no number that anybody wrote
# Since 1970 in seconds, or in what a number of this size must be: 10**11 s would be the year 5138.
_SIZES = ((10**18, 10**9), (10**14, 10**6), (10**11, 10**3))


def read_object(body: bytes) -> Mapping[str, object]:
    """The JSON object of a body. Where a key is written twice, the last one counts."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise SourceError("body", "must be a JSON object")
    return value


def read_json(body: bytes, *, numbers: bool = False, strict: bool = True) -> object:
    """The JSON value of a body in UTF-8, with or without BOM, nested at most `DEEPEST`.

    `numbers`: numbers are numbers and not texts. Not `strict`: texts may hold raw line ends and control characters.
    """
    try:
        value = _decoder(numbers=numbers, strict=strict).decode(body.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError:
        raise SourceError("body", "not UTF-8") from None
    except json.JSONDecodeError as error:
        raise SourceError("body", f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise SourceError("body", f"nested deeper than {DEEPEST}") from None
    except ValueError:  # an integer of more than 4300 digits
        raise SourceError("body", "a number is too long") from None
    _check_depth(body)
    return cast(object, value)


@cache
def _decoder(*, numbers: bool, strict: bool) -> json.JSONDecoder:
    kept = None if numbers else str
    return json.JSONDecoder(strict=strict, parse_int=kept, parse_float=kept, parse_constant=_no_constant)


def object_in(value: object, field: str) -> Mapping[str, object]:
    """A value that must be a JSON object; absent counts as empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SourceError(field, "must be an object")
    return value


def first_of(value: object, field: str) -> Mapping[str, object]:
    """The first object of a list; empty where there is none."""
    if value is None or value == []:
        return {}
    if not isinstance(value, list):
        raise SourceError(field, "must be a list")
    return object_in(value[0], f"{field}[0]")


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
    if isinstance(value, int | float) and abs(value) < _LARGEST:
        return str(value)
    raise SourceError(field, "must be text")


def texts(value: object, field: str) -> Mapping[str, str]:
    """A set of labels or annotations. Absent is empty; a null, list or object inside is an error."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SourceError(field, "must be an object of texts")
    pairs = {}
    for key, inner in value.items():
        name = storable(key)
        if isinstance(inner, str):
            pairs[name] = storable(inner)
        elif inner is None:
            raise SourceError(f"{field}.{name[:80]}", "must be text")
        else:
            pairs[name] = text(inner, f"{field}.{name[:80]}")
    return pairs


def labels_in(*lines: str) -> dict[str, str]:
    """The `key=value` and `key:value` words of these texts, the first of each key; links are none."""
    found: dict[str, str] = {}
    for line in lines:
        for key, quoted, bare in _WORD.findall(line):
            found.setdefault(key, quoted or bare)
    return found


def is_macro(written: str) -> bool:
    """Whether nothing was given: an empty text, or a template that its sender did not fill in."""
    return not written.strip() or _MACRO.fullmatch(written.strip()) is not None


def time(value: object, field: str, unit: timedelta | None = None) -> datetime | None:
    """A time in UTC, cut to microseconds: RFC 3339, or a number since 1970, by its size s, ms, µs or ns.

    `unit`: what such a number counts, where that is known.

    None where no time is given: null, empty, 0, the year 1, an unexpanded macro. A time after the year 9999 becomes
    the end of that year.
    """
    given = text(value, field).strip()
    read = _read_time if len(given) <= KEPT_TIME else _read_time.__wrapped__
    try:
        return read(given, unit)
    except ValueError as error:
        raise SourceError(field, str(error)) from None


@lru_cache(maxsize=4096)  # the alerts of a group began together, and those that fire have ended in the year 1
def _read_time(given: str, unit: timedelta | None) -> datetime | None:
    """Raises ValueError, in words for the sender."""
    if is_macro(given):
        return None
    if match := _RFC_3339.fullmatch(given):
        return _usual_time(given) or _calendar_time(match)
    if match := _EPOCH.fullmatch(given):
        return _epoch_time(int(match[1]), match[2] or "", unit)
    raise ValueError("not a time. RFC 3339 is 2026-11-24T03:27:11Z")


def _usual_time(given: str) -> datetime | None:
    """What Python reads itself, in a tenth of the time; None for what needs a closer look."""
    try:
        read = datetime.fromisoformat(given)
        return read.astimezone(UTC) if read.year > 1 else None
    except (ValueError, OverflowError):
        return None


def _calendar_time(match: re.Match[str]) -> datetime | None:
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
        raise ValueError("no such day or time") from None


def _offset(written: str) -> timezone:
    if written in "Zz":
        return UTC
    away = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(-away if written[0] == "-" else away)


def _epoch_time(whole: int, fraction: str, unit: timedelta | None) -> datetime | None:
    if whole == 0:
        return None
    per_second = int(timedelta(seconds=1) / unit) if unit else _per_second(whole)
    micros = (whole * 10**9 + int(fraction.ljust(9, "0"))) * 1_000_000 // (per_second * 10**9)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _per_second(whole: int) -> int:
    """What a number of this size counts, by how many of it are a second."""
    return next((per_second for least, per_second in _SIZES if whole >= least), 1)


def _check_depth(body: bytes) -> None:
    """Refuse JSON that is nested too deeply. Counted in its bytes: to walk through all values takes seconds."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    without_escapes = body.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in body else body
    outside_of_texts = b"".join(without_escapes.split(b'"')[::2])
    steps = outside_of_texts.translate(_IN_AND_OUT, _NO_BRACKETS).replace(b"\x01\xff", b"")  # the innermost
    if 1 + max(accumulate(memoryview(steps).cast("b")), default=0) > DEEPEST:
        raise SourceError("body", f"nested deeper than {DEEPEST}")


def _no_constant(name: str) -> NoReturn:
    raise SourceError("body", f"{name} is not JSON")
