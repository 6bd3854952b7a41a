"""Reading an uploaded batch of individual apologies: its rows, or everything wrong with them."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.core import csv_text
from bridge.core.batch import RowProblem, decode, parse_batch
from bridge.core.sanitise import storable


@dataclass(frozen=True, slots=True)
class Upload:
    """`rows` are only of use where nothing is `wrong`. `cells`: the wrong rows as they are written, by line."""

    rows: Sequence[Mapping[str, str]]
    wrong: Sequence[RowProblem]
    cells: Mapping[int, Mapping[str, str]]


def upload_of(raw: bytes) -> Upload:
    """What is in the file. Raises ValueError for one that is no text in an encoding that we read."""
    text = storable(decode(raw))
    rows, wrong = parse_batch(text)
    return Upload(rows, wrong, _cells(text, {problem.row for problem in wrong}) if wrong else {})


def _cells(text: str, lines: set[int]) -> dict[int, dict[str, str]]:
    """The rows that begin at these lines; none of a file that is not CSV throughout."""
    try:
        table = list(csv_text.rows(io.StringIO(text, newline="")))
    except csv_text.NotCsv:
        return {}
    header = csv_text.columns(table[0][1]) if table else []
    return {line: dict(zip(header, cells, strict=False)) for line, cells in table[1:] if line in lines}
