"""GET and POST /approve/<token>: the page shows, the press decides (DESIGN.md §5)."""

from collections.abc import Mapping
from functools import partial
from typing import cast, get_args
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bridge import metrics
from bridge.core.values import Locale
from bridge.errors import StorageDown
from bridge.stages.audience import Lists
from bridge.stages.decide.case import Answer, Form
from bridge.stages.decide.decide import decide
from bridge.store.tx import Tx
from bridge.web.bodies import BodyRefused, read_body
from bridge.web.desk import Desk
from bridge.web.loading import Asked, Loaded, load
from bridge.web.pages import Page
from bridge.web.views.recovery import answers_in
from bridge.web.views.situation import Did, Sheet, Situation

log = structlog.get_logger(__name__)

FORM_LIMIT = 1024 * 1024
ANSWERS = ("cause", "remedy", "prevention", "customer_actions", "cause_by", "cause_is", "status", "scope")


class Approval:
    """The approval page's routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: Request) -> Response:
        """GET and HEAD: reads, and changes nothing, however often."""
        asked, lang = self._asked(request), _lang(request)
        try:
            link_id, lists = await self._open(request)
            loaded = await self._load(link_id, lists, asked)
        except StorageDown as error:
            log.warning("page_not_read", error=str(error))
            return _response(self._desk.pages.unavailable(lang))
        if loaded is None:
            return _response(self._desk.pages.not_found())
        return _response(self._page(loaded, request))

    async def press(self, request: Request) -> Response:
        """POST: one press, decided in one transaction."""
        lang = _lang(request)
        try:
            posted = await read_form(request)
        except BodyRefused:
            return _response(self._desk.pages.forbidden(lang))
        try:
            link_id, lists = await self._open(request)
            if link_id is None:
                return _response(self._desk.pages.not_found())
            answer = await self._desk.store.run(partial(self._decide, request, posted, link_id, lists))
            self._after(answer)
            if answer.status == 303:
                return _see(request, answer)
            loaded = await self._load(link_id, lists, self._asked(request))
        except StorageDown as error:
            log.warning("press_not_recorded", error=str(error))
            return _response(self._desk.pages.unavailable(lang))
        if loaded is None:
            return _response(self._desk.pages.not_found())
        return _response(self._refusal(answer, loaded, posted))

    async def _open(self, request: Request) -> tuple[str | None, Lists]:
        """The signature is checked before anything is read."""
        link_id = self._desk.keys.link_id(request.path_params["token"])
        return link_id, await self._desk.lists() if link_id else {}

    async def _load(self, link_id: str | None, lists: Lists, asked: Asked) -> Loaded | None:
        if link_id is None:
            return None
        unit = partial(
            load,
            setup=self._desk.setup(),
            keys=self._desk.keys,
            link_id=link_id,
            lists=lists,
            asked=asked,
        )
        return await self._desk.store.read(unit)

    def _asked(self, request: Request) -> Asked:
        query = request.query_params
        did, sheet = query.get("did"), query.get("do")
        return Asked(
            lang=query.get("lang"),
            did=cast(Did, did) if did in get_args(Did) else None,
            sheet=cast(Sheet, sheet) if sheet in get_args(Sheet) else None,
            relay_problem=self._desk.health().relay_problem,
        )

    def _page(self, loaded: Loaded, request: Request) -> Page:
        pages, situation, query = self._desk.pages, loaded.situation, request.query_params
        if loaded.expired:
            return pages.expired(situation.lang, situation.csrf, renewed=situation.did == "renewed")
        if "edit" in query and "edit" in situation.offers:
            return pages.edit(situation)
        if "answers" in query and "edit" in situation.offers:
            return pages.answers(situation)
        return pages.approval(situation)

    def _decide(
        self, request: Request, posted: Mapping[str, str], link_id: str, lists: Lists, tx: Tx
    ) -> Answer:
        link = tx.links.get(link_id)
        version = posted.get("version", "")
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
        genuine = (
            link is not None
            and number is not None
            and is_ours(request, self._desk.setup().config.server.public_url)
            and self._desk.keys.is_csrf(posted.get("csrf", ""), link.id, link.notice_id, number)
        )
        return decide(tx, self._desk.setup(), link_id, form_of(posted, number, genuine=genuine), lists)

    def _after(self, answer: Answer) -> None:
        self._desk.wake(answer.wake)
        if answer.approved_after is not None:
            metrics.APPROVAL.observe(answer.approved_after)

    def _refusal(self, answer: Answer, loaded: Loaded, posted: Mapping[str, str]) -> Page:
        pages, situation = self._desk.pages, loaded.situation
        match answer.why:
            case "no_link":
                return pages.not_found()
            case "expired":
                return pages.expired(situation.lang, situation.csrf)
            case "forged" | "unknown_action":
                page = pages.forbidden(situation.lang)
                return Page(answer.status, page.html, page.headers)
            case "wording":
                return pages.wording_stop(situation)
            case _:
                return pages.conflict(situation, _seen(posted, situation), _typed(posted), None)


async def read_form(request: Request) -> dict[str, str]:
    """The text fields of an urlencoded form, the last of each name. Raises BodyRefused."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise BodyRefused(415, "forms are posted as application/x-www-form-urlencoded")
    request._body = await read_body(request, FORM_LIMIT)
    form: FormData = await request.form(max_fields=100)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def form_of(posted: Mapping[str, str], version: int | None, *, genuine: bool) -> Form:
    """A posted form as the stages know it."""
    answers: dict[str, str] = {}
    if any(name in posted for name in ANSWERS):
        answers = dict.fromkeys(("cause", "remedy", "prevention", "customer_actions"), "")
        answers |= {name: str(value) for name, value in answers_in(posted).items()}
        answers |= {name: posted[name] for name in ("status", "scope") if name in posted}
    others = {name: text for name, text in posted.items() if name.startswith(("subject_", "body_"))}
    return Form(
        action=posted.get("action", ""),
        genuine=genuine,
        version=version,
        audience=posted.get("audience"),
        subject=posted.get("subject"),
        body=posted.get("body"),
        other_texts=others,
        reason=posted.get("reason", ""),
        override=posted.get("override", ""),
        answers=answers,
    )


def is_ours(request: Request, public_url: str) -> bool:
    """Whether a form was posted from our own page, as far as its browser says.

    Pages with `no-referrer` make browsers send `Origin: null`; null and absent are ours, as are public_url's
    origin and the request's own host.
    """
    if request.headers.get("sec-fetch-site", "same-origin") == "cross-site":
        return False
    origin = request.headers.get("origin", "null")
    if origin == "null":
        return True
    ours = urlsplit(public_url)
    return origin == f"{ours.scheme}://{ours.netloc}" or urlsplit(origin).netloc == request.headers.get(
        "host"
    )


def _see(request: Request, answer: Answer) -> Response:
    """Back to the page: relative, so that it works behind any proxy."""
    query = {"did": answer.did} if answer.did else {}
    if lang := request.query_params.get("lang"):
        query["lang"] = lang if lang in ("ja", "en") else "ja"
    where = request.url.path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
    return RedirectResponse(where, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _seen(posted: Mapping[str, str], situation: Situation) -> int | None:
    version = posted.get("version", "")
    return int(version) if version.isdigit() and int(version) <= situation.version.version else None


def _typed(posted: Mapping[str, str]) -> dict[str, str] | None:
    typed = {name: text for name, text in posted.items() if name.split("_")[0] in ("subject", "body")}
    return typed if posted.get("action") == "edit" and typed else None


def _lang(request: Request) -> Locale:
    return "en" if request.query_params.get("lang") == "en" else "ja"


def _response(page: Page) -> Response:
    return Response(page.html, page.status, dict(page.headers))
