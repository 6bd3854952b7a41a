"""GET and POST /approve/<token>: the page shows, the press decides (docs/design.md §6.4)."""

from collections.abc import Mapping
from functools import partial
from typing import cast, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bridge import clock, metrics
from bridge.core.kinds import Asks, spec_of
from bridge.core.values import Locale
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.stages.audience import Lists
from bridge.stages.decide.decide import decide
from bridge.stages.decide.decision import DecisionResult
from bridge.store.own_rows import Link
from bridge.store.tx import Tx
from bridge.web.dependencies import Dependencies
from bridge.web.forms import answers_of, form_of, is_ours, read_form, version_in
from bridge.web.page_loader import Asked, Loaded, load
from bridge.web.pages import Page
from bridge.web.rate_limit import PRESSES_PER_MINUTE, Guesses, Rate
from bridge.web.views.page_data import Did, PageData, Sheet

log = Logger(__name__)


class ApprovalRoutes:
    """The approval page's routes."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._guesses = Guesses()
        self._presses = Rate(PRESSES_PER_MINUTE)

    async def answer(self, request: Request) -> Response:
        """One route, so that a 405 names every method there is."""
        return await (self.press(request) if request.method == "POST" else self.show(request))

    async def show(self, request: Request) -> Response:
        """GET and HEAD: reads, and changes nothing, however often."""
        link_id = self._deps.keys.link_id(request.path_params["token"])
        if link_id is None:
            return await self.not_found(request)
        try:
            loaded = await self._load(link_id, await self._lists(link_id), request)
        except StorageDown as error:
            log.warning("page_not_read", error=str(error))
            return _response(self._deps.pages.unavailable(_lang(request)))
        return _response(self._page(loaded, request)) if loaded else await self.not_found(request)

    async def press(self, request: Request) -> Response:
        """POST: one press, decided in one transaction. The body of a stranger is not even read."""
        link_id = self._deps.keys.link_id(request.path_params["token"])
        if link_id is None:
            return await self.not_found(request)
        if self._presses.exceeded(link_id, clock.monotonic()):
            page = self._deps.pages.unavailable(_lang(request))
            return _response(Page(429, page.html, page.headers))
        posted = await read_form(request)
        try:
            lists = await self._lists(link_id)
            answer = await self._deps.store.run(partial(self._decide, request, posted, link_id, lists))
            self._after(answer)
            if answer.status == 303:
                return self._see(request, answer)
            loaded = await self._load(link_id, lists, request)
        except StorageDown as error:
            log.warning("press_not_recorded", error=str(error))
            return _response(self._deps.pages.unavailable(_lang(request)))
        if loaded is None:
            return await self.not_found(request)
        return _response(self._refusal(answer, loaded, posted))

    async def not_found(self, request: Request) -> Response:
        """The same bytes for every token that leads nowhere; late for whoever tries many."""
        await self._guesses.wrong(request)
        return _response(self._deps.pages.not_found())

    async def _lists(self, link_id: str) -> Lists:
        """The list of the service that the link is about."""

        def query(tx: Tx) -> set[str]:
            link = tx.links.get(link_id)
            return tx.incidents.services_of([link.notice_id]) if link else set()

        return await self._deps.lists.facts(await self._deps.store.read(query))

    async def _load(self, link_id: str, lists: Lists, request: Request) -> Loaded | None:
        asked = self._asked(request, lists)
        return await self._deps.store.read(
            partial(load, runtime=self._deps.runtime(), link_id=link_id, asked=asked)
        )

    def _asked(self, request: Request, lists: Lists) -> Asked:
        query = request.query_params
        did, sheet = query.get("did"), query.get("do")
        return Asked(
            self._deps.keys,
            lists,
            lang=query.get("lang"),
            did=cast(Did, did) if did in get_args(Did) else None,
            sheet=cast(Sheet, sheet) if sheet in get_args(Sheet) else None,
            relay_problem=self._deps.health().relay_problem,
        )

    def _page(self, loaded: Loaded, request: Request) -> Page:
        pages, data, query = self._deps.pages, loaded.data, request.query_params
        if loaded.expired:
            return pages.expired(data.lang, data.csrf, renewed=data.did == "renewed")
        if "edit" in query and "edit" in data.offers:
            return pages.edit(data)
        if "answers" in query and "edit" in data.offers and spec_of(data.notice.kind).asks is Asks.ANSWERS:
            return pages.answers(data)
        if "correct" in query and "correct" in data.offers:
            return pages.correct(data)
        return pages.approval(data)

    def _decide(
        self, request: Request, posted: Mapping[str, str], link_id: str, lists: Lists, tx: Tx
    ) -> DecisionResult:
        genuine = self._is_genuine(request, posted, tx.links.get(link_id), tx)
        return decide(tx, self._deps.runtime(), link_id, form_of(posted, genuine=genuine), lists)

    def _is_genuine(self, request: Request, posted: Mapping[str, str], link: Link | None, tx: Tx) -> bool:
        """Whether the form is one that this link's page showed, posted from that page.

        The newest page's secret under another version's number is outdated, not foreign: that is a 409.
        """
        notice = tx.notices.get(link.notice_id) if link else None
        if link is None or notice is None:
            return False
        # the page of an expired link shows no version: it asks for nothing but another link
        version = version_in(posted) if "version" in posted else notice.version
        if version is None or not is_ours(request.headers, self._deps.runtime().config.server.public_url):
            return False
        secret, keys = posted.get("csrf", ""), self._deps.keys
        return any(keys.is_csrf(secret, link.id, notice.id, of) for of in (version, notice.version))

    def _after(self, answer: DecisionResult) -> None:
        self._deps.wake(answer.wake)
        if answer.approved_after is not None:
            metrics.APPROVAL.observe(answer.approved_after)

    def _see(self, request: Request, answer: DecisionResult) -> Response:
        """Back to the page, or on to another notice's: our own path, never the host that the request named."""
        query = {"did": answer.did} if answer.did else {}
        if lang := request.query_params.get("lang"):
            query["lang"] = lang if lang in ("ja", "en") else "ja"
        if "correct" in request.query_params and not answer.link:
            query["correct"] = ""  # stopped from there: what was wrong is still to be said
        token = self._deps.keys.token(answer.link) if answer.link else request.path_params["token"]
        where = f"{self._deps.runtime().config.server.path}/approve/{token}"
        return RedirectResponse(f"{where}?{urlencode(query)}" if query else where, 303)

    def _refusal(self, answer: DecisionResult, loaded: Loaded, posted: Mapping[str, str]) -> Page:
        pages, data = self._deps.pages, loaded.data
        match answer.why:
            case "no_link":
                return pages.not_found()
            case "expired":
                return pages.expired(data.lang, data.csrf)
            case "forged" | "unknown_action":
                page = pages.forbidden(data.lang)
                return Page(answer.status, page.html, page.headers)
            case "wording":
                return pages.wording_stop(data)
            case "no_nature":
                return pages.correct(data, missing=True, right=posted.get("right", ""))
            case "not_a_day" | "day_over":
                return pages.answers(data, answers_of(posted), answer.why)
            case "decided" if data.undecided:
                return pages.not_now(data)
            case _:
                count = self._deps.lists.count_of(posted.get("audience", ""))
                return pages.conflict(data, _seen(posted, data), _typed(posted), count)


def _seen(posted: Mapping[str, str], data: PageData) -> int | None:
    version = version_in(posted)
    return version if version is not None and version <= data.version.version else None


def _typed(posted: Mapping[str, str]) -> dict[str, str] | None:
    typed = {name: text for name, text in posted.items() if name.split("_")[0] in ("subject", "body")}
    return typed if posted.get("action") == "edit" and typed else None


def _lang(request: Request) -> Locale:
    return "en" if request.query_params.get("lang") == "en" else "ja"


def _response(page: Page) -> Response:
    return Response(page.html, page.status, dict(page.headers))
