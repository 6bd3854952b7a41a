"""The pages a person sees: a data in; status, HTML and headers out. Templates are read once."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bridge.core.next_notice import WrongDay
from bridge.core.values import LOCALES, Locale
from bridge.resources import shipped
from bridge.web.api.description import ApiDescription
from bridge.web.views import error_pages
from bridge.web.views.answers import answers, asks
from bridge.web.views.approval import approval
from bridge.web.views.conflict import conflict
from bridge.web.views.correct import correct
from bridge.web.views.edit import Typed, edit
from bridge.web.views.frame import Frame
from bridge.web.views.page_data import PageData
from bridge.web.views.progress import progress
from bridge.web.views.sign_in import SignInPage
from bridge.web.words import WORDS

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store, no-transform",  # no proxy may mask the addresses in a letter
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
LIVE_POLICY = "; script-src 'self'; connect-src 'self'"
"""What a page that keeps itself up to date may do beyond `policy`."""

_RETRY_AFTER_SECONDS = "30"
_WORDS = {lang: {key: sentence[lang] for key, sentence in WORDS.items()} for lang in LOCALES}


@dataclass(frozen=True, slots=True)
class Page:
    """An answer for a browser."""

    status: int
    html: str
    headers: Mapping[str, str]


class ConsolePage(Protocol):
    """What a template of the console lays out."""

    @property
    def frame(self) -> Frame: ...


class Pages:
    """Renders every page from the shipped templates; style.css and live.js lie beside them."""

    def __init__(self, root: str = "", *, demo: bool = False) -> None:
        """`root`: the path under which people reach the bridge, as `/bridge`. `demo`: its pages say so."""
        folder = shipped("templates/web")
        self._style = (folder / "style.css").read_text("utf-8")
        self._console = self._style + (folder / "console.css").read_text("utf-8")
        self._live = (folder / "live.js").read_bytes()
        self.templates = templates()
        self.templates.globals.update(root=root, demo=demo)

    def live_js(self) -> bytes:
        """The script of the hold and sending pages, served at /static/live.js."""
        return self._live

    def approval(self, data: PageData, status: int = 200) -> Page:
        """The page of a notice as it stands: questions, letter and button, or how it was decided."""
        if not data.undecided:
            view = progress(data)
            return self._render(status, "progress", data.lang, live=view.live, page=view, data=data)
        if status == 200 and asks(data):
            return self.answers(data)
        return self._render(status, "approval", data.lang, page=approval(data), data=data)

    def answers(self, data: PageData, given: Typed | None = None, wrong: WrongDay | None = None) -> Page:
        """The questions of a recovery or final report (`?answers`); 422 with what was `given` and is wrong."""
        view = answers(data, given or {}, wrong)
        return self._render(422 if wrong else 200, "answers", data.lang, page=view, data=data)

    def edit(self, data: PageData, typed: Typed | None = None) -> Page:
        """The form that changes the text (`?edit`)."""
        return self._render(200, "edit", data.lang, page=edit(data, typed), data=data)

    def correct(self, data: PageData, *, missing: bool = False, right: str = "") -> Page:
        """The form that prepares a correction (`?correct`); 422 when nothing was chosen in it."""
        view = correct(data, missing=missing, right=right)
        return self._render(422 if missing else 200, "correct", data.lang, page=view, data=data)

    def conflict(
        self, data: PageData, seen: int | None, typed: Typed | None = None, seen_count: int | None = None
    ) -> Page:
        """409: decided by somebody, a newer version than `seen`, or another list."""
        if not data.undecided:
            return self.approval(data, 409)
        view = conflict(data, seen, typed, seen_count)
        return self._render(409, "approval", data.lang, page=view, data=data)

    def wording_stop(self, data: PageData) -> Page:
        """422: wording errors stand and no reason was given to send them as they are."""
        return self.approval(replace(data, did="refused"), 422)

    def not_now(self, data: PageData) -> Page:
        """409: not on offer while the letter waits, as a call back that was pressed twice."""
        return self.approval(replace(data, did="not_now"), 409)

    def expired(self, lang: Locale, csrf: str, *, renewed: bool = False) -> Page:
        """410, with a button that mails a fresh link."""
        return self._short(410, error_pages.gone(lang, csrf, renewed=renewed))

    def forbidden(self, lang: Locale) -> Page:
        """403: the form was not ours, or is too old."""
        return self._short(403, error_pages.stale(lang))

    def unavailable(self, lang: Locale) -> Page:
        """503: nothing could be recorded."""
        page = self._short(503, error_pages.unavailable(lang))
        return Page(page.status, page.html, {**page.headers, "Retry-After": _RETRY_AFTER_SECONDS})

    def not_found(self) -> Page:
        """404: the same bytes for every token that leads nowhere."""
        return self._short(404, *(error_pages.lost(lang) for lang in LOCALES))

    def error(self, status: int) -> Page:
        """Any other error, in both languages: in words, saying what was not sent."""
        view = error_pages.nowhere if status == 404 else error_pages.refused
        if status >= 500:
            view = error_pages.broken
        return self._short(status, *(view(lang) for lang in LOCALES))

    def api(self, described: ApiDescription) -> Page:
        """The API for its readers; in English, as its answers are."""
        return self._render(200, "api", "en", page=described)

    def sign_in(self, status: int, view: SignInPage) -> Page:
        """One of the pages of signing in."""
        return self._render(status, "sign_in", view.lang, page=view)

    def console(self, template: str, view: ConsolePage, *, status: int = 200, live: bool = False) -> Page:
        """A page of the console, which has a style of its own besides."""
        return self._render(status, template, view.frame.lang, live=live, wide=True, page=view)

    def _short(self, status: int, *views: error_pages.ErrorPage) -> Page:
        return self._render(status, "short", views[0].lang, page=views)

    def _render(
        self,
        status: int,
        template: str,
        lang: Locale,
        *,
        live: bool = False,
        wide: bool = False,
        **values: Any,
    ) -> Page:
        """`values`: `page`, the view, and `data`, the page data that it was made from; error pages have none."""
        style = self._console if wide else self._style
        html = self.templates.get_template(f"{template}.html.j2").render(
            values, words=_WORDS[lang], lang=lang, style=style, live=live
        )
        allowed = policy(style) + LIVE_POLICY if live else policy(style)
        return Page(status, html, {**HEADERS, "Content-Security-Policy": allowed})


def templates() -> Environment:
    """The shipped page templates; whatever they are given is escaped."""
    return Environment(
        loader=FileSystemLoader(shipped("templates/web")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # they change with the program
    )


@cache
def policy(style: str) -> str:
    """The Content-Security-Policy of a page that has this style and no script."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
