"""Customer lists: a CSV file, read as a stream however long it is, and counted once until it changes.

One bad row never costs the others their letter: it is listed with its line and the reason. A row is one line of
the file: a quotation mark that nothing closes spoils its own line, never the customers below. What a cell holds is
data: a formula in a name stays a name.
"""

import codecs
import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bridge.core import addresses
from bridge.core.addresses import AddressError, on_the_wire
from bridge.core.batch import UNCLOSED
from bridge.core.model import AudienceFacts, Recipient
from bridge.core.values import LOCALES, Locale, LocalText
from bridge.errors import BridgeError

COLUMNS = ("email", "name", "company", "locale")
BAD_ROWS_KEPT = 100
_CELL_KEPT = 100  # characters of a bad row that are kept to show
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHIFT_JIS = "cp932"  # what Excel for Windows writes as Shift_JIS
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

    `text` is its address cell, or how the line begins where its cells are not to be told apart.
    """

    line: int
    reason: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" + (f": {self.text}" if self.text else "")

    @property
    def words(self) -> LocalText:
        """The same for the on-call, in either language."""
        ja = _JAPANESE.get(self.reason, _NOT_CSV)
        return LocalText(ja=f"{self.line}行目: {ja}" + (f": {self.text}" if self.text else ""), en=str(self))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An address that an earlier row already had. Domains compare without case, local parts with it."""

    line: int
    address: str


Row = Recipient | BadRow | Duplicate
Moved = Callable[[], object]  # called whenever a file has answered: a long list is not a dead file system


@dataclass(frozen=True, slots=True)
class Summary:
    """A list without its recipients.

    `digest` is the same for the same recipients in any order and any encoding: exports seldom keep an order.
    `bad` holds the first 100 of `bad_total`.
    """

    count: int
    digest: str
    locales: Mapping[str, int]
    bad: tuple[BadRow, ...]
    bad_total: int
    duplicates: int
    encoding: str


class Tally:
    """Sums a list up while it streams by."""

    def __init__(self) -> None:
        self._sum = 0
        self._locales: Counter[str] = Counter()
        self._bad: list[BadRow] = []
        self._bad_total = 0
        self._duplicates = 0

    def add(self, row: Row) -> None:
        """Count one row of `read`."""
        if isinstance(row, Recipient):
            text = f"{row.address}\0{row.name}\0{row.company}\0{row.locale}"
            self._sum += int.from_bytes(hashlib.sha256(text.encode()).digest())
            self._locales[row.locale] += 1
        elif isinstance(row, Duplicate):
            self._duplicates += 1
        else:
            self._bad_total += 1
            if len(self._bad) < BAD_ROWS_KEPT:
                self._bad.append(row)

    def summary(self, encoding: str = "") -> Summary:
        """What was counted so far."""
        count = self._locales.total()
        digest = hashlib.sha256(f"{count} {self._sum % 2**256:x}".encode()).hexdigest()
        return Summary(
            count, digest, dict(self._locales), tuple(self._bad), self._bad_total, self._duplicates, encoding
        )


class Audiences:
    """The summaries of all lists, each taken anew only when its file has changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, Locale], tuple[tuple[int, ...], Summary]] = {}

    def summary(self, path: Path, locale: Locale = "ja", moved: Moved = bool) -> Summary:
        """The summary of the file as it is now. Blocks while reading. Raises AudienceError."""
        try:
            stat = path.stat()
        except OSError as exc:
            raise _unreadable(path, exc) from exc
        state = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self._known.get((path, locale))
        if known is None or known[0] != state:
            known = self._known[path, locale] = (state, summarise(path, locale, moved))
        return known[1]

    def facts(self, name: str, path: Path, locale: Locale = "ja", moved: Moved = bool) -> AudienceFacts:
        """The same for the page and the rings; a list that cannot be used is a `problem`, never an error."""
        try:
            summary = self.summary(path, locale, moved)
        except AudienceError as exc:
            return AudienceFacts(name, problem=exc.words)
        return AudienceFacts(
            name,
            count=summary.count,
            digest=summary.digest,
            locales=summary.locales,
            bad=tuple(row.words for row in summary.bad),
            bad_total=summary.bad_total,
            duplicates=summary.duplicates,
            encoding=summary.encoding,
        )


def summarise(path: Path, locale: Locale = "ja", moved: Moved = bool) -> Summary:
    """Read the whole list and sum it up. Raises AudienceError, also for a list with nobody in it."""
    encoding = _encoding(path, moved)
    tally = Tally()
    for row in _rows(path, encoding, locale):
        tally.add(row)
        moved()
    summary = tally.summary("Shift_JIS" if encoding == _SHIFT_JIS else "UTF-8")
    if summary.count == 0:
        first = f" The first bad row: {summary.bad[0]}." if summary.bad else ""
        ja = f"最初の送れない行は、{summary.bad[0].words.ja}。" if summary.bad else ""
        raise AudienceError(
            path,
            f"has no recipient.{first} Add one row for each customer",
            f"宛先が1件もありません。{ja}お客様を1行ずつ書いてください",
        )
    return summary


def read(path: Path, locale: Locale = "ja", moved: Moved = bool) -> Iterator[Row]:
    """Every row in the order of the file. `locale` is for rows that give none of ours.

    Memory grows by the addresses alone (some 150 bytes each), which find duplicates. Raises AudienceError.
    """
    yield from _rows(path, _encoding(path, moved), locale)


def _rows(path: Path, encoding: str, locale: Locale) -> Iterator[Row]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from _unique(_parsed(path, file, locale))
    except OSError as exc:
        raise _unreadable(path, exc) from exc
    except UnicodeDecodeError as exc:
        raise AudienceError(
            path,
            "changed while it was read. Replace it by renaming a finished file",
            "読んでいる間に変わりました。書き終えたファイルの名前を変えて置き換えてください",
        ) from exc


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
        header = _cells(next(file, ""))
    except csv.Error as exc:
        raise AudienceError(
            path,
            f"has no usable first line: {_why(exc)}. Begin it with the header row {','.join(COLUMNS)}",
            f"1行目をCSVとして読めません。1行目に見出し {','.join(COLUMNS)} を書いてください",
        ) from exc
    places = _places(path, header)
    for line, text in enumerate(file, 2):
        try:
            cells = _cells(text)
        except csv.Error as exc:
            yield line, BadRow(line, _why(exc), _shown(text.strip()))
            continue
        if any(cells[len(header) :]):
            yield line, BadRow(line, _TOO_MANY, _shown(text.strip()))
        elif any(cells):
            cells += [""] * max(1, len(header) + 1 - len(cells))
            yield line, _row(line, cells, places, locale)


def _cells(line: str) -> list[str]:
    """One line alone, and strictly: else a stray quotation mark would take the next customers into its cell."""
    return next(csv.reader((line,), strict=True), [])


def _why(exc: csv.Error) -> str:
    return _UNCLOSED if str(exc) == UNCLOSED else f"not CSV ({exc})"


def _shown(text: str) -> str:
    return _UNREADABLE.sub("\ufffd", text[:_CELL_KEPT])


def _places(path: Path, header: Sequence[str]) -> list[int]:
    """In which column each of COLUMNS stands; -1 for a missing one, where `_parsed` puts an empty cell."""
    found = [cell.strip().lower() for cell in header]
    if not any(found):
        columns = ",".join(COLUMNS)
        raise AudienceError(
            path,
            f"is empty. Begin it with the header row {columns}",
            f"空です。1行目に見出し {columns} を書いてください",
        )
    if "email" not in found:
        named = ", ".join(cell.strip()[:40] for cell in header)
        columns = ",".join(COLUMNS)
        raise AudienceError(
            path,
            f"has no column email (found: {named}). Begin it with {columns}",
            f"email の列がありません(1行目: {named})。1行目に見出し {columns} を書いてください",
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


_LANGUAGES: Mapping[str, Locale] = {locale: locale for locale in LOCALES}  # "ja-JP" and "EN" are meant too


def _encoding(path: Path, moved: Moved = bool) -> str:
    """UTF-8 with or without BOM, or what Excel writes. All of the file is tried: its last name may decide."""
    for encoding in ("utf-8-sig", _SHIFT_JIS):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    decoder.decode(piece)
                    moved()
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        except OSError as exc:
            raise _unreadable(path, exc) from exc
        return encoding
    raise AudienceError(
        path,
        "is neither UTF-8 nor Shift_JIS. Save it as CSV UTF-8",
        "文字コードが UTF-8 でも Shift_JIS でもありません。CSV UTF-8 で保存してください",
    )


def _unreadable(path: Path, exc: OSError) -> AudienceError:
    return AudienceError(
        path,
        f"cannot be read ({exc.strerror}). Put the customer list there, readable for us",
        f"読めません({exc.strerror})。ブリッジが読めるように名簿を置いてください",
    )
