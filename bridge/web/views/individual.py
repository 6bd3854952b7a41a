"""Uploading individual apologies: what the file must have, and what is wrong with it, each thing in its own cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bridge.core import addresses
from bridge.core.batch import COLUMNS, MAX_ROWS, NEEDED, OPTIONAL, RowProblem
from bridge.core.model import Incident
from bridge.core.settings import Service
from bridge.web.views.frame import Frame
from bridge.web.views.phrasing import Phrasing
from bridge.web.views.timeline import LetterRecord, title_of

SHOWN = ("email", "company", OPTIONAL, "name", "impact")
_UNUSABLE = "is not usable: "
_TWICE = re.compile(r"is the address of line (\d+)")
_CELLS = re.compile(r"(\d+) cells under (\d+) columns")

FileProblem = Literal["no_file", "unreadable", "cannot_draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualData:
    """What the page is made from. `wrong`: what is wrong with the file that was posted; `cells`: the rows of these
    lines, by column, with how many `rows` the file has. `problem`: why the file as a whole was not taken, with `why`
    in words."""

    frame: Frame
    incident: Incident
    service: Service | None
    letters: tuple[LetterRecord, ...]
    wrong: Sequence[RowProblem] = ()
    cells: Mapping[int, Mapping[str, str]] | None = None
    rows: int = 0
    problem: FileProblem | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """`label`: of its column, for phones. `value` is empty for an empty cell; `problem`: what is wrong with it."""

    label: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class Individual:
    """Everything the template lays out. `general`: what is wrong with no single cell."""

    title: str
    frame: Frame
    up: str
    up_name: str
    heading: str
    text: str
    general: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    others: str
    needed: tuple[tuple[str, str], ...]
    example: str
    choose: str


def individual(data: IndividualData) -> Individual:
    frame, say = data.frame, data.frame.say
    by_row = {
        line: [p for p in data.wrong if p.row == line] for line in dict.fromkeys(p.row for p in data.wrong)
    }
    cells = data.cells or {}
    in_cells = {
        line for line, found in by_row.items() if line in cells and all(p.column in SHOWN for p in found)
    }
    heading, text = _headings(data, len(by_row))
    fine = data.rows - sum(line in cells for line in by_row)
    return Individual(
        title=say("error_title", title=say("individual_title")) if heading else say("individual_title"),
        frame=frame,
        up=frame.link(f"/incidents/{data.incident.id}"),
        up_name=title_of(frame, data.incident, data.service, data.letters),
        heading=heading,
        text=text,
        general=tuple(_in_words(say, p, whole=True) for p in data.wrong if p.row not in in_cells),
        columns=tuple(_column(say, name) for name in SHOWN),
        rows=tuple(
            (say("row_n", n=line), _cells(say, cells[line], by_row[line])) for line in sorted(in_cells)
        ),
        others=say("other_rows_fine", n=fine) if data.wrong and fine > 0 else "",
        needed=tuple((_column(say, name), say(f"column_{name}_note")) for name in (*COLUMNS, OPTIONAL)),
        example=f"{','.join(SHOWN)}\n{say('individual_example')}",
        choose=say("choose_again" if heading else "choose_file"),
    )


def _headings(data: IndividualData, wrong_rows: int) -> tuple[str, str]:
    say = data.frame.say
    if data.problem:
        return say("not_registered"), say(f"file_{data.problem}", n=MAX_ROWS)
    if not data.wrong:
        return "", ""
    counted = say("rows_to_mend", rows=data.rows, n=wrong_rows)
    return say("not_registered") + counted, say("mend_csv")


def _column(say: Phrasing, name: str) -> str:
    return f"{say(f'column_{name}')} {name}"


def _cells(say: Phrasing, row: Mapping[str, str], problems: Sequence[RowProblem]) -> tuple[Cell, ...]:
    wrong = {problem.column: _in_words(say, problem) for problem in problems}
    return tuple(Cell(_column(say, name), row.get(name, ""), wrong.get(name, "")) for name in SHOWN)


def _in_words(say: Phrasing, problem: RowProblem, *, whole: bool = False) -> str:
    """What is wrong, in the reader's language; `whole`: with the row and the column in front."""
    text = _what(say, problem)
    if not whole:
        return text
    column = say(f"column_{problem.column}") if problem.column in (*COLUMNS, OPTIONAL) else problem.column
    return say("in_row", n=problem.row, what=f"{column}: {text}" if column else text)


def _what(say: Phrasing, problem: RowProblem) -> str:
    if problem.what == "is missing" and problem.column in NEEDED:
        return say(f"missing_{problem.column}")
    if problem.what.startswith(_UNUSABLE):
        why = problem.what.removeprefix(_UNUSABLE)
        return addresses.JAPANESE.get(why, why) if say.lang == "ja" else why
    if twice := _TWICE.fullmatch(problem.what):
        return say("same_address", n=twice[1])
    if cells := _CELLS.fullmatch(problem.what):
        return say("wrong_cells", n=cells[1], columns=cells[2])
    if problem.what == "is not among its columns":
        return say("no_such_column")
    return problem.what
