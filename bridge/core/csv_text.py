"""CSV as people export it: what customer lists and individual batches have in common. Pure."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator

UTF_8 = "utf-8-sig"  # with a byte order mark, as Excel writes it, or without
SHIFT_JIS = "cp932"  # what Excel for Windows writes as Shift_JIS

_UNCLOSED = "unexpected end of data"  # the words of Python's csv module


class NotCsv(ValueError):
    """A row is not CSV. `line`: its first, from 1. `unclosed`: nothing closes one of its quotation marks."""

    def __init__(self, line: int, error: csv.Error) -> None:
        super().__init__(str(error))
        self.line = line
        self.unclosed = str(error) == _UNCLOSED


def encoding_of(pieces: Callable[[], Iterable[bytes]]) -> str | None:
    """`UTF_8` or `SHIFT_JIS`, or None for bytes that are neither.

    `pieces` gives the file from its beginning, once for each encoding that is tried. All of it is tried, because
    the last name in a file may decide.
    """
    for encoding in (UTF_8, SHIFT_JIS):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece in pieces():
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


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


def row(line: str) -> list[str]:
    """The cells of one line that is read alone: its stray quotation mark takes no other line. Raises NotCsv."""
    try:
        return next(csv.reader((line,), strict=True), [])
    except csv.Error as error:
        raise NotCsv(1, error) from error


def columns(header: Iterable[str]) -> list[str]:
    """The names in a header row, as they are compared."""
    return [name.strip().lower() for name in header]
