"""/api/v1/drills: begin or plan one, and how it went (docs/design.md §20)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from secrets import randbelow
from typing import Annotated, Any

from fastapi import HTTPException, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from bridge.core.drill import OFFICE_HOURS, Drill, parse_window
from bridge.core.drill_score import DrillScore, last_seconds, median_seconds, score
from bridge.core.model import Notice
from bridge.core.values import parse_duration
from bridge.stages.draft_on_request import API
from bridge.stages.drill import KINDS, DrillAnswer, DrillRequest, plan_drill
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx
from bridge.web.api.commands import Said
from bridge.web.api.queries import Id
from bridge.web.api.schemas import DrillOut, DrillPersonOut, DrillsOut, counted
from bridge.web.dependencies import Dependencies
from bridge.web.request_body import problem

COMPARED = 50  # earlier drills that a score is compared with
MOST = timedelta(days=90)
ROWS = 1000  # of a drill's letter; there is one for each person


class DrillIn(BaseModel):
    """Which service, and when: now, or in a minute of a window that nobody is told. `true` is office hours."""

    model_config = ConfigDict(extra="forbid")
    service: Said
    kind: Said | None = None
    surprise: Said | bool | None = None
    within: Said | None = None


class ApiDrills:
    """The routes."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps

    async def begin(self, given: DrillIn) -> Response:
        """Ring the people of a service for a drill, now or at a surprise."""
        try:
            wanted = _wanted(given)
        except ValueError as error:
            field, _, what = str(error).partition(": ")
            return problem(422, f"{field}: {what}", field=field)
        runtime = self._deps.runtime()

        def unit(tx: Tx) -> tuple[DrillAnswer, DrillOut | None]:
            done = plan_drill(tx, runtime, wanted, API, randbelow)
            return done, drills_out(tx, runtime, [done.drill])[0] if done.drill else None

        done, out = await self._deps.store.run(unit)
        if out is None:
            return problem(done.status, done.why)
        self._deps.wake(done.wake)
        return JSONResponse(out.model_dump(mode="json"), done.status)

    async def drill(self, drill_id: Id) -> DrillOut:
        """How a drill went, or goes; of a surprise to come, nothing but that it is planned."""

        def query(tx: Tx) -> DrillOut | None:
            found = tx.drills.get(drill_id)
            return drills_out(tx, self._deps.runtime(), [found])[0] if found else None

        found = await self._deps.store.read(query)
        if found is None:
            raise HTTPException(404, "unknown")
        return found

    async def drills(self, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> Any:
        """The drills that have begun, newest first."""
        query = partial(_latest, runtime=self._deps.runtime(), limit=limit)
        return DrillsOut(drills=await self._deps.store.read(query))


def _latest(tx: Tx, runtime: Runtime, limit: int) -> list[DrillOut]:
    return drills_out(tx, runtime, tx.drills.latest(limit))


def _wanted(given: DrillIn) -> DrillRequest:
    """Raises ValueError, the field before a colon."""
    kind = given.kind or KINDS[0]
    if kind not in KINDS:
        raise ValueError(f"kind: none of {', '.join(KINDS)}")
    surprise = OFFICE_HOURS if given.surprise is True else given.surprise or None
    try:
        within = parse_duration(given.within or "7d")
    except ValueError as error:
        raise ValueError(f"within: {error}") from None
    if not timedelta() < within <= MOST:
        raise ValueError(f"within: must be more than 0s and at most {MOST.days}d")
    if surprise is not None:
        try:
            parse_window(surprise)
        except ValueError as error:
            raise ValueError(f"surprise: {error}") from None
    return DrillRequest(given.service, kind, surprise, within)


def drills_out(tx: Tx, runtime: Runtime, drills: Sequence[Drill]) -> list[DrillOut]:
    """These drills with their scores, each compared with those before it."""
    known = {drill.id: drill for drill in (*tx.drills.latest(COMPARED), *drills)}
    events = tx.events.of_all(list(known))
    scores = {drill_id: score(found) for drill_id, found in events.items()}
    return [_out(tx, runtime, drill, scores, known) for drill in drills]


def _out(
    tx: Tx, runtime: Runtime, drill: Drill, scores: dict[str, DrillScore], known: dict[str, Drill]
) -> DrillOut:
    own, began = scores[drill.id], drill.began_at
    before = [one for one in known.values() if began and one.began_at and one.began_at < began]
    earlier = [scores[one.id] for one in sorted(before, key=lambda one: str(one.began_at), reverse=True)]
    notices = [notice for notice in tx.notices.of(drill.id) if notice.recipients]
    letters = tx.delivery_counts.of([notice.id for notice in notices])
    people = [
        DrillPersonOut.model_validate(
            {
                **asdict(one),
                "name": runtime.person(one.person).name,
                "seconds": one.seconds,
                "pressed": one.pressed,
                "last": last_seconds(one.person, earlier),
            }
        )
        for one in own.people
    ]
    return DrillOut.model_validate(
        {
            **asdict(drill),
            "incident": drill.id if began else None,
            "first_ring_at": own.first_ring_at,
            "decision": own.decision,
            "decided_by": own.decided_by,
            "decided_at": own.decided_at,
            "seconds": own.seconds,
            "median_seconds": median_seconds([*earlier, own]),
            "people": people,
            "letters": counted((state, n) for each in letters.values() for state, n in each.items()),
            "customers": _customers(tx, runtime, own, notices),
        }
    )


def _customers(tx: Tx, runtime: Runtime, of: DrillScore, notices: Sequence[Notice]) -> int | None:
    """How many letters were put to an address that is nobody's who was rung; None when some of them left since."""
    people = {runtime.person(one.person).email for one in of.people}
    if "" in people:
        return None
    rows = (row for notice in notices for row in tx.outbox.page(notice.id, (), 0, ROWS))
    return sum(row.address not in people for row in rows)
