"""/sign-in: asking for a link, and the link itself. A GET changes nothing: mail scanners open every link."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bridge import clock
from bridge.core.roles import role_of
from bridge.core.settings import Person
from bridge.core.sign_in import LinkState
from bridge.core.values import LOCALES, Locale
from bridge.errors import StorageDown
from bridge.log import Logger
from bridge.stages.sign_in import ask_link, in_token, link_state, use_link
from bridge.web.console.answer import go_to, response
from bridge.web.console.visitors import NO_COOKIE, Visitors
from bridge.web.dependencies import Dependencies
from bridge.web.forms import is_ours, read_form
from bridge.web.rate_limit import Guesses
from bridge.web.views.sign_in import Look, sign_in_page

log = Logger(__name__)

ANSWER_AFTER = 0.3  # seconds: an answer takes as long for a stranger as for somebody who is mailed a link


class SignInRoutes:
    """The way in and out."""

    def __init__(self, deps: Dependencies, visitors: Visitors) -> None:
        self._deps = deps
        self._visitors = visitors
        self._guesses = Guesses()

    async def ask(self, request: Request) -> Response:
        """GET: the form. POST: one answer for everybody, whether or not a link was mailed."""
        console = self._deps.runtime().config.console
        if not console.on or (request.method == "POST" and not console.mail_link):
            return await self.not_found(request)
        if request.method != "POST":
            return self._page(request, "ask" if console.mail_link else "proxy")
        if not self._is_ours(request):
            return response(self._deps.pages.forbidden(lang_of(request)))
        began = clock.monotonic()
        posted = await read_form(request)
        try:
            unit = partial(ask_link, runtime=self._deps.runtime(), address=posted.get("address", ""))
            self._deps.wake(await self._deps.store.run(unit))
        except StorageDown as error:
            log.warning("sign_in_not_recorded", error=str(error))
            return response(self._deps.pages.unavailable(lang_of(request)))
        await clock.pause(max(0.0, began + ANSWER_AFTER - clock.monotonic()))
        return self._page(request, "sent")

    async def enter(self, request: Request) -> Response:
        """The page of a link, and the press on it."""
        named = in_token(self._deps.keys, request.path_params["token"])
        if named is None or not self._deps.runtime().config.console.mail_link:
            return await self.not_found(request)
        person = self._welcome(named[0])
        try:
            if request.method != "POST":
                state = await self._deps.store.read(partial(link_state, person=named[0], link=named[1]))
                return self._shown(request, person, state)
            return await self._press(request, person, named)
        except StorageDown as error:
            log.warning("sign_in_not_recorded", error=str(error))
            return response(self._deps.pages.unavailable(lang_of(request)))

    async def _press(self, request: Request, person: Person | None, named: tuple[str, str]) -> Response:
        if not self._is_ours(request):
            return response(self._deps.pages.forbidden(lang_of(request)))
        state = await self._deps.store.run(partial(use_link, person=named[0], link=named[1]))
        if person is None or state != "works":
            return self._shown(request, person, state)
        log.info("signed_in", person=person.id)
        answer = go_to("/", self._deps)
        answer.headers["Set-Cookie"] = self._visitors.cookie_for(person)
        return answer

    async def leave(self, request: Request) -> Response:
        """POST /sign-out: the session ends on this device."""
        if not self._is_ours(request):
            return response(self._deps.pages.forbidden(lang_of(request)))
        answer = go_to("/sign-in", self._deps)
        answer.headers["Set-Cookie"] = NO_COOKIE
        return answer

    async def not_found(self, request: Request) -> Response:
        """The same bytes for every link that leads nowhere; late for whoever tries many."""
        await self._guesses.wrong(request)
        return response(self._deps.pages.not_found())

    def _welcome(self, person: str) -> Person | None:
        """Whom a link is for, while the configuration has them and gives them a role."""
        config = self._deps.runtime().config
        found = config.people.get(person)
        return found if found and role_of(found, config.escalations.values()) else None

    def _is_ours(self, request: Request) -> bool:
        return is_ours(request.headers, self._deps.runtime().config.server.public_url)

    def _shown(self, request: Request, person: Person | None, state: LinkState) -> Response:
        if person is None or state != "works":
            return self._page(request, "over", status=410)
        return self._page(request, "enter", person)

    def _page(
        self, request: Request, look: Look, person: Person | None = None, *, status: int = 200
    ) -> Response:
        lang = lang_of(request, person.locale if person else _accepted(request))
        return response(self._deps.pages.sign_in(status, sign_in_page(look, lang, person)))


def lang_of(request: Request, otherwise: Locale = "ja") -> Locale:
    """The language that the address asks for; else that of the reader."""
    wanted = request.query_params.get("lang")
    return wanted if wanted in LOCALES else otherwise


def _accepted(request: Request) -> Locale:
    """The browser's own language, where it is one of ours: nobody is known here yet."""
    first = request.headers.get("accept-language", "ja").strip().lower()
    return "en" if first.startswith("en") else "ja"
