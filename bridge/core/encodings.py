"""The encodings in which people export lists. Pure.

Japanese lists come in six: UTF-8 and UTF-16 ("Unicode text" of Excel), Shift_JIS (Excel for Windows), EUC-JP (old
Linux), JIS (old mail programs), and a UTF-8 file to which Shift_JIS rows were appended.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator

UTF_8 = "utf-8-sig"  # with a byte order mark, as Excel writes it, or without
UTF_16 = "utf-16"  # with a byte order mark
SHIFT_JIS = "cp932"  # what Excel for Windows writes as Shift_JIS
EUC_JP = "euc_jis_2004"  # EUC-JP with the vendors' characters, as ①
JIS = "iso2022_jp_2004"
MIXED = "utf-8+cp932"  # each line in one of the two

_WIDE: dict[bytes, str] = {codecs.BOM_UTF16_LE: UTF_16, codecs.BOM_UTF16_BE: UTF_16}
_CALLED = {SHIFT_JIS: "Shift_JIS", EUC_JP: "EUC-JP", JIS: "ISO-2022-JP", MIXED: "UTF-8 + Shift_JIS"}
_NOT_HALF_WIDTH = re.compile(rb"[\xe0-\xff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
# With which letters of EUC-JP begin: marks, kana, and the kanji that are in use.
_USUAL_IN_EUC = frozenset({0xA1, 0xA4, 0xA5, *range(0xB0, 0xD0)})
_JAPANESE_IN_JIS = b"\x1b$"
_HEAD = 4096  # bytes that show whether a file is UTF-16 or JIS
_KANJI_IN_UTF_8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")


def encoding_of(pieces: Callable[[], Iterable[bytes]]) -> str | None:
    """One of the encodings above (`utf-16-le` and `-be` without a mark), or None for bytes that are none of them.

    `pieces` gives the file from its beginning, once for each encoding that is tried. All of it is tried, because
    the last name in a file may decide.
    """
    head = next(iter(pieces()), b"")[:_HEAD]
    if wide := _wide(head):
        return wide if _decodes(pieces(), wide) else None
    if _decodes(pieces(), UTF_8):
        return JIS if _JAPANESE_IN_JIS in head and _decodes(pieces(), JIS) else UTF_8
    if _decodes(pieces(), EUC_JP) and _is_not_half_width(pieces):
        return EUC_JP
    return _by_line(pieces())


def called(encoding: str) -> str:
    """The name of an encoding for people."""
    if encoding.startswith(UTF_16):
        return "UTF-16"
    return _CALLED.get(encoding, "UTF-8")


def opened_as(encoding: str) -> str:
    """What to open a file with whose lines `lines_of` then reads."""
    return "latin-1" if encoding == MIXED else encoding


def lines_of(file: Iterable[str], encoding: str) -> Iterator[str]:
    """The lines of a file that was opened with `opened_as`. Raises UnicodeDecodeError."""
    return iter(file) if encoding != MIXED else map(_line_of, file)


def _line_of(text: str) -> str:
    raw = text.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(SHIFT_JIS)


def _wide(head: bytes) -> str | None:
    if head[:2] in _WIDE:
        return _WIDE[head[:2]]
    even, odd = head[::2].count(0), head[1::2].count(0)  # the upper halves of ASCII letters
    if 8 * (even + odd) < len(head) or (even and odd):
        return None
    return "utf-16-le" if odd else "utf-16-be" if even else None


def _is_not_half_width(pieces: Callable[[], Iterable[bytes]]) -> bool:
    """Half-width katakana in Shift_JIS would pass for kanji in EUC-JP, but for rare ones mostly."""
    if any(_NOT_HALF_WIDTH.search(piece) for piece in pieces()):
        return True
    runs = (run for piece in pieces() for run in _HIGH.findall(piece))
    return all(_USUAL_IN_EUC.issuperset(run[::2]) for run in runs)


def _decodes(pieces: Iterable[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in pieces:
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _by_line(pieces: Iterable[bytes]) -> str | None:
    """`MIXED` where some lines are Japanese in UTF-8 and the others Shift_JIS, `SHIFT_JIS` where all are that."""
    mixed = False
    for line in _lines(pieces):
        if not line.isascii():
            japanese_in_utf_8 = _KANJI_IN_UTF_8.search(line) is not None and _decodes((line,), UTF_8)
            if not japanese_in_utf_8 and not _decodes((line,), SHIFT_JIS):
                return None
            mixed = mixed or japanese_in_utf_8
    return MIXED if mixed else SHIFT_JIS


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).splitlines(keepends=True) or [b""]
        yield from whole
    yield rest
