"""Errors end on a page for people, and stay problem+json for programs."""

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from bridge.web.middleware import EdgeMiddleware
from bridge.web.pages import Pages
from tests.parts.bridge import Bridge

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOTHING_SENT = "この画面からは何も送られていません。"


@pytest.mark.parametrize(
    "method, path, status, words",
    [
        ("GET", "/index.html", 404, NOTHING_SENT),
        ("GET", "/nowhere", 404, NOTHING_SENT),
        ("GET", "/approve", 404, NOTHING_SENT),
        ("DELETE", "/approve/token", 405, "まだ送っていません。"),
    ],
)
def test_a_browser_reads_what_was_not_sent_and_a_program_a_problem(
    front: Bridge, method: str, path: str, status: int, words: str
) -> None:
    page = httpx.request(method, front.url + path, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert words in page.text
    assert "Open the link in your mail" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for accept in ("*/*", "application/json"):
        answer = httpx.request(method, front.url + path, headers={"Accept": accept})
        assert (answer.status_code, answer.json()["status"]) == (status, status)


@pytest.mark.parametrize("path", ["/webhooks/nobody", "/api/v1/nothing", "/-/nothing"])
def test_the_addresses_of_programs_answer_programs(front: Bridge, path: str) -> None:
    answer = httpx.get(front.url + path, headers=BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a mistake of ours")


async def test_a_mistake_of_ours_is_a_page_in_words_too() -> None:
    transport = httpx.ASGITransport(EdgeMiddleware(broken, Pages()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bridge") as client:
        page = await client.get("/approve/token", headers=BROWSER)
        answer = await client.get("/approve/token")
    assert (page.status_code, answer.status_code) == (500, 500)
    assert "何も送られていません。" in page.text
    assert "送信されたかどうかを確かめてください" in page.text
    assert "nothing was sent" in page.text
    assert "RuntimeError" not in page.text
    assert answer.headers["content-type"] == "application/problem+json"
