"""What each letter is called: by its number where it has one, else by its kind."""

from bridge.core.kinds import spec_of
from bridge.core.model import Kind
from bridge.core.values import Locale

_DIGITS = "〇一二三四五六七八九"


def titled(kind: Kind, number: int | None, locale: Locale) -> str:
    """`復旧報告`, `recovery report`; a numbered report by its number, the first while it has none."""
    title = spec_of(kind).title
    return title.get(locale) if title else numbered(number or 1, locale)


def numbered(number: int, locale: Locale) -> str:
    """`第二報` or `2nd report`. Kanji up to 99, so that one correspondence never mixes two spellings."""
    if locale == "en":
        return f"{ordinal(number)} report"
    return f"第{_kanji(number) if number < 100 else number}報"


def ordinal(n: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    suffix = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def _kanji(n: int) -> str:
    tens, ones = divmod(n, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones else ''}"
