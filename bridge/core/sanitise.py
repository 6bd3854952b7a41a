"""Foreign text made safe to store and to print. It comes from alerts, lists and forms."""

import re
import unicodedata

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Text that both databases and UTF-8 take: U+FFFD for each NUL, which PostgreSQL refuses, and lone surrogate."""
    if _UNSTORABLE.search(text) is None:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str, limit: int) -> str:
    """The text in NFC, on one line, of at most `limit` characters, without invisible ones."""
    return " ".join(_visible(text[: limit * 4]).split())[:limit].rstrip()


def several_lines(text: str, limit: int) -> str:
    """The text in NFC, with its lines, of at most `limit` characters, without invisible ones."""
    return "\n".join(_visible(line).rstrip() for line in text[:limit].splitlines()).strip()


def _visible(text: str) -> str:
    """Without control, format, private and surrogate characters; white space of any other kind is a space."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # nearly every text: a storm of alerts must not cost a look at each character
        return text
    return "".join(
        c if c == "\u3000" or unicodedata.category(c)[0] not in "CZ" else " " if c.isspace() else ""
        for c in text
    )
