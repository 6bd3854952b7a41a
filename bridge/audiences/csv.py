"""Customer lists: a CSV file, read as a stream however long it is.

One bad row never costs the others their letter: it is listed with its line and the reason. A row is one line of
the file: a quotation mark that nothing closes spoils its own line, never the customers below. What a cell holds is
data: a formula in a name stays a name.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bridge.core import addresses, csv_text
from bridge.core.addresses import AddressError, on_the_wire
from bridge.core.csv_text import NotCsv
from bridge.core.model import Recipient
from bridge.core.values import LOCALES, Locale, LocalText
from bridge.errors import BridgeError

COLUMNS = ("email", "name", "company", "locale")
_HEADER = ",".join(COLUMNS)
_CELL_KEPT = 100  # characters of a bad row that are kept to show
_PIECE = 1 << 20  # bytes that are read at a time to find the encoding
_LANGUAGES: Mapping[str, Locale] = {locale: locale for locale in LOCALES}  # "ja-JP" and "EN" are meant too
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_IN_NAME = "control characters in name or company"
_UNCLOSED = "a quotation mark is not closed on its line"
_TOO_MANY = "more cells than the header has. Put a cell with a comma in quotation marks"
_NOT_CSV = "CSVとして読めません"
_JAPANESE: Mapping[str, str] = {
    **addresses.JAPANESE,
    _IN_NAME: "氏名か会社名に制御文字があります",
    _UNCLOSED: '引用符(")が同じ行で閉じていません',
    _TOO_MANY: '見出しよりセルが多くあります。カンマを含むセルは引用符(")で囲んでください',
}

OnRead = Callable[
    [], None
]  # called after each successful read: a long list is not taken for a hung file system


def nobody_waits() -> None:
    """The `OnRead` of whoever waits for a list without a limit."""


class AudienceError(BridgeError):
    """A customer list cannot be used as a whole. Names the file, what is wrong and what to do.

    `what` in English is the error itself; `words` are for the on-call, in either language.
    """

    def __init__(self, path: Path, what: str, ja: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what
        self.words = LocalText(ja=f"{path}: {ja}", en=str(self))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row nobody can be written to. `line` counts from 1, with the header.

    `text` is its address cell, or the beginning of the line where its cells cannot be told apart.
    """

    line: int
    reason: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" + (f": {self.text}" if self.text else "")

    @property
    def words(self) -> LocalText:
        """`str()` of the row for the on-call, in either language."""
        ja = _JAPANESE.get(self.reason, _NOT_CSV)
        return LocalText(ja=f"{self.line}行目: {ja}" + (f": {self.text}" if self.text else ""), en=str(self))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An address that an earlier row already had. Domains compare without case, local parts with it."""

    line: int
    address: str


Row = Recipient | BadRow | Duplicate


def read(path: Path, locale: Locale = "ja", on_read: OnRead = nobody_waits) -> Iterator[Row]:
    """Every row in the order of the file. `locale` is for rows that give none of ours.

    Memory grows by the addresses alone (some 150 bytes each), which find duplicates. Raises AudienceError.
    """
    yield from rows_in(path, encoding_of(path, on_read), locale)


def rows_in(path: Path, encoding: str, locale: Locale) -> Iterator[Row]:
    """Every row of a file whose encoding is known. Raises AudienceError."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from _unique(_parsed(path, file, locale))
    except OSError as exc:
        raise unreadable(path, exc) from exc
    except UnicodeDecodeError as exc:
        raise AudienceError(
            path,
            "changed while it was read. Replace it by renaming a finished file",
            "読んでいる間に変わりました。書き終えたファイルの名前を変えて置き換えてください",
        ) from exc


def encoding_of(path: Path, on_read: OnRead = nobody_waits) -> str:
    """The encoding of the whole file, as `csv_text` names it. Raises AudienceError."""
    try:
        encoding = csv_text.encoding_of(lambda: _pieces(path, on_read))
    except OSError as exc:
        raise unreadable(path, exc) from exc
    if encoding is None:
        raise AudienceError(
            path,
            "is neither UTF-8 nor Shift_JIS. Save it as CSV UTF-8",
            "文字コードが UTF-8 でも Shift_JIS でもありません。CSV UTF-8 で保存してください",
        )
    return encoding


def unreadable(path: Path, exc: OSError) -> AudienceError:
    """The error for a file that cannot be opened or read."""
    return AudienceError(
        path,
        f"cannot be read ({exc.strerror}). Put the customer list there, readable for us",
        f"読めません({exc.strerror})。ブリッジが読めるように名簿を置いてください",
    )


def _pieces(path: Path, on_read: OnRead) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
            on_read()


def _unique(rows: Iterator[tuple[int, Recipient | BadRow]]) -> Iterator[Row]:
    seen: set[str] = set()
    for line, row in rows:
        if isinstance(row, BadRow):
            yield row
        elif row.address in seen:
            yield Duplicate(line, row.address)
        else:
            seen.add(row.address)
            yield row


def _parsed(path: Path, file: IO[str], locale: Locale) -> Iterator[tuple[int, Recipient | BadRow]]:
    try:
        header = csv_text.row(next(file, ""))
    except NotCsv as exc:
        raise AudienceError(
            path,
            f"has no usable first line: {_why(exc)}. Begin it with the header row {_HEADER}",
            f"1行目をCSVとして読めません。1行目に見出し {_HEADER} を書いてください",
        ) from exc
    places = _places(path, header)
    for line, text in enumerate(file, 2):
        try:
            cells = csv_text.row(text)
        except NotCsv as exc:
            yield line, BadRow(line, _why(exc), _shown(text.strip()))
            continue
        if any(cells[len(header) :]):
            yield line, BadRow(line, _TOO_MANY, _shown(text.strip()))
        elif any(cells):
            cells += [""] * max(1, len(header) + 1 - len(cells))
            yield line, _row(line, cells, places, locale)


def _why(exc: NotCsv) -> str:
    return _UNCLOSED if exc.unclosed else f"not CSV ({exc})"


def _shown(text: str) -> str:
    return _UNREADABLE.sub("\ufffd", text[:_CELL_KEPT])


def _places(path: Path, header: Sequence[str]) -> list[int]:
    """In which column each of COLUMNS stands; -1 for a missing one, where `_parsed` puts an empty cell."""
    found = csv_text.columns(header)
    if not any(found):
        raise AudienceError(
            path,
            f"is empty. Begin it with the header row {_HEADER}",
            f"空です。1行目に見出し {_HEADER} を書いてください",
        )
    if "email" not in found:
        named = ", ".join(cell.strip()[:40] for cell in header)
        raise AudienceError(
            path,
            f"has no column email (found: {named}). Begin it with {_HEADER}",
            f"email の列がありません(1行目: {named})。1行目に見出し {_HEADER} を書いてください",
        )
    return [found.index(column) if column in found else -1 for column in COLUMNS]


def _row(line: int, cells: Sequence[str], places: list[int], locale: Locale) -> Recipient | BadRow:
    email, name, company, language = [cells[place].strip(" \u3000") for place in places]
    try:
        address = on_the_wire(email)
    except AddressError as exc:
        return BadRow(line, exc.why, _shown(email))
    if _UNREADABLE.search(name + company):
        return BadRow(line, _IN_NAME, address)
    return Recipient(address, name, company, _LANGUAGES.get(language[:2].lower(), locale))
