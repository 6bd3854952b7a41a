"""Drills, the test ring, the check and a list's bad rows, as people meet them on the console of a running bridge."""

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.parts.bridge import MARUYAMA, Bridge, bridge, hidden_fields, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until
from tests.web.test_sign_in import FORM, cookie_of, enter, is_out, link_for, look

VIEW, ADMIN = "view@example.jp", "admin@example.jp"
MAY = (MARUYAMA, ADMIN)
Cookies = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, mailbox: Sink) -> Iterator[Bridge]:
    """A bridge whose list has a row that cannot be used."""
    with bridge(tmp_path_factory.mktemp("drills"), mailbox) as running:
        for address, role in ((VIEW, "view"), (ADMIN, "admin")):
            running.config["people"][role] = {"name": role, "email": address, "role": role}
        with (running.home / "customers.csv").open("a", encoding="utf-8") as customers:
            customers.write("=cmd,佐藤,,ja\n")
        assert running.reload().status_code == 200
        yield running


@pytest.fixture(scope="module")
def cookies(office: Bridge, mailbox: Sink) -> Cookies:
    return {address: cookie_of(enter(link_for(office, mailbox, address))) for address in (*MAY, VIEW)}


def post(front: Bridge, path: str, cookie: dict[str, str], **fields: str) -> httpx.Response:
    return httpx.post(front.url + path, data=fields, headers={**FORM, **cookie}, timeout=30)


def secret(front: Bridge, cookie: dict[str, str]) -> str:
    """What the forms of this visitor carry."""
    return hidden_fields(look(front, "/people", **cookie).text).get("secret", "")


@pytest.mark.parametrize("path", ["/drill", "/people"])
def test_a_press_counts_from_a_page_of_ours_and_from_whoever_may(
    office: Bridge, cookies: Cookies, path: str
) -> None:
    own = secret(office, cookies[MARUYAMA])
    press = {"service": "shop", "when": "now"}
    assert post(office, path, cookies[MARUYAMA], **press, secret="x").status_code == 403
    assert post(office, path, cookies[MARUYAMA], **press).status_code == 403
    assert post(office, path, cookies[ADMIN], **press, secret=own).status_code == 403, "another's"
    assert post(office, path, cookies[VIEW], **press, secret=own).status_code == 403
    assert is_out(post(office, path, {}, **press, secret=own))
    spoofed = {"X-Forwarded-Email": MARUYAMA}
    assert is_out(post(office, path, spoofed, **press, secret=own))
    for site in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = post(office, path, {**cookies[MARUYAMA], **site}, **press, secret=own)
        assert answer.status_code == 403
    assert office.api("/drills")["drills"] == []


def test_whoever_may_only_look_is_shown_no_form(office: Bridge, cookies: Cookies) -> None:
    assert "service=shop" not in look(office, "/drill", **cookies[VIEW]).text
    assert look(office, "/drill?service=shop", **cookies[VIEW]).status_code == 403
    assert "試し呼び出し" not in look(office, "/people", **cookies[VIEW]).text
    for address in MAY:
        assert "service=shop" in look(office, "/drill", **cookies[address]).text
        assert "試し呼び出し" in look(office, "/people", **cookies[address]).text


@pytest.mark.parametrize("path", ["/drill?service=none", "/drill/none", "/drill/none.csv", "/lists/none.csv"])
def test_what_is_not_there_is_not_found(office: Bridge, cookies: Cookies, path: str) -> None:
    assert look(office, path, **cookies[MARUYAMA]).status_code == 404
    assert is_out(look(office, path))


def test_a_drill_is_begun_followed_and_scored(office: Bridge, cookies: Cookies, mailbox: Sink) -> None:
    cookie = cookies[ADMIN]
    form = look(office, "/drill?service=shop", **cookie).text
    assert "訓練: 2名を呼び出す" in form
    assert "丸山さんと佐藤さんだけ(本番 3名)" in form
    begun = post(office, "/drill", cookie, **hidden_fields(form), when="now")
    score = begun.headers["location"]
    assert begun.status_code == 303
    assert "訓練の途中です" in look(office, score, **cookies[VIEW]).text
    again = post(office, "/drill", cookie, **hidden_fields(form), when="now")
    assert (again.status_code, "訓練の途中です" in again.text) == (409, True)
    ring = until(lambda: [m for m in mailbox.to(MARUYAMA) if "/approve/" in m.text], 20, "the ring")[0]
    assert ring.subject.startswith("【訓練】")
    assert office.approve(link_in(ring)).status_code == 303
    until(lambda: "訓練の結果" in look(office, score, **cookie).text, 20, "the end of the drill")
    page = look(office, score, **cookies[VIEW]).text
    assert "お客様に届いた手紙 0通" in page
    assert "1名のうち1名" in page
    rows = list(
        csv.DictReader(io.StringIO(look(office, f"{score}.csv", **cookie).content.decode("utf-8-sig")))
    )
    assert [row["name"] for row in rows] == ["丸山"]
    listed = look(office, "/drill", **cookie).text
    assert f'href="{score}"' in listed
    assert "admin" in listed
    home = look(office, **cookie).text
    assert '<a href="/drill">訓練</a>' in home
    assert "まだです" not in home


def test_the_minute_of_a_surprise_is_on_no_page(office: Bridge, cookies: Cookies) -> None:
    cookie = cookies[MARUYAMA]
    planned = post(office, "/drill", cookie, service="shop", when="surprise", secret=secret(office, cookie))
    assert planned.status_code == 303
    page = look(office, planned.headers["location"], **cookie).text
    assert "時刻はだれにも見えません" in page
    assert "抜き打ちの訓練を予定しています" in look(office, "/drill", **cookie).text
    assert not re.search(r"\d{1,2}[:時]\d{2}", re.sub(r"<style>.*?</style>", "", page, flags=re.S))


def test_a_test_ring_reaches_whoever_pressed_and_nobody_else(
    office: Bridge, cookies: Cookies, mailbox: Sink
) -> None:
    cookie = cookies[ADMIN]
    done = post(office, "/people", cookie, secret=secret(office, cookie))
    assert (done.status_code, done.headers["location"]) == (303, "/people?did=trial")
    assert f"{ADMIN} に試し呼び出しを送りました" in look(office, "/people?did=trial", **cookie).text
    (mail,) = until(lambda: [m for m in mailbox.mails if "試し送り" in m.subject], 20, "the test ring")
    assert mail.to == (ADMIN,) or list(mail.to) == [ADMIN]
    assert "http" not in mail.text


def test_the_rows_that_get_no_letter_are_saved_whole(office: Bridge, cookies: Cookies) -> None:
    page = look(office, "/lists", **cookies[VIEW]).text
    (path,) = re.findall(r'href="(/lists/[^"]+\.csv)"', page)
    saved = look(office, path, **cookies[VIEW])
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(saved.content.decode("utf-8-sig")))
    assert (row["line"], row["address"]) == ("5", "'=cmd"), "and it is no formula"
    assert row["reason"]


def test_the_check_says_what_is_to_be_mended_while_alerts_come_in(office: Bridge, cookies: Cookies) -> None:
    page = httpx.get(f"{office.url}/check", headers=cookies[VIEW], timeout=90).text
    assert "直すところが1件あります" in page
    assert "rows that get no letter: 1" in page
    assert re.search(rf"{office.config_file.name}:\d+</code>", page)
    assert "shorter than 16 characters" in page
    assert "に調べました" in page
    assert "shop: last drill less than a day ago" in page
    assert office.alert().status_code == 200
    stored = office.run("check", "--json")
    assert stored.returncode == 1
    assert '"error"' in stored.stdout


def test_a_drill_that_is_due_is_said_by_the_check_and_by_the_console(
    office: Bridge, cookies: Cookies
) -> None:
    assert 'class="pill wait">0分前' not in look(office, "/drill", **cookies[VIEW]).text
    office.config["drills"] = {"remind_every": "1s"}
    assert office.reload().status_code == 200
    said = office.run("check").stdout
    due = "drills.remind_every: the last drill of shop was less than a day ago. Run: bridge drill shop"
    assert [line for line in said.splitlines() if line.startswith("WARNING") and line.endswith(due)]
    assert re.search(r'class="pill wait">\d+分前', look(office, "/drill", **cookies[VIEW]).text)
