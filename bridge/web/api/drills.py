"""/api/v1/drills: begin or plan one, and how it went (docs/design.md §20)."""

from datetime import timedelta
from functools import partial
from secrets import randbelow
from typing import Annotated, Any

from fastapi import HTTPException, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from bridge.core.drill import OFFICE_HOURS, parse_window
from bridge.core.values import parse_duration
from bridge.stages.draft_on_request import API
from bridge.stages.drill import KINDS, DrillAnswer, DrillRequest, plan_drill
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx
from bridge.web.api.commands import Said
from bridge.web.api.drills_out import drills_out
from bridge.web.api.queries import Id
from bridge.web.api.schemas import DrillOut, DrillsOut
from bridge.web.dependencies import Dependencies
from bridge.web.request_body import problem

MOST = timedelta(days=90)


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
