"""What each letter is called: by its number where it has one, else by its kind."""

from bridge.core.kinds import spec_of
from bridge.core.model import Kind
from bridge.core.values import Locale

KANJI_DIGITS = "〇一二三四五六七八九"


def title(kind: Kind, number: int | None, locale: Locale) -> str:
    """`復旧報告`, `第二報` or `2nd report`. A numbered kind without a number is a first report."""
    named = spec_of(kind).title
    return named.get(locale) if named else numbered(number or 1, locale)


def numbered(number: int, locale: Locale) -> str:
    """`第二報` or `2nd report`. Kanji up to 99, so that one correspondence never mixes two spellings."""
    if locale == "en":
        return f"{ordinal(number)} report"
    return f"第{kanji(number) if number < 100 else number}報"


def ordinal(n: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    suffix = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def kanji(n: int) -> str:
    """A number below 100 in kanji: `二十一`. Empty for 0."""
    tens, ones = divmod(n, 10)
    return (
        f"{KANJI_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{KANJI_DIGITS[ones] if ones else ''}"
    )
