"""What each letter is called: by its number where it has one, else by its kind."""

from collections.abc import Mapping

from bridge.core.model import Kind
from bridge.core.values import Locale, LocalText

NAMES: Mapping[Kind, LocalText] = {
    "recovery": LocalText(ja="復旧報告", en="recovery report"),
    "final": LocalText(ja="最終報", en="final report"),
    "individual": LocalText(ja="個別のお詫び", en="individual apologies"),
}
"""The kinds that are not numbered. `first` and `update` are called by `numbered`."""

_DIGITS = "〇一二三四五六七八九"


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
