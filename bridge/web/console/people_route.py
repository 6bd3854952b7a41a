"""/people: who is rung; and a test ring to oneself, by a press."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bridge.stages.trial_ring import ring_on_trial
from bridge.web.console.answer import go_to, response
from bridge.web.console.desk import Desk
from bridge.web.console.load_readiness import load_people
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.pages import Page
from bridge.web.views.people import people


class PeopleRoute:
    """GET shows the page, POST mails whoever pressed, and nobody else."""

    def __init__(self, deps: Dependencies, visitors: Visitors) -> None:
        self._deps = deps
        self._visitors = visitors

    async def answer(self, request: Request, desk: Desk) -> Response:
        if request.method == "POST":
            return await self._try(request, desk)
        unit = partial(load_people, desk=desk, tried=request.query_params.get("did") == "trial")
        return response(self._deps.pages.console("people", people(await self._deps.store.read(unit))))

    async def _try(self, request: Request, desk: Desk) -> Response:
        posted = await self._visitors.pressed(request, desk, "drill")
        if isinstance(posted, Page):
            return response(posted)
        unit = partial(ring_on_trial, runtime=desk.runtime, person=desk.visitor.person)
        self._deps.wake(await self._deps.store.run(unit))
        return go_to("/people?did=trial", self._deps)
