"""The CSV of an individual batch: one row, one person, one letter. Pure.

Its columns are email, company, name and impact, perhaps department, and any more that a template uses. A name may
be empty: the letter then opens with ご担当者様. Every wrong row is named, so that one round of corrections is enough.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bridge.core import addresses, csv_text
from bridge.core.encodings import encoding_of, lines_of, opened_as

COLUMNS = ("email", "company", "name", "impact")
NEEDED = ("email", "company", "impact")  # no letter without these; a name that nobody knows may be left empty
OPTIONAL = "department"  # the shipped letter uses it; a file without this column has none
_ADDRESS_CELL = re.compile(r"(?:^|,)[ \"]*([^\s,;:<>()\"']+@[\w-]+(?:\.[\w-]+)+)[ \"]*(?=,|$)")
MAX_CELL_CHARS = 500  # a letter prints its row's cells, each on one line
MAX_ROWS = 300  # every letter of a batch stands on one page, and two people read it


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with the file.

    `row` is a line of the file, 1 for the header. `column` is empty where the whole row is wrong. `what` follows the
    column's name in a sentence, or stands alone.
    """

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return " ".join(part for part in (f"row {self.row}:", self.column, self.what) if part)


def decode(raw: bytes) -> str:
    """The text of a CSV file in one of `encodings`. Raises ValueError for any other."""
    if encoding := encoding_of(lambda: (raw,)):
        text = io.TextIOWrapper(io.BytesIO(raw), encoding=opened_as(encoding), newline="")
        return "".join(lines_of(text, encoding))
    raise ValueError("the file is neither UTF-8 nor Shift_JIS. Save it in UTF-8")


def parse_batch(text: str) -> tuple[list[dict[str, str]], list[RowProblem]]:
    """The rows of the file, and everything wrong with it. The rows are only of use when nothing is wrong."""
    table = csv_text.rows(io.StringIO(text, newline=""))
    try:
        header = csv_text.columns(next(table, (1, []))[1])
        if problems := list(_header_problems(header)):
            return [], problems
        filled = [(line, cells) for line, cells in table if any(cell.strip() for cell in cells)]
    except csv_text.NotCsv as error:
        why = "a quotation mark that nothing closes begins in it" if error.unclosed else error
        return [], [RowProblem(error.line, "", f"not CSV: {why}")]
    rows: list[dict[str, str]] = []
    seen: dict[str, int] = {}
    for line, cells in filled:
        row = {OPTIONAL: "", **dict(zip(header, (cell.strip() for cell in cells), strict=False))}
        problems += _problems(line, len(header), cells, row, seen)
        rows.append(row)
    if not rows:
        problems.append(RowProblem(1, "", "no row follows it"))
    if len(rows) > MAX_ROWS:
        problems.append(RowProblem(1, "", f"more than {MAX_ROWS} rows follow it. Split the file"))
    return rows, problems


def _header_problems(header: list[str]) -> Iterator[RowProblem]:
    for name in COLUMNS:
        if name not in header:
            yield RowProblem(1, name, "is not among its columns")
    for name in dict.fromkeys(header):
        if name and header.count(name) > 1:
            yield RowProblem(1, name, "is there twice")


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
        if len(cell) > MAX_CELL_CHARS:
            yield RowProblem(line, name, f"is longer than {MAX_CELL_CHARS} characters")
        if stranger := _other_address(cell, email):
            what = f"holds another address on a later line ({stranger}). Is a quotation mark missing there?"
            yield RowProblem(line, name, what)


def _other_address(cell: str, email: str) -> str | None:
    """An address in the cell that looks like the beginning of another customer's row, if there is one.

    A stray quotation mark takes the rows that follow into its cell. Each of them begins on a line of its own.
    """
    _, *below = cell.splitlines() or [""]
    found = (address for line in below if "," in line for address in _ADDRESS_CELL.findall(line))
    return next((address for address in found if address.lower() != email.lower()), None)
