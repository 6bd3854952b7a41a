"""Foreign text made safe to print: it comes from alerts, lists and forms, and goes into letters and mails."""

import unicodedata


def one_line(text: str, limit: int) -> str:
    """Foreign text made safe to print: NFC, on one line, at most `limit` characters, nothing invisible."""
    return " ".join(_visible(text[: limit * 4]).split())[:limit].rstrip()


def several_lines(text: str, limit: int) -> str:
    """The same for a person's own words, which keep their lines."""
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
