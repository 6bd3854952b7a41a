"""The console of a running bridge: what each role sees, and what became of an incident and its letters."""

import csv
import io
import re
from collections.abc import Iterator

import httpx
import pytest

from bridge.core.settings import Role
from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge, hidden_fields, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until
from tests.web.test_sign_in import cookie_of, enter, is_out, link_for, look

ROLES: dict[str, Role | None] = {
    "maruyama@example.jp": None,  # rung, so `approve`
    "view@example.jp": "view",
    "approve@example.jp": "approve",
    "admin@example.jp": "admin",
}
PATHS = ("/", "/people", "/lists", "/sources", "/drill", "/check")
TAKE_A_FORM = ("/people", "/drill")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, mailbox: Sink) -> Iterator[Bridge]:
    """A bridge that has told three customers of an incident, and ignored a near miss."""
    with bridge(tmp_path_factory.mktemp("console"), mailbox) as running:
        for address, role in ROLES.items():
            if role:
                running.config["people"][role] = {"name": role, "email": address, "role": role}
        assert running.reload().status_code == 200
        running.alert(alert(severity="high"))
        running.alert()
        assert running.approve(link_in(mailbox.wait_for(MARUYAMA)[0])).status_code == 303
        until(lambda: running.deliveries()["sent"] == 3, 20, "three letters")
        until(lambda: running.incident()["notices"][0]["state"] == "sent", 20, "the end of the sending")
        yield running


@pytest.fixture(scope="module")
def cookies(told: Bridge, mailbox: Sink) -> dict[str, dict[str, str]]:
    """Everybody's cookie, by address."""
    return {address: cookie_of(enter(link_for(told, mailbox, address))) for address in ROLES}


def incident_path(told: Bridge) -> str:
    return f"/incidents/{told.incident()['id']}"


@pytest.mark.parametrize("address", ROLES)
def test_every_role_sees_every_page(told: Bridge, cookies: dict[str, dict[str, str]], address: str) -> None:
    paths = (*PATHS, incident_path(told), f"{incident_path(told)}/deliveries")
    for path in paths:
        page = httpx.get(told.url + path, headers=cookies[address], timeout=90)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store, no-transform"), path
        assert "set-cookie" not in page.headers
        posted = httpx.post(told.url + path, headers={**cookies[address], "Origin": "null"})
        assert posted.status_code == (403 if path in TAKE_A_FORM else 405)


def test_only_whoever_may_approve_and_has_a_link_is_shown_the_way_to_the_letter(
    told: Bridge, cookies: dict[str, dict[str, str]], mailbox: Sink
) -> None:
    """The way is the person's own link, the one of their ring."""
    ways = {
        address: re.findall(r'href="(/approve/[^"]+)"', look(told, incident_path(told), **cookie).text)
        for address, cookie in cookies.items()
    }
    own = link_in(mailbox.to(MARUYAMA)[0]).removeprefix(told.url)
    assert ways == {MARUYAMA: [own], **{address: [] for address in ROLES if address != MARUYAMA}}


def test_whoever_may_approve_and_was_not_rung_asks_for_a_page_of_their_own(
    told: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    path = incident_path(told)
    answers = {}
    for address, cookie in cookies.items():
        page = look(told, path, **cookie).text
        fields = {
            "notice": told.incident()["notices"][0]["id"],
            "secret": hidden_fields(page).get("secret", ""),
        }
        if address.startswith(("view", "admin")):
            assert ("own-page" in page) is address.startswith("admin")
        headers = {**cookie, "Origin": "null"}
        answers[address] = httpx.post(f"{told.url}{path}/own-page", data=fields, headers=headers)
        forged = httpx.post(f"{told.url}{path}/own-page", data={**fields, "secret": "x"}, headers=headers)
        lost = httpx.post(f"{told.url}{path}/own-page", data={**fields, "notice": "x"}, headers=headers)
        assert (forged.status_code, lost.status_code in (403, 404)) == (403, True)
    assert answers["view@example.jp"].status_code == 403
    own = answers["admin@example.jp"]
    assert (own.status_code, own.headers["location"].startswith("/approve/")) == (303, True)
    assert "3名に送信しました" in told.get(own.headers["location"]).text
    assert own.headers["location"] in look(told, path, **cookies["admin@example.jp"]).text


def test_a_role_that_only_looks_is_given_no_link_even_when_rung(
    told: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    told.config["people"]["maruyama"]["role"] = "view"
    assert told.reload().status_code == 200
    page = look(told, incident_path(told), **cookies[MARUYAMA])
    del told.config["people"]["maruyama"]["role"]
    assert told.reload().status_code == 200
    assert (page.status_code, "/approve/" in page.text) == (200, False)


def test_the_first_page_names_what_is_open_and_links_to_it(
    told: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    page = look(told, **cookies[MARUYAMA]).text
    assert "対応中の障害 1件" in page
    assert "全ユーザーのログイン機能" in page
    assert "第一報 送信済み" in page
    assert f'href="{incident_path(told)}"' in page
    assert 'role="img" aria-label="この30日の障害1件の' in page


def test_the_timeline_says_who_did_what(told: Bridge, cookies: dict[str, dict[str, str]]) -> None:
    page = look(told, incident_path(told), **cookies["view@example.jp"]).text
    for words in (
        "版1を承認しました",
        "丸山さん",
        '<code lang="en">LoginErrors</code>',
        "宛先 3名",
        "送信結果",
    ):
        assert words in page
    assert "3名に送信" in page


def deliveries(told: Bridge, cookie: dict[str, str], query: str = "", kind: str = "") -> httpx.Response:
    return look(told, f"{incident_path(told)}/deliveries{kind}?{query}", **cookie)


def test_deliveries_are_found_by_address_and_saved_as_csv(
    told: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    cookie = cookies["view@example.jp"]
    page = deliveries(told, cookie).text
    assert "第一報の送信結果 3名" in page
    assert all(address in page for address in told.customers)
    one = deliveries(told, cookie, "state=sent&q=customer1@").text
    assert (told.customers[1] in one, told.customers[2] in one) == (True, False)
    saved = deliveries(told, cookie, "state=sent", ".csv")
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    assert saved.headers["content-disposition"].startswith("attachment; filename=")
    rows = list(csv.DictReader(io.StringIO(saved.content.decode("utf-8-sig"))))
    assert sorted(row["recipient"] for row in rows) == told.customers
    assert {row["state"] for row in rows} == {"sent"}


@pytest.mark.parametrize(
    "query",
    ["state=everything", "after=abc", "after=-1", "q=%00%27%3B", "q=" + "a" * 3000, "before=" + "9" * 40],
)
def test_a_strange_question_is_answered_calmly(
    told: Bridge, cookies: dict[str, dict[str, str]], query: str
) -> None:
    assert deliveries(told, cookies[MARUYAMA], query).status_code == 200


@pytest.mark.parametrize(
    "path", ["/incidents/none", "/incidents/none/deliveries", "/incidents/none/deliveries.csv"]
)
def test_an_incident_that_is_none_is_not_found(
    told: Bridge, cookies: dict[str, dict[str, str]], path: str
) -> None:
    assert look(told, path, **cookies[MARUYAMA]).status_code == 404
    assert is_out(look(told, path))


def test_a_letter_of_another_incident_is_not_shown_under_this_one(
    told: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    assert deliveries(told, cookies[MARUYAMA], "notice=other").status_code == 404


def test_people_lists_and_sources_say_how_it_stands(told: Bridge, cookies: dict[str, dict[str, str]]) -> None:
    pages = {path: look(told, path, **cookies[MARUYAMA]).text for path in PATHS if path != "/check"}
    assert "丸山さん" in pages["/people"]
    assert "10分後" in pages["/people"]
    assert SATO in pages["/people"]
    assert "受け付け" in pages["/people"]
    assert "3名" in pages["/lists"]
    assert "customers.csv" in pages["/lists"]
    assert "差 +0名" in pages["/lists"]
    assert "severity が high です。critical か page を待っています" in pages["/sources"]


def test_a_post_that_was_turned_away_is_shown_without_its_secret(
    told: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    assert told.alert(token="guessed-secret").status_code == 401
    assert told.post_alerts("{").status_code == 400
    page = look(told, "/sources", **cookies[MARUYAMA]).text
    assert "トークンかパスワードが一致しません" in page
    assert "HTTP 400" in page
    assert "guessed-secret" not in page


def test_english_is_asked_for_by_the_address(told: Bridge, cookies: dict[str, dict[str, str]]) -> None:
    page = look(told, "/people?lang=en", **cookies[MARUYAMA]).text
    assert '<html lang="en">' in page
    assert "Who is rung now" in page
    assert 'href="/lists?lang=en"' in page
