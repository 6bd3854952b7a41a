"""/approve/<token>: who gets in, what a stranger sees, and that looking changes nothing (docs/design.md §6.3)."""

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge, hidden_fields, link_in
from tests.parts.postgres import postgres
from tests.parts.sink import Sink
from tests.parts.waiting import until

PRESSES = 120  # a minute and link, as SECURITY.md says
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def link(front: Bridge, mailbox: Sink) -> str:
    """A link to a first report that waits, and that no test of this module decides."""
    assert front.alert().status_code == 200
    return link_in(mailbox.wait_for(MARUYAMA)[0])


@pytest.fixture
def fresh(tmp_path: Path, mail_server: Sink) -> Iterator[tuple[Bridge, str]]:
    """A bridge of the test's own, with one alert, and its link."""
    with bridge(tmp_path, mail_server) as running:
        running.alert()
        yield running, link_in(mail_server.wait_for(MARUYAMA)[0])


def state(front: Bridge) -> object:
    """All that a request could have changed."""
    incident = front.incident()
    return [(n["state"], n["version"]) for n in incident["notices"]], len(incident["events"])


def with_token(link: str, token: str) -> str:
    return link.rpartition("/")[0] + "/" + token


# Who gets in


def strangers(link: str) -> dict[str, str]:
    """Links that were not issued here, by what is wrong with them."""
    token = link.rpartition("/")[2]
    body, _, signature = token.rpartition(".")
    last = "A" if token[-1] != "A" else "B"
    return {
        "empty": with_token(link, ""),
        "one letter": with_token(link, "a"),
        "another signature": with_token(link, token[:-1] + last),
        "the same signature, spelled differently": with_token(link, respelled(token)),
        "another link": with_token(link, "A" * len(body) + "." + signature),
        "no signature": with_token(link, body),
        "signed twice": with_token(link, token + "." + signature),
        "a letter too many": link + "a",
        "a path": with_token(link, "a/../b"),
        "very long": with_token(link, "a" * 8000),
        "not ASCII": with_token(link, "%ED%A0%80%00%0D%0AX-A:b"),
        "another case": with_token(link, token.swapcase()),
    }


def respelled(token: str) -> str:
    """base64 leaves two bits of the last letter open: three other letters stand for the same bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) ^ 1]


def test_every_token_that_leads_nowhere_gets_the_same_answer(front: Bridge, link: str) -> None:
    answers = {why: front.get(each) for why, each in strangers(link).items()}
    assert {why: a.status_code for why, a in answers.items()} == dict.fromkeys(answers, 404)
    assert len({a.content for a in answers.values()}) == 1
    headers = [{k: v for k, v in a.headers.items() if k != "date"} for a in answers.values()]
    assert all(each == headers[0] for each in headers)


def test_another_method_is_told_every_method_there_is(front: Bridge) -> None:
    answer = httpx.put(f"{front.url}/approve/x")
    assert (answer.status_code, {*answer.headers["allow"].split(", ")}) == (405, {"GET", "HEAD", "POST"})


def test_a_revoked_link_is_as_unknown_as_any_other_and_the_next_ring_brings_a_fresh_one(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        running.stop()
        running.config["escalations"]["shop"] |= {"remind_at": ["0s"], "then_every": "3s"}
        running.start()
        running.alert()
        old = link_in(mail_server.wait_for(MARUYAMA)[0])
        assert running.run("links", "revoke").returncode == 2
        nobody = running.run("links", "revoke", "--person", "tanuki")
        assert (nobody.returncode, nobody.stdout) == (1, '{"revoked":0}\n')
        assert "no live link" in nobody.stderr
        done = running.run("links", "revoke", "--person", "maruyama")
        assert (done.returncode, done.stdout) == (0, '{"revoked":1}\n')
        revoked, unknown = running.get(old), running.get(with_token(old, "x"))
        assert (revoked.status_code, revoked.content) == (404, unknown.content)
        assert {*revoked.headers.items()} - {*unknown.headers.items()} <= {("date", revoked.headers["date"])}
        assert running.post_form(old, {"action": "approve"}).content == unknown.content
        until(lambda: link_in(mail_server.to(MARUYAMA)[-1]) != old, 15, "a ring with a fresh link")
        new = link_in(mail_server.to(MARUYAMA)[-1])
        assert running.approve(new).status_code == 303


def test_an_expired_link_is_renewed_to_the_registered_address_only(
    fresh: tuple[Bridge, str], mail_server: Sink
) -> None:
    running, link = fresh
    assert running.press(link, "dismiss", reason="false_alarm").status_code == 303
    assert running.get(link).status_code == 200
    running.stop()
    database = sqlite3.connect(running.home / "data" / "bridge.sqlite3")
    with database:
        database.execute("UPDATE notices SET decided_at = '2026-01-01 00:00:00.000000'")
        database.execute("UPDATE links SET created_at = '2026-01-01 00:00:00.000000'")
    database.close()
    running.start()
    page = running.get(link)
    assert page.status_code == 410
    assert "みどりショップ" not in page.text
    assert running.post_form(link, {"action": "approve"}).status_code == 410
    assert running.post_form(link, {"action": "renew", "csrf": "0" * 32}).status_code == 403
    before = len(mail_server.to(MARUYAMA))
    answer = running.post_form(link, {**hidden_fields(page.text), "action": "renew", "email": SATO})
    assert answer.status_code == 303
    assert running.get(answer.headers["location"]).status_code == 410
    new = link_in(mail_server.wait_for(MARUYAMA, mails=before + 1)[-1])
    assert new != link
    assert running.get(new).status_code == 200
    assert mail_server.to(SATO) == []


# What a page says to a browser


@pytest.mark.parametrize("path", ["{}", "{}?edit", "{}?lang=en", "{}x"])
def test_pages_are_kept_and_framed_by_nobody_and_tell_nobody_where_they_are(
    front: Bridge, link: str, path: str
) -> None:
    headers = front.get(path.format(link)).headers
    policy = headers["content-security-policy"]
    for directive in (
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert directive in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store, no-transform"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in headers
    assert "server" not in headers


def test_a_page_loads_and_links_nothing_elsewhere(front: Bridge, link: str) -> None:
    page = front.get(link).text
    assert re.findall(r"(?:src|href|action)=[\"']?(?:https?:)?//", page) == []


# Looking changes nothing


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_only_a_post_decides(front: Bridge, link: str, method: str) -> None:
    before = state(front)
    fields = {**hidden_fields(front.get(link).text), "action": "approve"}
    for how in ({"params": fields}, {"data": fields}):
        headers = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
        answer = httpx.request(method, link, headers=headers, **how)  # type: ignore[arg-type]
        assert answer.status_code == (200 if method in ("GET", "HEAD") else 405)
    assert state(front) == before


def test_a_post_is_a_post_whatever_it_calls_itself(front: Bridge, link: str) -> None:
    before = state(front)
    assert front.post_form(link, {"_method": "GET", "action": "approve"}).status_code == 403
    assert state(front) == before


# Who may press


def pressed(front: Bridge, link: str, headers: dict[str, str]) -> int:
    """The status of an acknowledgement, which leaves the notice as it is, sent with these headers."""
    fields = {**hidden_fields(front.get(link).text), "action": "acknowledge"}
    return httpx.post(link, data=fields, headers=headers).status_code


@pytest.mark.parametrize(
    "headers, status",
    [
        pytest.param({}, 303, id="nothing said"),
        pytest.param({"Origin": "null"}, 303, id="a page with no-referrer"),
        pytest.param({"Origin": "{url}"}, 303, id="public_url"),
        pytest.param(
            {"Origin": "http://bridge.internal", "Host": "bridge.internal"}, 303, id="the host asked"
        ),
        pytest.param(
            {"Origin": "https://bridge.internal", "Host": "bridge.internal"}, 303, id="behind a proxy"
        ),
        pytest.param({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303, id="same origin"),
        pytest.param({"Sec-Fetch-Site": "none"}, 303, id="typed by hand"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="from another site"),
        pytest.param(
            {"Origin": "null", "Sec-Fetch-Site": "Cross-Site"}, 403, id="from another site, capital"
        ),
        pytest.param({"Origin": "https://evil.example.jp"}, 403, id="another origin"),
        pytest.param({"Origin": "{url}.evil.example.jp"}, 403, id="an origin that begins like ours"),
        pytest.param({"Origin": "{url}@evil.example.jp"}, 403, id="an origin that names us as its user"),
        pytest.param({"Origin": "http://["}, 403, id="an origin that cannot be read"),
        pytest.param({"Origin": "file://"}, 403, id="a file"),
        pytest.param({"Origin": ""}, 403, id="an empty origin"),
    ],
)
def test_a_press_comes_from_our_own_page(
    front: Bridge, link: str, headers: dict[str, str], status: int
) -> None:
    said = {name: text.format(url=front.url) for name, text in headers.items()}
    assert pressed(front, link, said) == status


def changed(page: str, **changes: str | None) -> dict[str, str]:
    fields = {**hidden_fields(page), "action": "acknowledge", **changes}
    return {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"csrf": None}, id="without"),
        pytest.param({"csrf": ""}, id="empty"),
        pytest.param({"csrf": "0" * 32}, id="made up"),
        pytest.param({"csrf": "０" * 32}, id="full-width"),
        pytest.param({"csrf": "\0"}, id="NUL"),
        pytest.param({"csrf": None, "version": None}, id="neither secret nor version"),
        pytest.param({"version": "-1"}, id="a negative version"),
        pytest.param({"version": "²"}, id="a digit that is no number"),
        pytest.param({"version": "9" * 5000}, id="a very long version"),
    ],
)
def test_without_the_forms_own_secret_nothing_is_pressed(
    front: Bridge, link: str, changes: dict[str, str | None]
) -> None:
    before = state(front)
    answer = front.post_form(link, changed(front.get(link).text, **changes))
    assert answer.status_code == 403
    assert "まだ送っていません" in answer.text
    assert state(front) == before


@pytest.mark.parametrize("day", ["2020-01-01", "nonsense"])
def test_a_day_that_cannot_be_promised_saves_nothing_and_asks_again(
    fresh: tuple[Bridge, str], day: str
) -> None:
    running, first = fresh
    running.alert(alert(status="resolved"))
    assert running.post_api(f"/incidents/{running.incident()['id']}/recovery", "{}").status_code == 201
    (own,) = set(re.findall(r'href="([^"]*/approve/[^"?]+)"', running.get(first).text))
    link = urljoin(first, own)
    written = "期限の監視を追加いたします。"
    refused = running.press(link, "edit", cause_is="open", cause_by=day, prevention=written)
    assert refused.status_code == 422
    assert "まだ送っていません" in refused.text
    assert written in refused.text
    assert running.incident()["notices"][-1]["version"] == 1
    again = {**hidden_fields(refused.text), "action": "edit", "cause_by": "2099-12-01"}
    assert running.post_form(link, again).status_code == 303


def test_the_secret_of_one_persons_form_does_not_serve_another(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        running.stop()
        running.config["escalations"]["shop"]["steps"][0]["people"] = ["maruyama", "sato"]
        running.start()
        running.alert()
        mine, other = (link_in(mail_server.wait_for(who)[0]) for who in (MARUYAMA, SATO))
        assert mine != other
        assert running.post_form(other, changed(running.get(mine).text)).status_code == 403
        assert running.post_form(other, changed(running.get(other).text)).status_code == 303


@pytest.mark.parametrize(
    "content, kind",
    [
        pytest.param(b'{"action": "approve"}', "application/json", id="JSON"),
        pytest.param(b"action=approve", "text/plain", id="text, as a foreign form may send without asking"),
        pytest.param(b"--b\r\nContent-Disposition: form-data; name=action\r\n\r\napprove\r\n--b--\r\n",
                     "multipart/form-data; boundary=b", id="multipart"),
        pytest.param(b"action=approve", "", id="of no type"),
        pytest.param(b"&" * 100_000, FORM, id="empty fields"),
        pytest.param("&".join(f"a{n}=b" for n in range(5000)).encode(), FORM, id="very many fields"),
        pytest.param(b"a=" + b"b" * 2**20, FORM, id="a field too long"),
        pytest.param(b"\xff=%ff%zz%&%=;;=&\0", FORM, id="no form at all"),
    ],
)  # fmt: skip
def test_other_bodies_press_nothing(front: Bridge, link: str, content: bytes, kind: str) -> None:
    before = state(front)
    answer = httpx.post(link, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 403
    assert state(front) == before


@pytest.mark.parametrize("action", ["", "send", "Approve", "approve ", "__class__", "renew"])
def test_an_action_that_is_none_does_nothing(front: Bridge, link: str, action: str) -> None:
    before = state(front)
    assert front.press(link, action).status_code == 400
    assert state(front) == before


def test_what_became_known_after_an_edit_is_shown_and_the_text_stays(fresh: tuple[Bridge, str]) -> None:
    running, link = fresh
    assert running.press(link, "edit", subject="【重要】わたしの件名").status_code == 303
    assert "状況が変わりました" not in running.get(link).text
    running.alert({**alert("PaymentErrors"), "annotations": {"customer_impact_ja": "決済機能"}})
    before = state(running)
    page = running.get(link).text
    assert "版2を保存したあとで、状況が変わりました" in page
    assert "決済機能" in page
    assert state(running) == before
    assert running.press(link, "edit", subject="【重要】読みました").status_code == 303
    assert "状況が変わりました" not in running.get(link).text


def test_a_broken_template_of_the_companys_own_is_told_wherever_its_stand_in_shows(
    tmp_path: Path, mail_server: Sink
) -> None:
    own = tmp_path / "letters" / "mail" / "ja" / "first.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ nope }}")
    made = Bridge(tmp_path, mail_server)
    made.config["templates"] = "./letters"
    try:
        made.start()
        made.alert()
        mail = mail_server.wait_for(MARUYAMA)[0]
        assert "登録したテンプレートに誤りがあり" in mail.text
        assert "登録したテンプレートに誤りがあり" in made.get(link_in(mail)).text
        until(lambda: "template_failed" in made.log(), 15, "a line in the log")
        assert "first.txt.j2" in made.log()
    finally:
        made.close()


def test_an_edit_saves_the_letter_in_every_language_that_customers_get(
    tmp_path: Path, mail_server: Sink
) -> None:
    made = Bridge(tmp_path, mail_server)
    with (tmp_path / "customers.csv").open("a", encoding="utf-8") as customers:
        customers.write("reader@mail.example.jp,Reader,,en\n")
    try:
        made.start()
        made.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        texts = {"subject": "わたしの件名", "subject_en": "My subject", "body_en": "My letter.\n"}
        assert made.press(link, "edit", **texts).status_code == 303
        form = made.get(link + "?edit").text
        assert [text for text in ("わたしの件名", "My subject", "My letter.") if text not in form] == []
    finally:
        made.close()


def test_text_that_was_typed_over_an_older_version_comes_back(fresh: tuple[Bridge, str]) -> None:
    running, link = fresh
    page = running.get(link).text
    assert running.press(link, "edit", subject="佐藤の件名").status_code == 303
    typed = {"subject": "わたしの件名", "body": "わたしの本文"}
    late = running.post_form(link, changed(page, action="edit", **typed))
    assert late.status_code == 409
    assert "わたしの本文</textarea>" in late.text
    assert 'value="わたしの件名"' in late.text
    for action in ("approve", "dismiss"):
        press = running.post_form(link, changed(page, action=action, **typed))
        assert press.status_code == 409
        assert "わたしの本文" not in press.text


def test_a_press_that_is_not_on_offer_while_the_letter_waits_is_told_so(fresh: tuple[Bridge, str]) -> None:
    """As a call back that was pressed twice: nothing was sent, and the list did not change."""
    running, link = fresh
    press = running.post_form(link, changed(running.get(link).text, action="cancel"))
    assert press.status_code == 409
    assert "まだ送っていません。この操作は、いまはできません。" in press.text
    assert "名簿が変わりました" not in press.text


@pytest.mark.parametrize(
    "asked, opened",
    [
        ("", []),
        ("?do=dismiss", ["dismiss"]),
        ("?do=test", ["test"]),
        pytest.param("?do=history", [], id="no choice of the page"),
        pytest.param("?do=", [], id="no name"),
    ],
)
def test_an_address_opens_one_choice_of_the_page(
    front: Bridge, link: str, asked: str, opened: list[str]
) -> None:
    assert re.findall(r'<details id="(\w+)" open>', front.get(link + asked).text) == opened


def test_the_order_of_checks(fresh: tuple[Bridge, str]) -> None:
    """The token before all, what was decided before the form's secret, the secret before version and list."""
    running, link = fresh
    page = running.get(link).text
    assert running.post_form(link + "x", changed(page)).status_code == 404
    stale = {"csrf": "0" * 32, "version": "7", "audience": "other"}
    assert running.post_form(link, changed(page, action="approve", **stale)).status_code == 403
    for outdated in ({"audience": "other"}, {"version": "7"}):
        assert running.post_form(link, changed(page, action="approve", **outdated)).status_code == 409
    assert running.press(link, "dismiss", reason="false_alarm").status_code == 303
    for action in ("approve", "edit", "acknowledge"):
        answer = running.post_form(link, {"action": action})
        assert answer.status_code == 409, action
        assert "丸山" in answer.text


# Where a press leads


@pytest.mark.parametrize(
    "asked, location",
    [
        pytest.param("", "{path}", id="its own path"),
        pytest.param("?lang=en", "{path}?lang=en", id="in the language asked for"),
        pytest.param("?lang=//evil.example.jp", "{path}?lang=ja", id="a language that is an address"),
        pytest.param("?lang=en%0d%0aSet-Cookie:a=b", "{path}?lang=ja", id="a language with a header in it"),
        pytest.param("?next=https://evil.example.jp&did=x", "{path}", id="other words"),
    ],
)
def test_a_press_leads_to_its_own_page_only(front: Bridge, link: str, asked: str, location: str) -> None:
    answer = front.post_form(link + asked, changed(front.get(link).text))
    assert answer.status_code == 303
    where = re.sub(r"[?&]did=\w+(&|$)", lambda m: "?" if m[1] else "", answer.headers["location"])
    assert where == location.format(path=urlsplit(link).path)


@pytest.mark.parametrize("host", ["evil.example.jp", "evil.example.jp/x?", "bridge//evil.example.jp/?", ""])
def test_no_host_that_a_request_names_gets_into_an_answer(front: Bridge, link: str, host: str) -> None:
    answer = httpx.post(link, data=changed(front.get(link).text), headers={"Host": host})
    assert answer.status_code in (303, 400)
    assert answer.headers.get("location", urlsplit(link).path).startswith(urlsplit(link).path)
    assert "evil" not in httpx.get(link, headers={"Host": host}).text


# How often


def test_a_link_is_pressed_at_most_so_often_and_read_as_often_as_wanted(fresh: tuple[Bridge, str]) -> None:
    running, link = fresh
    statuses = [running.post_form(link, {"action": "approve"}).status_code for _ in range(PRESSES + 5)]
    assert statuses == [403] * PRESSES + [429] * 5
    answer = running.post_form(link, {"action": "approve"})
    assert answer.headers["retry-after"] == "30"
    assert "まだ送っていません" in answer.text
    assert running.get(link).status_code == 200


def test_guesses_are_slowed_down_and_lock_nobody_out(fresh: tuple[Bridge, str]) -> None:
    running, link = fresh

    for n in range(20):
        assert running.get(with_token(link, f"guess{n}")).status_code == 404
    with ThreadPoolExecutor() as pool:
        late = [pool.submit(httpx.get, with_token(link, f"late{n}"), timeout=30) for n in range(2)]
        assert running.get(link).status_code == 200
        assert not any(one.done() for one in late), "who knows the link is answered before who guesses"
        assert [one.result().status_code for one in late] == [404, 404]
    assert min(one.result().elapsed.total_seconds() for one in late) > 1
    assert running.approve(link).status_code == 303


# When nothing can be recorded


def test_storage_that_is_down_is_said_everywhere_and_nothing_is_lost(
    tmp_path: Path, mail_server: Sink
) -> None:
    with postgres() as cluster, bridge(tmp_path, mail_server, database=cluster.url()) as running:
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        fields = {**hidden_fields(running.get(link).text), "action": "approve"}
        cluster.stop("immediate")
        answers = {
            "webhook": running.alert(alert("PaymentErrors")),
            "api": httpx.get(
                f"{running.url}/api/v1/incidents", headers={"Authorization": "Bearer api-secret"}
            ),
            "page": running.get(link),
            "press": running.post_form(link, fields),
        }
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 503)
        assert all("retry-after" in answer.headers for answer in answers.values())
        assert "まだ送っていません" in answers["press"].text
        assert [line for line in ("page_not_read", "press_not_recorded") if line not in running.log()] == []
        assert running.get("/readyz").status_code == 503
        assert running.get("/healthz").status_code == 200
        cluster.start()
        assert running.post_form(link, fields).status_code == 303
