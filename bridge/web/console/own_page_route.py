"""POST /incidents/{id}/own-page: for whoever may approve and was not rung, the way to a page of their own."""

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bridge.store.tx import Tx
from bridge.web.console.answer import response
from bridge.web.console.desk import Desk
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.pages import Page
from bridge.web.views.timeline import has_page


class OwnPageRoute:
    """A link is made by a press alone; it is personal, as that of a ring is."""

    def __init__(self, deps: Dependencies, visitors: Visitors) -> None:
        self._deps = deps
        self._visitors = visitors

    async def answer(self, request: Request, desk: Desk) -> Response:
        """303 to the visitor's own page of the notice, which is made where it is missing."""
        posted = await self._visitors.pressed(request, desk, "open_own_page")
        if isinstance(posted, Page):
            return response(posted)
        unit = partial(
            _own_page, desk=desk, incident=request.path_params["id"], notice_id=posted.get("notice", "")
        )
        path = await self._deps.store.run(unit)
        return RedirectResponse(path, 303) if path else response(self._deps.pages.error(404))


def _own_page(tx: Tx, desk: Desk, incident: str, notice_id: str) -> str | None:
    notice = tx.notices.get(notice_id)
    if notice is None or notice.incident_id != incident or not has_page(notice):
        return None
    tx.links.ensure(notice.id, [desk.visitor.person.id])
    return desk.own_page(tx, notice)
