"""Alertmanager's matcher syntax: `service="shop"`, `severity=~"critical|page"`, `{"クラスタ"!="試験",a="b"}`.

The grammar is Alertmanager's default: the classic one, and where that does not fit the UTF-8 one of 0.27.
Source: prometheus.io/docs/alerting/latest/configuration/#matcher; pkg/labels/parse.go, matcher/parse and
matcher/compat (fallback mode) of prometheus/alertmanager.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, cast

import re2

Op = Literal["=", "!=", "=~", "!~"]

# A label name that needs no quotes in every version of Alertmanager.
_PLAIN_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_CLASSIC = re.compile(
    r"[ \t\n\f\r]*(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)[ \t\n\f\r]*(?P<op>=~|=|!=|!~)[ \t\n\f\r]*(?P<value>.*?)"
    r"[ \t\n\f\r]*",
    re.DOTALL,
)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_BARE = r"""[^\s{}!=~,\\"'`]+"""
# One matcher of a list, with the comma that ends it. A backslash keeps a quote from opening or closing.
_CLASSIC_PART = re.compile(r'((?:"(?:[^"\\]|\\.)*"|\\[^,]?+|[^,"\\])*)(?:,|\Z)', re.DOTALL)
_UTF8_PART = re.compile(
    rf"\s*(?P<name>{_QUOTED}|{_BARE})\s*(?P<op>=~|=|!=|!~)\s*(?P<value>{_QUOTED}|{_BARE})\s*(?:,\s*|\Z)",
    re.DOTALL,
)
# Escapes of a Go string in double quotes (go.dev/ref/spec#String_literals). Anything else after \ is an error.
_GO_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\\"])|(.?))",
    re.DOTALL,
)
_GO_LETTERS = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"',
}  # fmt: skip
REMEMBERED = 200  # characters of a value; longer ones would fill the memory
_HOW = 'Write it as name="value", with =, !=, =~ or !~'


@dataclass(frozen=True)
class Matcher:
    """One condition on one label. Raises ValueError for an empty name or a bad regular expression.

    A regular expression must cover the whole value and is RE2, as in Go: its time is linear in the value.
    """

    name: str
    op: Op
    value: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a matcher needs a label name")
        try:
            _ = self._test
        except re2.error as error:
            raise ValueError(f"{self}: {_words(error)}. Write it in RE2's syntax, as for Go") from None

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the condition holds. A label that is missing counts as empty."""
        return self._test(labels.get(self.name, ""))

    def __str__(self) -> str:
        name = self.name if _PLAIN_NAME.fullmatch(self.name) else _quote(self.name)
        return f"{name}{self.op}{_quote(self.value)}"

    @cached_property
    def _test(self) -> Callable[[str], bool]:
        wanted = self.value
        match self.op:
            case "=":
                return lambda text: text == wanted
            case "!=":
                return lambda text: text != wanted
            case "=~":
                return _finds(wanted)
            case "!~":
                finds = _finds(wanted)
                return lambda text: not finds(text)


@dataclass(frozen=True)
class Matchers:
    """The matchers of one text, mostly a single one. All of them must hold."""

    all: tuple[Matcher, ...]

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all_match(self.all, labels)


def parse_matchers(text: str) -> Matchers:
    """The matchers of one text, with or without braces around. Raises ValueError saying what is wrong with it."""
    if text.startswith("{") != text.endswith("}"):
        raise ValueError(f"{text!r}: one brace without the other. {_HOW}")
    inner = (text[1:-1] if text.startswith("{") else text).strip(" \t\n\f\r")
    for grammar in (_classic, _utf8):
        with suppress(_NotOfGrammar):
            if found := tuple(grammar(inner)):
                return Matchers(found)
    raise ValueError(f"{text!r} is not a matcher. {_HOW}")


def all_match(matchers: Iterable[Matcher | Matchers], labels: Mapping[str, str]) -> bool:
    """Whether every matcher holds. Without matchers the answer is yes."""
    for matcher in matchers:  # noqa: SIM110 - all() of a generator takes three times as long, for each alert
        if not matcher.matches(labels):
            return False
    return True


class _NotOfGrammar(Exception):
    """The text is not a list of matchers in one grammar. It may be one in the other grammar."""


def _parts(part: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The parts of a list, one after the other. Raises _NotOfGrammar where the text is no further part."""
    at = 0
    while at < len(text):
        match = part.match(text, at)
        if match is None:
            raise _NotOfGrammar(text[at:])
        yield match
        at = match.end()


def _classic(text: str) -> Iterator[Matcher]:
    for part in _parts(_CLASSIC_PART, text):
        match = _CLASSIC.fullmatch(part[1])
        if match is None:
            raise _NotOfGrammar(part[1])
        yield Matcher(match["name"], cast(Op, match["op"]), _classic_value(match["value"]))


def _utf8(text: str) -> Iterator[Matcher]:
    for part in _parts(_UTF8_PART, text):
        yield Matcher(_utf8_token(part["name"]), cast(Op, part["op"]), _utf8_token(part["value"]))


def _classic_value(raw: str) -> str:
    r"""The value, in quotes or bare; only `\n`, `\"` and `\\` are escapes, other backslashes are text."""
    quoted = raw.startswith('"')
    inner = raw[1:] if quoted else raw
    parts, i = [], 0
    while i < len(inner):
        char, following = inner[i], inner[i + 1 : i + 2]
        if char == "\\" and following in ("n", '"', "\\"):
            parts.append("\n" if following == "n" else following)
            i += 2
            continue
        if char == '"':
            if quoted and i == len(inner) - 1:
                return "".join(parts)
            raise _NotOfGrammar(raw)
        parts.append(char)
        i += 1
    if quoted:
        raise _NotOfGrammar(raw)
    return "".join(parts)


def _utf8_token(raw: str) -> str:
    """A name or value of the UTF-8 grammar: bare as it stands, in quotes a Go string."""
    if not raw.startswith('"'):
        return raw
    if "\n" in raw:
        raise ValueError(f'{raw}: a line break inside quotes is written "\\n"')
    try:
        return _GO_ESCAPE.sub(_unescape, raw[1:-1]).encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise ValueError(f"{raw}: not valid UTF-8") from None


def _unescape(match: re.Match[str]) -> str:
    byte_hex, byte_octal, short, long, letter, unknown = match.groups()
    if letter:
        return _GO_LETTERS[letter]
    if unknown is not None:
        raise ValueError(f'"\\{unknown}" is not an escape. A backslash is written "\\\\"')
    if short or long:
        code = int(short or long, 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise ValueError(f"{match[0]} is not a character")
        return chr(code)
    # one character may take several escapes, as in \xe3\x81\x82: the bytes stay surrogates until all are decoded
    return bytes([int(byte_hex, 16) if byte_hex else int(byte_octal, 8)]).decode("utf-8", "surrogateescape")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return f'"{escaped}"'


def _finds(pattern: str) -> Callable[[str], bool]:
    """Whether a text is of this pattern. In a storm the values are few and asked again and again."""
    options = re2.Options()
    options.log_errors = False  # RE2 would print the error on stderr too
    regex = re2.compile(f"^(?:{pattern})$", options)

    @lru_cache(maxsize=256)
    def remembered(text: str) -> bool:
        return regex.search(text) is not None

    return lambda text: (remembered if len(text) <= REMEMBERED else remembered.__wrapped__)(text)


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else error
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return words.replace("^(?:", "").removesuffix(")$")
