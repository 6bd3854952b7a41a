"""The CSV of an individual batch: one row, one person, one letter. Pure.

Columns email, company, name, impact, maybe department, and any more that a template uses. A name may be empty: the
letter then opens with ご担当者様. Every wrong row is named, so that one round of corrections is enough.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bridge.core import addresses

COLUMNS = ("email", "company", "name", "impact")
NEEDED = ("email", "company", "impact")  # no letter without these; a name that nobody knows may be left empty
OPTIONAL = "department"  # the shipped letter uses it; a file without this column has none
UNCLOSED = "unexpected end of data"  # csv's words for a quotation mark that nothing closes
_ADDRESS_CELL = re.compile(r"(?:^|,)[ \"]*([^\s,;:<>()\"']+@[\w-]+(?:\.[\w-]+)+)[ \"]*(?=,|$)")
MAX_ROWS = 300  # every letter of a batch stands on one page, and two people read it


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong, and where. `row` is the line in the file, 1 for the header; `column` may be empty.

    `what` goes on from the column's name, or stands alone without one.
    """

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return " ".join(part for part in (f"row {self.row}:", self.column, self.what) if part)


def decode(raw: bytes) -> str:
    """The text of a CSV file: UTF-8 with or without BOM, else Shift_JIS. Raises ValueError for neither."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("the file is neither UTF-8 nor Shift_JIS. Save it in UTF-8")


def parse_batch(text: str) -> tuple[list[dict[str, str]], list[RowProblem]]:
    """The rows of the file and everything wrong with it; rows are only of use when nothing is."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1  # where a row begins: its cells may hold lines, and one that nothing closes all that follow
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        problems = [RowProblem(1, name, "is not among its columns") for name in COLUMNS if name not in header]
        problems += [RowProblem(1, name, "is there twice") for name in _repeated(header)]
        if problems:
            return [], problems
        rows: list[dict[str, str]] = []
        seen: dict[str, int] = {}
        line = reader.line_num + 1
        for cells in reader:
            first, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            row = {OPTIONAL: "", **dict(zip(header, (cell.strip() for cell in cells), strict=False))}
            problems += _problems(first, len(header), cells, row, seen)
            rows.append(row)
    except csv.Error as error:
        why = "a quotation mark that nothing closes begins in it" if str(error) == UNCLOSED else error
        return [], [RowProblem(line, "", f"not CSV: {why}")]
    if not rows:
        problems.append(RowProblem(1, "", "no row follows it"))
    if len(rows) > MAX_ROWS:
        problems.append(RowProblem(1, "", f"more than {MAX_ROWS} rows follow it. Split the file"))
    return rows, problems


def _repeated(header: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(header) if name and header.count(name) > 1]


def _problems(
    line: int, columns: int, cells: list[str], row: dict[str, str], seen: dict[str, int]
) -> Iterator[RowProblem]:
    if len(cells) != columns:
        yield RowProblem(line, "", f"{len(cells)} cells under {columns} columns")
        return
    for name in NEEDED:
        if not row[name]:
            yield RowProblem(line, name, "is missing")
    email = row["email"]
    if email and (why := addresses.problem(email)):
        yield RowProblem(line, "email", f"is not usable: {why}")
    local, _, domain = email.rpartition("@")
    first = seen.setdefault(f"{local}@{domain.lower()}", line)
    if email and first != line:
        yield RowProblem(line, "email", f"is the address of line {first}")
    for name, cell in row.items():
        if stranger := _other_address(cell, email):
            what = f"holds another address on a later line ({stranger}). Is a quotation mark missing there?"
            yield RowProblem(line, name, what)


def _other_address(cell: str, email: str) -> str | None:
    """Another customer's row that a stray quotation mark took into this letter begins on a line of its own."""
    _, *below = cell.splitlines() or [""]
    found = (address for line in below if "," in line for address in _ADDRESS_CELL.findall(line))
    return next((address for address in found if address.lower() != email.lower()), None)
