"""What is made when the first request asks for it."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from bridge.app import _load_the_rest
from bridge.core.values import LOCALES
from bridge.letters.render import Letters, shipped_letters
from bridge.oncall.message import oncall_templates
from bridge.web.api.api_app import api_app
from bridge.web.later import Later
from bridge.web.middleware import EdgeMiddleware
from bridge.web.pages import Pages
from tests.parts.logged import logged
from tests.unit.test_oncall_message import ring
from tests.web.samples import facts, page_data


class Slow:
    """An application whose making waits until it may end, and then fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.made, self.asked, self.may_end, self._failures = 0, 0, threading.Event(), failures

    def make(self) -> "Slow":
        self.made += 1
        self.may_end.wait()
        if self.made <= self._failures:
            raise MemoryError
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1


async def ask(app: Later) -> None:
    await app({"type": "http"}, lambda: asyncio.sleep(0, {}), lambda _: asyncio.sleep(0))


async def test_it_is_made_once_however_many_ask_and_nobody_else_waits_for_it() -> None:
    slow = Slow()
    app = Later(slow.make)
    asking = [asyncio.create_task(ask(app)) for _ in range(3)]
    asyncio.get_running_loop().call_soon(slow.may_end.set)  # the event loop turns while it is made
    await asyncio.gather(*asking)
    await ask(app)
    assert (slow.made, slow.asked) == (1, 4)


async def test_a_making_that_failed_is_tried_again() -> None:
    slow = Slow(failures=1)
    slow.may_end.set()
    app = Later(slow.make)
    with pytest.raises(MemoryError):
        await ask(app)
    await ask(app)
    assert (slow.made, slow.asked) == (2, 1)


async def test_a_mistake_of_ours_in_the_api_is_logged_and_answered_as_every_problem_is() -> None:
    nothing: Any = SimpleNamespace(wrap=lambda handler: handler, runtime=None, pages=None, store=None)
    app = EdgeMiddleware(Later(lambda: api_app(nothing, nothing, {})), nothing.pages)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with logged() as lines:
        async with httpx.AsyncClient(transport=transport, base_url="http://bridge") as client:
            answer = await client.get("/api/v1/ignored")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["cache-control"] == "no-store, no-transform"
    assert {line["event"] for line in lines} == {"refused", "request_failed"}


def test_the_first_letter_its_ring_and_its_page_find_their_templates_compiled() -> None:
    """Right after a start they cost the first alert 0.3 s, and the first page as long."""
    oncall_templates.cache_clear()
    shipped_letters.cache_clear()
    letters, pages = Letters(), Pages()
    _load_the_rest(pages, letters)
    kept = [templates.cache for templates in (oncall_templates(), letters.templates, pages.templates)]
    before = [len(cache) for cache in kept if cache is not None]
    for locale in LOCALES:
        letters.render(facts(), locale, wrap=None)
        ring(locale)
        pages.approval(page_data(locale))
    assert [len(cache) for cache in kept if cache is not None] == before
