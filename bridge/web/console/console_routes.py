"""The pages of the console: for whoever is signed in; anybody else is shown the way in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bridge.audiences.file import AudienceError
from bridge.core.sanitise import storable
from bridge.core.sessions import Visitor
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.web.api.schemas import shown_state
from bridge.web.console.answer import go_to, response
from bridge.web.console.csv_file import csv_file
from bridge.web.console.desk import Desk
from bridge.web.console.drill_routes import DrillRoutes
from bridge.web.console.load_home import load_home
from bridge.web.console.load_incident import DeliveriesAsked, load_deliveries, load_timeline
from bridge.web.console.load_readiness import load_lists, load_sources
from bridge.web.console.own_page_route import OwnPageRoute
from bridge.web.console.people_route import PeopleRoute
from bridge.web.console.sign_in_routes import SignInRoutes, lang_of
from bridge.web.console.upload_routes import UploadRoutes
from bridge.web.console.visitors import Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.post_log import PostLog
from bridge.web.views.check import CheckData, check_page
from bridge.web.views.deliveries import PER_PAGE, deliveries
from bridge.web.views.home import home
from bridge.web.views.lists import lists
from bridge.web.views.sources import sources
from bridge.web.views.timeline import timeline

log = Logger(__name__)

LONGEST_CSV = 1_000_000  # rows
DELIVERY_COLUMNS = ("recipient", "state", "reply", "attempts", "message_id", "updated_at")
"""Those of the API's deliveries."""

BAD_ROW_COLUMNS = ("line", "address", "reason")

READ = ["GET", "HEAD"]
Endpoint = Callable[[Request], Awaitable[Response]]
Shown = Callable[[Request, Desk], Awaitable[Response]]


class ConsoleRoutes:
    """The routes that need a session."""

    def __init__(self, deps: Dependencies, visitors: Visitors, sign_in: SignInRoutes, posts: PostLog) -> None:
        self._deps = deps
        self._visitors = visitors
        self._sign_in = sign_in
        self._posts = posts

    def all(self) -> dict[str, tuple[Endpoint, list[str]]]:
        """Every page with its methods, by its path."""
        drill = DrillRoutes(self._deps, self._visitors)
        upload = UploadRoutes(self._deps, self._visitors)
        own_page = OwnPageRoute(self._deps, self._visitors)
        shown = {
            "/": self._home,
            "/incidents/{id}": self._timeline,
            "/incidents/{id}/deliveries": self._deliveries,
            "/incidents/{id}/deliveries.csv": self._deliveries_csv,
            "/lists": self._lists,
            "/lists/{name}.csv": self._bad_rows_csv,
            "/sources": self._sources,
            "/check": self._check,
            "/drill/{id}.csv": drill.score_csv,
            "/drill/{id}": drill.score,
        }
        pages = {path: (self._behind_door(page), READ) for path, page in shown.items()}
        pages["/incidents/{id}/individual"] = self._behind_door(upload.answer), [*READ, "POST"]
        pages["/incidents/{id}/own-page"] = self._behind_door(own_page.answer), ["POST"]
        pages["/people"] = self._behind_door(PeopleRoute(self._deps, self._visitors).answer), [*READ, "POST"]
        pages["/drill"] = self._behind_door(drill.answer), [*READ, "POST"]
        return pages

    def _behind_door(self, shown: Shown) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            if not self._deps.runtime().config.console.on:
                return await self._sign_in.not_found(request)
            visitor = self._visitors.who(request)
            if not isinstance(visitor, Visitor):
                return go_to("/sign-in", self._deps)
            try:
                return await shown(request, await self._desk(request, visitor))
            except StorageDown as error:
                log.warning("page_not_read", error=str(error))
                return response(self._deps.pages.unavailable(lang_of(request)))

        return endpoint

    async def _desk(self, request: Request, visitor: Visitor) -> Desk:
        kept = [f"{name}={value}" for name, value in request.query_params.items() if name != "lang"]
        return Desk(
            visitor=visitor,
            runtime=self._deps.runtime(),
            keys=self._deps.keys,
            lists=await self._deps.lists.facts(self._deps.runtime().config.services),
            lang=lang_of(request, visitor.person.locale),
            path=request.url.path,
            query="&".join(kept),
            secret=self._visitors.form_secret(visitor),
            relay_problem=self._deps.health().relay_problem,
            posts=self._posts,
        )

    async def _home(self, request: Request, desk: Desk) -> Response:  # noqa: ARG002
        data = await self._deps.store.read(partial(load_home, desk=desk))
        return response(self._deps.pages.console("home", home(data), live=True))

    async def _timeline(self, request: Request, desk: Desk) -> Response:
        incident = request.path_params["id"]
        data = await self._deps.store.read(partial(load_timeline, desk=desk, incident_id=incident))
        if data is None:
            return response(self._deps.pages.error(404))
        return response(self._deps.pages.console("timeline", timeline(data), live=True))

    async def _lists(self, request: Request, desk: Desk) -> Response:  # noqa: ARG002
        data = await self._deps.store.read(partial(load_lists, desk=desk))
        return response(self._deps.pages.console("lists", lists(data)))

    async def _bad_rows_csv(self, request: Request, desk: Desk) -> Response:
        """Every row of a list that gets no letter, as the list is now."""
        name = request.path_params["name"]
        services = (each.id for each in desk.runtime.config.services.values() if each.audience == name)
        try:
            rows = await self._deps.lists.bad_rows(next(services, ""))
        except (AudienceError, KeyError):
            return response(self._deps.pages.error(404))
        written = [(row.line, row.text, row.why.get(desk.lang)) for row in rows]
        return csv_file("bad-rows", BAD_ROW_COLUMNS, written)

    async def _sources(self, request: Request, desk: Desk) -> Response:  # noqa: ARG002
        data = await self._deps.store.read(partial(load_sources, desk=desk))
        return response(self._deps.pages.console("sources", sources(data)))

    async def _check(self, request: Request, desk: Desk) -> Response:  # noqa: ARG002
        looked = await self._deps.check()
        data = CheckData(frame=desk.frame(self._deps.now()), looked=looked)
        return response(self._deps.pages.console("check", check_page(data)))

    async def _deliveries(self, request: Request, desk: Desk) -> Response:
        unit = partial(load_deliveries, desk=desk, asked=_asked(request), limit=PER_PAGE)
        data = await self._deps.store.read(unit)
        if data is None:
            return response(self._deps.pages.error(404))
        return response(self._deps.pages.console("deliveries", deliveries(data)))

    async def _deliveries_csv(self, request: Request, desk: Desk) -> Response:
        """Exactly the list of the page, whole."""
        asked = replace(_asked(request), after=0)
        data = await self._deps.store.read(
            partial(load_deliveries, desk=desk, asked=asked, limit=LONGEST_CSV)
        )
        if data is None:
            return response(self._deps.pages.error(404))
        rows = [
            (
                row.address,
                shown_state(row.state),
                row.reply,
                row.attempts,
                row.message_id,
                row.updated_at.isoformat(),
            )
            for row in data.rows
        ]
        return csv_file(f"{data.tab}-{data.letter.notice.id}", DELIVERY_COLUMNS, rows)


def _asked(request: Request) -> DeliveriesAsked:
    query = request.query_params
    return DeliveriesAsked(
        incident=request.path_params["id"],
        notice=query.get("notice", ""),
        tab=query.get("state", ""),
        part=storable(query.get("q", ""))[:254].strip(),
        after=_number(query.get("after", "")),
        before=_number(query.get("before", "")),
    )


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else 0
