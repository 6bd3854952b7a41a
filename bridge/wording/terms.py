"""A company's own terms: our YAML list, or a dictionary of the proofreading tool prh.

    - {pattern: サーバ(?!ー), replacement: サーバー, reason: 表記の統一, severity: warning}

    rules:                                # prh
      - {expected: サーバー, pattern: /サーバ/}

Patterns come from users, so RE2 runs them, in linear time and without backtracking. RE2 has no look-around.
Instead, a match that already stands inside its replacement is passed over.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import re2

from bridge.wording.model import Severity, Term
from bridge.wording.rule import Hit
from bridge.wording.text import FieldText, Sheet

SEVERITIES = ("error", "warning", "info")
OWN_KEYS = {"pattern", "replacement", "reason", "severity"}
GROUP = re.compile(r"\\(\d)")
PRH_PATTERN = re.compile(r"^/(?P<body>.*)/(?P<flags>[a-z]*)$", re.S)
REASON = "社内の用語集で定めた表記と異なります。"
REASON_EN = "The company's list of terms has another form."


def parse_terms(value: object) -> tuple[Term, ...]:
    """Terms from a loaded YAML value: a list of ours, a prh mapping with `rules`, or None for no terms.

    Raises ValueError that names the entry and says what is wrong with it."""
    if value is None:
        return ()
    if isinstance(value, list):
        entries = [_own(entry, place) for place, entry in enumerate(value, 1)]
    elif isinstance(value, Mapping) and isinstance(value.get("rules"), list):
        if value.get("imports"):
            raise ValueError("terms: prh `imports` are not followed; put their rules into this file")
        entries = [pair for place, entry in enumerate(value["rules"], 1) for pair in _prh(entry, place)]
    else:
        raise ValueError("terms: expected a list of terms, or a prh dictionary with a list `rules`")
    return tuple(_term(number, *entry) for number, entry in enumerate(entries, 1))


def find_terms(sheet: Sheet, terms: tuple[Term, ...]) -> Iterator[tuple[Term, Hit]]:
    for term in terms:
        for page in sheet.pages:
            for match in term.pattern.finditer(page.flow):
                start, end = match.span()
                text = _filled(term.replacement, match)
                if end > start and not (text and _already(page, start, end, text)):
                    yield term, Hit(page, *page.span(start, end), text)


def _filled(replacement: str | None, match: Any) -> str | None:
    """The replacement with its groups filled in. google-re2's own `expand` garbles text that is not ASCII."""
    return replacement and GROUP.sub(lambda group: match.group(int(group[1])) or "", replacement)


def _already(page: FieldText, start: int, end: int, text: str) -> bool:
    """Whether the match is part of the wanted word: サーバ inside サーバー."""
    at = page.flow.find(text, max(end - len(text), 0), start + len(text))
    return at != -1 and at <= start and end <= at + len(text)


_Entry = tuple[Any, str | None, str, Severity]
"""The compiled pattern, the replacement, the company's reason (it may be empty), the severity."""


def _term(number: int, pattern: Any, replacement: str | None, reason: str, severity: Severity) -> Term:
    return Term(f"TRM-{number:02d}", pattern, replacement, reason or REASON, reason or REASON_EN, severity)


def _own(entry: object, place: int) -> _Entry:
    if not isinstance(entry, Mapping):
        raise ValueError(f"terms: entry {place} is not a mapping")
    unknown = sorted(str(key) for key in set(entry) - OWN_KEYS)
    if unknown:
        raise ValueError(
            f"terms: entry {place}: unknown key {unknown[0]}; known are {', '.join(sorted(OWN_KEYS))}"
        )
    pattern, severity = entry.get("pattern"), entry.get("severity", "warning")
    if not isinstance(pattern, str) or not pattern:
        raise ValueError(f"terms: entry {place}: `pattern` must be a non-empty text")
    if severity not in SEVERITIES:
        raise ValueError(
            f"terms: entry {place}: severity must be one of {', '.join(SEVERITIES)}, not {severity}"
        )
    replacement = entry.get("replacement")
    return (
        _compile(pattern, place),
        None if replacement is None else str(replacement),
        str(entry.get("reason") or ""),
        cast(Severity, severity),
    )


def _prh(entry: object, place: int) -> list[_Entry]:
    """The terms of one prh rule. Its `pattern` or `patterns` are plain texts or /expressions/ with flags."""
    if isinstance(entry, str):
        entry = {"expected": entry}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("expected"), str):
        raise ValueError(f"terms: prh rule {place}: `expected` must be a text")
    expected = entry["expected"]
    given = entry.get("patterns", entry.get("pattern"))
    patterns = given if isinstance(given, list) else [given] if given else [f"/{re2.escape(expected)}/i"]
    if not all(isinstance(pattern, str) for pattern in patterns):
        raise ValueError(f"terms: prh rule {place}: `pattern` must be a text or a list of texts")
    replacement = re.sub(r"\$(\d)", r"\\\1", expected)
    return [
        (_compile_prh(each, place), replacement, str(entry.get("prh") or ""), "warning") for each in patterns
    ]


def _compile_prh(pattern: str, place: int) -> Any:
    shaped = PRH_PATTERN.match(pattern)
    if not shaped:
        return _compile(re2.escape(pattern), place)
    flags = "".join(flag for flag in shaped["flags"] if flag in "ims")
    return _compile(f"(?{flags}){shaped['body']}" if flags else shaped["body"], place)


def _compile(pattern: str, place: int) -> Any:
    options = re2.Options()
    options.log_errors = False  # the ValueError says it; RE2 would also print it on stderr
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace")
        raise ValueError(f"terms: entry {place}: RE2 cannot read the pattern {pattern!r}: {why}") from error
