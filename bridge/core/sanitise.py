"""Foreign text made safe to store and to print. It comes from alerts, lists and forms."""

import re
import unicodedata

CUT = "…"  # the last character of a text that was longer
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Text that both databases and UTF-8 take: U+FFFD for each NUL, which PostgreSQL refuses, and lone surrogate."""
    if (text.isascii() and "\0" not in text) or _UNSTORABLE.search(text) is None:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str, limit: int) -> str:
    """The text in NFC, on one line, of at most `limit` characters, no invisible ones; `CUT` ends a longer one."""
    head, rest = text[: limit * 4], text[limit * 4 :]
    line = " ".join(_visible(head).split())
    return _within(line, limit, longer=bool(rest.strip()))


def several_lines(text: str, limit: int) -> str:
    """The text in NFC, with its lines, of at most `limit` characters, without invisible ones; `CUT` ends a longer
    one."""
    head, rest = text[: limit * 4], text[limit * 4 :]
    lines = "\n".join(_visible(line).rstrip() for line in head.splitlines()).strip()
    return _within(lines, limit, longer=bool(rest.strip()))


def _within(text: str, limit: int, *, longer: bool) -> str:
    """`longer`: there was more than this text."""
    if len(text) <= limit and not longer:
        return text
    return f"{text[: limit - 1].rstrip()}{CUT}"


def _visible(text: str) -> str:
    """Without control, format, private and surrogate characters; white space of any other kind is a space."""
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    if text.isprintable():  # nearly every text: a storm of alerts must not cost a look at each character
        return text
    return "".join(
        c if c == "\u3000" or unicodedata.category(c)[0] not in "CZ" else " " if c.isspace() else ""
        for c in text
    )
