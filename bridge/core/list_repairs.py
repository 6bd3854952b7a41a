"""What is put right in a customer list without asking, as any importer would: each repair is counted and told. Pure.

What is left after a repair must pass `addresses.problem` like any other address, so that no repair makes two
recipients of one cell or guesses at an address.
"""

import re

from bridge.core.addresses import AddressError, on_the_wire

INVISIBLE = "invisible characters and blanks around the address removed"
MAILTO = "mailto: or another word before the address removed"
BRACKETS = "the address taken out of brackets or quotation marks"
FULL_WIDTH = "full-width letters written in half width"
TRAILING = "a full stop or comma after the address removed"
LINE_END = "a line end inside a cell made a space"
NO_NAME = "an address where name or company stands left out; nothing is sent to it"
LANGUAGE = "a language that is not known: the default is used"
JAPANESE = {
    INVISIBLE: "アドレスの前後の空白・見えない文字を除きました",
    MAILTO: "mailto: など、アドレスの前の語を除きました",
    BRACKETS: "括弧・引用符の中のアドレスを取り出しました",
    FULL_WIDTH: "全角の文字を半角に直しました",
    TRAILING: "アドレスの後の句読点を除きました",
    LINE_END: "セルの中の改行を空白に直しました",
    NO_NAME: "氏名・会社名の欄のメールアドレスを除きました(そこへは送りません)",
    LANGUAGE: "言語を読み取れないため既定の言語にしました",
}
"""Every repair, for people who read Japanese."""

_BLANK = " \u3000"  # around a cell these mean nothing: not worth telling
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_AROUND_AT = re.compile(r"\s*@\s*")
_MAILTO = re.compile(r"(?:mailto|smtp|e-?mail|メール)\s*:\s*([^?]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_IN_BRACKETS = re.compile(
    r"[^@<>]*<([^<>]*)>"
    r"|[\"'“”‘’「『【《〈〔\[(]+([^\"'“”‘’「『【《〈〔\[()\]〕〉》】』」]*)[\"'“”‘’\])〕〉》】』」]*"
    r"|([^\s@()]+@[^\s@()]+)\s*\([^@()]*\)"  # a name in brackets behind the address
)
_TRAILING = re.compile(r"[.,;:。、，．・]+$")
_WIDTHS: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "。｡"), "."),
    **dict.fromkeys(map(ord, "‐‑‒–−"), "-"),
    ord("﹫"): "@",
}


def usable(written: str) -> tuple[str, tuple[str, ...]]:
    """The address in a cell as it is written on the wire, and the repairs that it took.

    Raises AddressError for what no repair makes one address of.
    """
    trimmed = written.strip(_BLANK)
    if trimmed.isascii() and trimmed[:1] != "'":
        try:
            return on_the_wire(trimmed), ()
        except AddressError:
            pass
    cleaned, repairs = _cleaned(trimmed)
    return on_the_wire(cleaned), repairs


def _cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    repairs: list[str] = []
    for repair, mended in (
        (INVISIBLE, _seen),
        (FULL_WIDTH, _half_width),
        (BRACKETS, _unwrapped),
        (MAILTO, _without_mailto),
        (INVISIBLE, _joined),
        (TRAILING, _without_trail),
    ):
        after = mended(text)
        if after != text:
            repairs.append(repair)
        text = after
    return text, tuple(dict.fromkeys(repairs))


def _seen(text: str) -> str:
    return _UNSEEN.sub("", text).strip()


def _joined(text: str) -> str:
    return _AROUND_AT.sub("@", text)


def _half_width(text: str) -> str:
    """The text with its full-width letters, at sign and stops in half width; its tail keeps what is cut later."""
    return text.translate(_WIDTHS) if any(at in text for at in "@＠﹫") else text


def _unwrapped(text: str) -> str:
    bare = _TRAILING.sub("", text)
    match = _IN_BRACKETS.fullmatch(bare)
    inner = next((each for each in match.groups() if each is not None), "") if match else bare
    return text if inner == bare else inner.strip()


def _without_mailto(text: str) -> str:
    match = _MAILTO.fullmatch(text)
    return match[1] if match else text


def _without_trail(text: str) -> str:
    return _TRAILING.sub("", text).rstrip()
