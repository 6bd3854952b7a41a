"""Who is asking: by the cookie of a mailed link, or by the header of a proxy that has signed them in."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from bridge import clock
from bridge.config.sections import Console
from bridge.core.roles import Act
from bridge.core.sessions import (
    LASTS,
    ConsoleSession,
    Outside,
    Visitor,
    as_visitor,
    registered,
    session_in,
    visitor_of,
)
from bridge.core.settings import Person
from bridge.log import Logger
from bridge.web.console.desk import Desk
from bridge.web.dependencies import Dependencies
from bridge.web.forms import is_ours, read_form
from bridge.web.pages import Page
from bridge.web.rate_limit import Announcer, client

log = Logger(__name__)

COOKIE = "__Host-bridge"


class Visitors:
    """Finds out who a visitor is, in the configuration of now."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._announcer = Announcer()

    def who(self, request: Request) -> Visitor | Outside:
        """The visitor. Where a trusted proxy names somebody, its word alone counts."""
        config = self._deps.runtime().config
        address = self._named_by_proxy(request, config.console)
        if address is not None:
            person = registered(address, config.people)
            return as_visitor(person, config.escalations.values()) if person else "removed"
        if not config.console.mail_link:
            return "no_session"
        return self._by_cookie(request)

    def _by_cookie(self, request: Request) -> Visitor | Outside:
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return "no_session"
        text = self._deps.keys.signed_text("session", cookie)
        session = session_in(text) if text else None
        if session is None:
            return "not_ours"
        config = self._deps.runtime().config
        return visitor_of(session, config.people, config.escalations.values(), self._deps.now())

    def _named_by_proxy(self, request: Request, console: Console) -> str | None:
        """Whom the proxy names; None without a header that counts: it came from elsewhere, or twice."""
        named = request.headers.getlist(console.header) if console.header else []
        if not named:
            return None
        if len(named) == 1 and _is_from(request, console):
            return named[0]
        host = client(request)
        unsaid = self._announcer.due(host, clock.monotonic())
        if unsaid is not None:
            log.warning(
                "console_header_ignored", client=host, header=console.header, times=len(named), unsaid=unsaid
            )
        return None

    def cookie_for(self, person: Person) -> str:
        """The Set-Cookie that begins a session. `__Host-`: this host alone, over https (or on this machine)."""
        value = self._deps.keys.sign("session", ConsoleSession.of(person, self._deps.now()).to_text())
        return f"{COOKIE}={value}; Max-Age={int(LASTS.total_seconds())}; {_ATTRIBUTES}"

    def form_secret(self, visitor: Visitor) -> str:
        """What a form of the console must carry: no other site knows it."""
        return self._deps.keys.sign("console-form", visitor.person.id)

    async def pressed(self, request: Request, desk: Desk, act: Act) -> Mapping[str, str] | Page:
        """The fields of a form that this visitor was shown and may post; else the page that says why not."""
        if not desk.visitor.may(act):
            return self._deps.pages.error(403)
        posted = await read_form(request)
        if not self.is_genuine(request, desk.visitor, posted.get("secret", "")):
            return self._deps.pages.forbidden(desk.lang)
        return posted

    def is_genuine(self, request: Request, visitor: Visitor, secret: str) -> bool:
        """Whether a form was posted from a page that this visitor was shown."""
        config = self._deps.runtime().config
        signed = self._deps.keys.signed_text("console-form", secret)
        return is_ours(request.headers, config.server.public_url) and signed == visitor.person.id


_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
NO_COOKIE = f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}"
"""The Set-Cookie that ends a session on this device."""


def _is_from(request: Request, console: Console) -> bool:
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in console.from_)
