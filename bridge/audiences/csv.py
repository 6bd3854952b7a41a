"""Customer lists: a CSV file, read as a stream however long it is.

One bad row never costs the others their letter: it is listed with its line and the reason. A row is one line of
the file: a quotation mark that nothing closes spoils its own line, never the customers below. What a cell holds is
data: a formula in a name stays a name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.audiences.columns import COLUMNS, USUAL_NAMES, Columns, NoColumn, places, wanted
from bridge.audiences.file import AudienceError, OnRead, encoding_of, nobody_waits, unreadable
from bridge.core import addresses, csv_text
from bridge.core.addresses import AddressError
from bridge.core.csv_text import NotCsv, Records
from bridge.core.encodings import lines_of, opened_as
from bridge.core.list_repairs import LANGUAGE, LINE_END, NO_NAME, usable
from bridge.core.model import Recipient, UnusableRow
from bridge.core.values import LOCALES, Locale, LocalText

_HEADER = ",".join(COLUMNS)
_CELL_KEPT = 100  # characters of a bad row that are kept to show
_LANGUAGES: Mapping[str, Locale] = {
    **{locale: locale for locale in LOCALES},  # "ja-JP" and "EN" are meant too
    **dict.fromkeys(("jp", "日本", "和文"), "ja"),
    **dict.fromkeys(("英語", "英文"), "en"),
}
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINE_ENDS = re.compile("[\r\n\x0b\x0c]+")  # the last two inside a cell, of word processors and FileMaker
_BLANK_LINE = ',;\t| \u3000\r\n\ufeff"'
_AROUND = " \u3000\t\xa0\ufeff\u200b"  # what stands around a cell and means nothing
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


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row nobody can be written to. `line` counts from 1, with the header.

    `text` is its address cell, or the beginning of the line where its cells cannot be told apart.
    """

    line: int
    reason: str
    text: str

    def __str__(self) -> str:
        return self.told.get("en")

    @property
    def told(self) -> UnusableRow:
        """The row for people, in either language."""
        return UnusableRow(self.line, self.text, self.why)

    @property
    def why(self) -> LocalText:
        """The reason in either language."""
        return LocalText(ja=_JAPANESE.get(self.reason, _NOT_CSV), en=self.reason)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An address that an earlier row already had. Domains compare without case, local parts with it."""

    line: int
    address: str


@dataclass(frozen=True, slots=True)
class Repair:
    """What was put right in a row, before the row itself. `what` are repairs of `bridge/core/list_repairs.py`."""

    line: int
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a list is read. `locale` is for rows that give none of ours; `columns` are what its columns are called."""

    locale: Locale = "ja"
    columns: Columns = USUAL_NAMES


AS_USUAL = Reading()
Row = Recipient | BadRow | Duplicate | Repair


def read(path: Path, reading: Reading = AS_USUAL, on_read: OnRead = nobody_waits) -> Iterator[Row]:
    """Every row in the order of the file. A repair stands before the row it was made in.

    Memory grows by the addresses alone (some 150 bytes each), which find duplicates. Raises AudienceError.
    """
    yield from rows_in(path, encoding_of(path, on_read), reading)


def rows_in(path: Path, encoding: str, reading: Reading) -> Iterator[Row]:
    """Every row of a file whose encoding is known. Raises AudienceError."""
    try:
        with path.open(encoding=opened_as(encoding), newline="") as file:
            yield from _unique(_parsed(path, lines_of(file, encoding), reading))
    except OSError as exc:
        raise unreadable(path, exc) from exc
    except UnicodeError as exc:
        raise AudienceError(
            path,
            "changed while it was read. Replace it by renaming a finished file",
            "読んでいる間に変わりました。書き終えたファイルの名前を変えて置き換えてください",
        ) from exc


def _unique(rows: Iterator[tuple[int, Row]]) -> Iterator[Row]:
    seen: set[str] = set()
    for line, row in rows:
        if not isinstance(row, Recipient):
            yield row
        elif row.address in seen:
            yield Duplicate(line, row.address)
        else:
            seen.add(row.address)
            yield row


@dataclass(frozen=True, slots=True)
class _Table:
    """How the lines below the header are read. `first`: the number of the first of them."""

    header: Sequence[str]
    delimiter: str
    places: Sequence[int]
    first: int


def _parsed(path: Path, lines: Iterator[str], reading: Reading) -> Iterator[tuple[int, Row]]:
    table = _table(path, lines, reading.columns)
    width = len(table.header)
    for number, text, cells in Records(lines, table.delimiter, width, table.first):
        if isinstance(cells, NotCsv):
            yield number, BadRow(number, _why(cells), _shown(text.strip()))
        elif any(cells[width:]):
            yield number, BadRow(number, _TOO_MANY, _shown(text.strip()))
        elif any(cells):
            cells += [""] * max(1, width + 1 - len(cells))
            for row in _rows(number, [cells[place] for place in table.places], reading.locale):
                if not (isinstance(row, BadRow) and csv_text.columns(cells[:width]) == table.header):
                    yield number, row  # but not a header again, where files were joined


def _table(path: Path, lines: Iterator[str], columns: Columns) -> _Table:
    """What the first lines say about the others. Raises AudienceError."""
    line, number = _filled(lines, 1)
    if delimiter := csv_text.named_delimiter(line):
        line, number = _filled(lines, number + 1)
    delimiters = (delimiter,) if delimiter else csv_text.DELIMITERS
    tries = wanted(columns)
    try:
        used, header = csv_text.header(line, delimiters, tries)
    except NotCsv as exc:
        raise AudienceError(
            path,
            f"has no usable first line: {_why(exc)}. Begin it with the header row {_HEADER}",
            f"1行目をCSVとして読めません。1行目に見出し {_HEADER} を書いてください",
        ) from exc
    try:
        found = places(header, columns)
    except NoColumn as exc:
        raise _unlabelled(path, header, exc, _is_header(next(lines, ""), delimiters, tries)) from None
    return _Table(csv_text.columns(header), used, found, number + 1)


def _filled(lines: Iterator[str], number: int) -> tuple[str, int]:
    """The next line that is not blank, and its number; `number` is that of the next line."""
    for line in lines:
        if line.strip(_BLANK_LINE):
            return line, number
        number += 1
    return "", number


def _is_header(line: str, delimiters: Sequence[str], tries: Sequence[csv_text.Wanted]) -> bool:
    return any(csv_text.shows(line, delimiters, wanted) for wanted in tries)


def _why(exc: NotCsv) -> str:
    return _UNCLOSED if exc.unclosed else f"not CSV ({exc})"


def _shown(text: str) -> str:
    return _UNREADABLE.sub("\ufffd", text[:_CELL_KEPT])


def _unlabelled(path: Path, header: Sequence[str], missing: NoColumn, below: bool) -> AudienceError:
    """The error for a list whose columns are not clear. `below`: the second line is the header."""
    named = _shown(", ".join(cell.strip()[:40] for cell in header))
    if not any(csv_text.columns(header)):
        return AudienceError(
            path,
            f"is empty. Begin it with the header row {_HEADER}",
            f"空です。1行目に見出し {_HEADER} を書いてください",
        )
    if missing.twice:
        twice = ", ".join(missing.twice)
        return AudienceError(
            path,
            f"has several columns for addresses ({twice}). Keep one, or name it in `columns: {{email: ...}}`",
            f"メールアドレスの列が2つ以上あります({twice})。1つにするか、設定の columns で列名を指定してください",
        )
    if below:
        return AudienceError(
            path,
            f"begins with a title ({named}), and its header is the second line. Delete the first line",
            f"1行目が表題です({named})。見出しが2行目にあります。1行目を削除してください",
        )
    return AudienceError(
        path,
        f"has no column {missing.wanted} (found: {named}). Begin it with {_HEADER}, or name its columns in `columns`",
        f"{missing.wanted} の列がありません(1行目: {named})。1行目に見出し {_HEADER} を書くか、"
        "設定の columns で列名を指定してください",
    )


def _rows(line: int, cells: Sequence[str], locale: Locale) -> tuple[Row, ...]:
    """The recipient in the cells of COLUMNS, after what had to be repaired; or why there is none."""
    written, name, company, language = (cell.strip(_AROUND) for cell in cells)
    try:
        address, repairs = usable(cells[0])
    except AddressError as exc:
        return (BadRow(line, exc.why, _shown(written)),)
    if _UNREADABLE.search(name + company):
        one_line = _LINE_ENDS.sub(" ", name), _LINE_ENDS.sub(" ", company)
        if _UNREADABLE.search("".join(one_line)):
            return (BadRow(line, _IN_NAME, address),)
        name, company = one_line
        repairs = (*repairs, LINE_END)
    if "@" in name + company:
        kept = ["" if addresses.problem(cell) is None else cell for cell in (name, company)]
        if kept != [name, company]:
            (name, company), repairs = kept, (*repairs, NO_NAME)
    meant = _LANGUAGES.get(language[:2].lower())
    if language and meant is None:
        repairs = (*repairs, LANGUAGE)
    found = Recipient(address, name, company, meant or locale)
    return (Repair(line, repairs), found) if repairs else (found,)
