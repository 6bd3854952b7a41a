"""/drill: what drills there were, beginning one, and how one went."""

from functools import partial
from secrets import randbelow

from starlette.requests import Request
from starlette.responses import Response

from bridge.core.drill import OFFICE_HOURS
from bridge.core.drill_score import as_rows
from bridge.core.settings import Service
from bridge.stages.drill import DrillRequest, plan_drill
from bridge.web.console.answer import go_to, response
from bridge.web.console.csv_file import csv_file
from bridge.web.console.desk import Desk
from bridge.web.console.load_drill import load_drills, load_score, load_start
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.pages import Page
from bridge.web.views.drill_score import DrillScoreData, drill_score
from bridge.web.views.drills import drill_start, drills_page


class DrillRoutes:
    """A drill is begun by a press alone, and its pages show what the API's answers do: no minute of a surprise."""

    def __init__(self, deps: Dependencies, visitors: Visitors) -> None:
        self._deps = deps
        self._visitors = visitors

    async def answer(self, request: Request, desk: Desk) -> Response:
        """GET: every drill, or with `service` the form that begins one. POST: begin it."""
        if request.method == "POST":
            return await self._begin(request, desk)
        name = request.query_params.get("service")
        if name is None:
            data = await self._deps.store.read(partial(load_drills, desk=desk))
            return response(self._deps.pages.console("drills", drills_page(data)))
        service = desk.runtime.config.services.get(name)
        if service is None or not desk.visitor.may("drill"):
            return response(self._deps.pages.error(403 if service else 404))
        return await self._form(desk, service)

    async def score(self, request: Request, desk: Desk) -> Response:
        """How one drill went."""
        data = await self._read(request, desk)
        if data is None:
            return response(self._deps.pages.error(404))
        return response(self._deps.pages.console("drill_score", drill_score(data)))

    async def score_csv(self, request: Request, desk: Desk) -> Response:
        """Its people, as `bridge drill report --csv` writes them."""
        data = await self._read(request, desk)
        if data is None:
            return response(self._deps.pages.error(404))
        header, *rows = as_rows([one.model_dump(mode="json") for one in data.drill.people])
        return csv_file(f"drill-{data.drill.id}", header, rows)

    async def _read(self, request: Request, desk: Desk) -> DrillScoreData | None:
        unit = partial(load_score, desk=desk, drill_id=request.path_params["id"])
        return await self._deps.store.read(unit)

    async def _form(self, desk: Desk, service: Service, status: int = 200) -> Response:
        data = await self._deps.store.read(partial(load_start, desk=desk, service=service))
        return response(self._deps.pages.console("drill_start", drill_start(data), status=status))

    async def _begin(self, request: Request, desk: Desk) -> Response:
        posted = await self._visitors.pressed(request, desk, "drill")
        if isinstance(posted, Page):
            return response(posted)
        service = desk.runtime.config.services.get(posted.get("service", ""))
        if service is None:
            return response(self._deps.pages.error(404))
        wanted = DrillRequest(service.id, surprise=OFFICE_HOURS if posted.get("when") == "surprise" else None)
        unit = partial(
            plan_drill, runtime=desk.runtime, wanted=wanted, actor=desk.visitor.person.id, pick=randbelow
        )
        done = await self._deps.store.run(unit)
        if done.drill is None:
            return await self._form(desk, service, done.status)
        self._deps.wake(done.wake)
        return go_to(f"/drill/{done.drill.id}", self._deps)
