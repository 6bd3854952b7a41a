"""What a mail server said, for people: printable, and without our secret. Pure."""

import re
from base64 import b64decode
from collections.abc import Iterable

LONGEST = 300  # characters
_TOKEN = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}")


def spoken(code: int, words: str, secrets: Iterable[str] = ()) -> str:
    """The code and the words. A server may repeat what it was sent, in base64 too: that is cut out."""
    hidden = [each for each in secrets if each]

    def cut(match: re.Match[str]) -> str:
        return "…" if any(each in _plain(match[0]) for each in hidden) else match[0]

    text = _TOKEN.sub(cut, words)
    for each in hidden:
        text = text.replace(each, "…")
    return f"{code} " + "".join(c if c.isprintable() else " " for c in text)[:LONGEST].strip()


def _plain(token: str) -> str:
    try:
        return b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""
