"""/incidents/{id}/individual: uploading a batch of individual apologies. It becomes a draft, and sends nothing."""

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bridge.stages.draft_on_request import Drafted, draft_individual
from bridge.stages.wake import Wake
from bridge.store.tx import Tx
from bridge.web.console.answer import go_to, response
from bridge.web.console.desk import Desk
from bridge.web.console.load_incident import load_individual
from bridge.web.console.upload import Upload, upload_of
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.multipart import parts_of
from bridge.web.request_body import read_body
from bridge.web.views.individual import FileProblem, individual


class UploadRoutes:
    """GET shows the form, POST takes the file."""

    def __init__(self, deps: Dependencies, visitors: Visitors) -> None:
        self._deps = deps
        self._visitors = visitors

    async def answer(self, request: Request, desk: Desk) -> Response:
        """For whoever may upload; 403 for everybody else."""
        if not desk.visitor.may("upload"):
            return response(self._deps.pages.error(403))
        if request.method != "POST":
            return await self._page(request, desk)
        return await self._take(request, desk)

    async def _take(self, request: Request, desk: Desk) -> Response:
        body = await read_body(request, self._deps.runtime().config.server.body_limit)
        parts = parts_of(request.headers.get("content-type", ""), body)
        secret = parts.get("secret", b"").decode("ascii", "replace")
        if not self._visitors.is_genuine(request, desk.visitor, secret):
            return response(self._deps.pages.forbidden(desk.lang))
        if not parts.get("file", b"").strip():
            return await self._page(request, desk, problem="no_file")
        try:
            upload = upload_of(parts["file"])
        except ValueError:
            return await self._page(request, desk, problem="unreadable")
        if upload.wrong:
            return await self._page(request, desk, upload)
        return await self._draft(request, desk, upload)

    async def _draft(self, request: Request, desk: Desk, upload: Upload) -> Response:
        incident = request.path_params["id"]

        def unit(tx: Tx) -> tuple[Drafted, str | None]:
            actor = desk.visitor.person.id
            done = draft_individual(tx, desk.runtime, incident, upload.rows, actor)
            notice = tx.notices.get(done.notice_id) if done.notice_id else None
            return done, desk.own_page(tx, notice) if notice else None

        done, own_page = await self._deps.store.run(unit)
        if done.unknown:
            return response(self._deps.pages.error(404))
        if not done.notice_id:
            return await self._page(request, desk, problem="cannot_draft")
        self._deps.wake(Wake(timer=True, oncall=True))
        return RedirectResponse(own_page, 303) if own_page else go_to(f"/incidents/{incident}", self._deps)

    async def _page(
        self, request: Request, desk: Desk, upload: Upload | None = None, problem: FileProblem | None = None
    ) -> Response:
        unit = partial(
            load_individual, desk=desk, incident_id=request.path_params["id"], upload=upload, problem=problem
        )
        data = await self._deps.store.read(unit)
        if data is None:
            return response(self._deps.pages.error(404))
        status = 422 if upload or problem else 200
        return response(self._deps.pages.console("upload", individual(data), status=status))
