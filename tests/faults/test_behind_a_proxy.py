"""The bridge under a path of a company's proxy, beside other applications: every press ends on a page of ours."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from urllib.parse import urljoin

import httpx
import pytest

from tests.parts.bridge import MARUYAMA, Bridge, hidden_fields, link_in
from tests.parts.proxies import Kind, under_a_path
from tests.parts.sink import Sink
from tests.web.test_sign_in import FORM, cookie_of, sign_in_link


@pytest.fixture(params=get_args(Kind))
def behind(request: pytest.FixtureRequest, tmp_path: Path, mail_server: Sink) -> Iterator[tuple[Bridge, str]]:
    """A bridge with an open incident, and its address at the proxy."""
    made = Bridge(tmp_path, mail_server)
    made.config["policy"]["hold"] = "60s"  # the page that follows has the script
    with under_a_path(request.param, tmp_path, made.port) as url:
        made.config["server"]["public_url"] = url
        try:
            made.start()
            made.alert()
            yield made, url
        finally:
            made.close()


def test_a_press_under_a_path_ends_on_a_page_of_ours(behind: tuple[Bridge, str], mail_server: Sink) -> None:
    made, url = behind
    link = link_in(mail_server.wait_for(MARUYAMA)[0])
    assert link.startswith(f"{url}/approve/")
    fields = hidden_fields(httpx.get(link).text)
    pressed = httpx.post(link, data={**fields, "action": "approve"}, headers=FORM)
    assert pressed.status_code == 303
    after = httpx.get(urljoin(link, pressed.headers["location"]))
    assert after.status_code == 200
    (script,) = re.findall(r'<script src="([^"]+)"', after.text)
    assert httpx.get(urljoin(link, script)).headers["content-type"].startswith("text/javascript")
    assert made.get("/healthz").status_code == 200  # and without the path, from this machine


def test_the_console_stays_under_the_path(behind: tuple[Bridge, str], mail_server: Sink) -> None:
    """Redirects, links, forms and the script of every page that is reached from the first one."""
    _, url = behind
    mail_server.wait_for(MARUYAMA)
    assert httpx.get(f"{url}/people").headers["location"] == "/bridge/sign-in"
    httpx.post(f"{url}/sign-in", data={"address": MARUYAMA}, headers=FORM)
    link = sign_in_link(mail_server.wait_for(MARUYAMA, 2)[1].text)
    entered = httpx.post(link, headers=FORM)
    assert (entered.status_code, entered.headers["location"]) == (303, "/bridge/")
    assert "Path=/;" in entered.headers["set-cookie"]  # as browsers demand of `__Host-`
    cookie, seen, ahead = cookie_of(entered), set(), ["/bridge/", "/bridge/?lang=en"]
    while ahead:
        page = httpx.get(urljoin(url, ahead[0]), headers=cookie, timeout=60)
        assert page.status_code == 200, ahead[0]
        seen.add(ahead.pop(0))
        found = set(re.findall(r'(?:href|action|src)="([^"]+)"', page.text))
        assert [each for each in found if not each.startswith(("/bridge/", "#", "?"))] == [], page.url
        ways = {each.replace("&amp;", "&") for each in re.findall(r'href="(/bridge/[^"#]*)"', page.text)}
        ahead += sorted(ways - seen - set(ahead))
    assert {f"/bridge/{name}" for name in ("people", "lists", "sources", "drill", "check")} <= seen
    left = httpx.post(f"{url}/sign-out", headers={**cookie, **FORM})
    assert left.headers["location"] == "/bridge/sign-in"
