"""docs/tour.md is true: its stops exist, no stage is left out, and what it shows of the database comes from a run."""

import ast
import re
from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path

from sqlalchemy import func, select

from bridge.store import tables
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, office
from tests.stages.samples import firing, resolved

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "docs/tour.md").read_text(encoding="utf-8")
STOPS = re.findall(r"^## .*`(bridge/[\w/]+\.py)` `(\w+)`", TOUR, re.M)
SHOWN = re.findall(r"^```text\n(.*?)^```", TOUR, re.M | re.S)
# table -> the columns by which the tour counts its rows
COUNTED = {
    tables.incidents: (tables.incidents.c.state,),
    tables.alerts: (tables.alerts.c.status,),
    tables.notices: (tables.notices.c.kind, tables.notices.c.state),
    tables.rings: (tables.rings.c.state,),
    tables.outbox: (tables.outbox.c.lane, tables.outbox.c.kind, tables.outbox.c.state),
}


def names_defined_in(file: str) -> set[str]:
    """Every function, class and method of a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_stop_exists() -> None:
    assert STOPS
    assert [stop for stop in STOPS if stop[1] not in names_defined_in(stop[0])] == []


def test_every_stage_is_visited() -> None:
    visited = {file for file, _ in STOPS}
    stages = {str(file.relative_to(ROOT)) for file in (ROOT / "bridge/stages").glob("[a-z]*.py")}
    assert stages <= visited
    assert {f"bridge/stages/decide/{name}.py" for name in ("decide", "approve")} <= visited


def test_the_flow_never_turns_back() -> None:
    """The steps of the flow come in the order of docs/design.md §3.1."""
    flow = ("receive", "draft", "ring", "decide", "approve", "fan_out", "finish", "next_notice")
    seen = [step for file, _ in STOPS for step in flow if re.search(rf"^bridge/stages/{step}[./]", file)]
    assert [step for step, _ in groupby(seen)] == list(flow)


def rows(tx: Tx) -> str:
    """What the tour shows: a line a table, its rows counted by what matters."""
    lines = []
    for table, columns in COUNTED.items():
        query = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        found = [" ".join([*map(str, row[:-1]), f"×{row[-1]}"]) for row in tx.execute(query)]
        lines.append(f"{table.name:<10}{', '.join(found) or '-'}\n")
    return "".join(lines)


async def test_the_database_is_as_shown(tmp_path: Path) -> None:
    async with office(f"sqlite:///{tmp_path / 'bridge.sqlite3'}") as night:
        assert [shown async for shown in walk(night)] == SHOWN


async def walk(night: Office) -> AsyncIterator[str]:
    """One alert from POST to the last 250 and to its recovery report; what is in the database at each halt."""
    await night.post(firing())
    yield await night.store.read(rows)
    await night.tick()
    yield await night.store.read(rows)
    await night.told("ring")  # the on-call's lane mails it
    await night.press("maruyama", "approve")
    yield await night.store.read(rows)
    await night.tick(seconds(11))
    yield await night.store.read(rows)
    await night.deliver()
    await night.tick()
    yield await night.store.read(rows)
    await night.post(resolved(ends_at=night.clock.now))
    await night.tick(minutes(6))
    yield await night.store.read(rows)
