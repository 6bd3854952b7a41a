"""CSV as people export it: what customer lists and individual batches have in common. Pure."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

DELIMITERS = (",", "\t", ";", "|")  # of spreadsheets; the first is meant where a header names no column

Wanted = Callable[[str], bool]  # whether a column of this name, as `loosely` writes it, is looked for

_UNCLOSED = "unexpected end of data"  # the words of Python's csv module
_SEP = re.compile(r'"?sep=(?:([^\w\s"])|\t)"?', re.IGNORECASE)
_DECORATION = re.compile(r"必須|任意|[^\w@]+|_+")  # an address must go on looking like one
_MOST_JOINED = 20  # lines that a cell may take: more is a quotation mark that nothing closes


class NotCsv(ValueError):
    """A row is not CSV. `line`: its first, from 1. `unclosed`: nothing closes one of its quotation marks."""

    def __init__(self, line: int, error: csv.Error) -> None:
        super().__init__(str(error))
        self.line = line
        self.unclosed = str(error) == _UNCLOSED


def rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line. A quoted cell may span several lines. Raises NotCsv."""
    reader = csv.reader(lines, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotCsv(line, error) from error


def row(line: str, delimiter: str = ",") -> list[str]:
    """The cells of one line that is read alone: its stray quotation mark takes no other line. Raises NotCsv."""
    try:
        return next(csv.reader((line,), strict=True, delimiter=delimiter), [])
    except csv.Error as error:
        raise NotCsv(1, error) from error


def columns(header: Iterable[str]) -> list[str]:
    """The names in a header row, as they are compared."""
    return [name.strip(" \t\r\n\u3000\ufeff").lower() for name in header]


def loosely(name: str) -> str:
    """A column's name without case, width, marks and 必須: `E-mail※` is `email`."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", name).casefold())


def named_delimiter(line: str) -> str | None:
    """The delimiter of a first line `sep=;`, which Excel reads and does not show; None for any other line."""
    match = _SEP.fullmatch(line.strip("\r\n \ufeff"))
    return (match[1] or "\t") if match else None


class Records:
    """The records of a list: nearly always a line, and several where a quoted cell holds line ends.

    A quotation mark that nothing closes spoils its own line alone: the lines below join a record only if the mark is
    closed within a few of them, the cells are as many as in the header, and none of them looks like a customer.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, width: int, number: int) -> None:
        self._lines, self._delimiter, self._width = lines, delimiter, width
        self._number = number  # of the next line
        self._ahead: list[str] = []  # lines that were looked at and did not join

    def __iter__(self) -> Iterator[tuple[int, str, list[str] | NotCsv]]:
        """Each record with the number of its first line, its text, and its cells or why it has none."""
        delimiter = self._delimiter
        while line := self._ahead.pop(0) if self._ahead else next(self._lines, ""):
            number, self._number = self._number, self._number + 1
            try:
                yield number, line, row(line, delimiter)
            except NotCsv as error:
                yield self._joined(number, line, error) if error.unclosed else (number, line, error)

    def _next(self) -> str:
        return self._ahead.pop(0) if self._ahead else next(self._lines, "")

    def _joined(self, number: int, first: str, error: NotCsv) -> tuple[int, str, list[str] | NotCsv]:
        text, taken = first, list[str]()
        while len(taken) < _MOST_JOINED and (line := self._next()):
            taken.append(line)
            if "@" in line:
                break
            text += line
            try:
                cells = row(text, self._delimiter)
            except NotCsv as why:
                if why.unclosed:
                    continue
                break
            if len(cells) != self._width:
                break
            self._number += len(taken)
            return number, text, cells
        self._ahead = taken + self._ahead
        return number, first, error


def header(line: str, delimiters: Sequence[str], tries: Sequence[Wanted]) -> tuple[str, list[str]]:
    """The delimiter of a header row and its names. `tries`: what is looked for, the surest first.

    The delimiter that shows such a name and makes the most columns; the first where none shows one. Raises NotCsv
    where that reads nothing.
    """
    for wanted in tries:
        read = [(each, row(line, each)) for each in delimiters if shows(line, (each,), wanted)]
        if read:
            return max(read, key=lambda found: len(found[1]))
    return delimiters[0], row(line, delimiters[0])


def shows(line: str, delimiters: Sequence[str], wanted: Wanted) -> bool:
    """Whether a line is a header with a wanted name, under one of the delimiters."""
    for delimiter in delimiters:
        try:
            if any(wanted(loosely(name)) for name in row(line, delimiter)):
                return True
        except NotCsv:
            continue
    return False
