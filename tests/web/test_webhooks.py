"""POST /webhooks/<source>: what is answered to whom, and that no body does harm."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest

from tests.parts.alerts import alert, payload
from tests.parts.bridge import ALERT_TOKEN, Bridge

LIMIT = 8 * 2**20


def body(**changes: object) -> bytes:
    return json.dumps({**payload(alert()), **changes}).encode()


def post(
    front: Bridge, content: bytes | Iterator[bytes], source: str = "alertmanager", **headers: str
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {ALERT_TOKEN}", **headers}
    return httpx.post(f"{front.url}/webhooks/{source}", content=content, headers=headers, timeout=30)


def is_problem(answer: httpx.Response, status: int) -> bool:
    """An RFC 9457 answer of this status, without a word of how the bridge is made."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not any(word in answer.text for word in ("Traceback", ".py", "sqlalchemy"))
    return answer.status_code == status


def test_an_alert_is_answered_with_its_incident(front: Bridge) -> None:
    answer = post(front, body())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (answer.json()["accepted"], answer.json()["ignored"]) == (1, 0)
    assert answer.json()["incidents"] == [front.incident()["id"]]


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer wrong"}, id="another token"),
        pytest.param({"Authorization": f"bearer {ALERT_TOKEN[:-1]}"}, id="most of the token"),
        pytest.param(
            {"Authorization": f"Basic {b64encode(ALERT_TOKEN.encode()).decode()}"}, id="as a password"
        ),
        pytest.param({"Authorization": "Bearer \u00e9\u00ff".encode("latin-1")}, id="no text"),
    ],
)
def test_strangers_are_told_how_to_ask_and_nothing_else(front: Bridge, credentials: dict[str, str]) -> None:
    answer = httpx.post(f"{front.url}/webhooks/alertmanager", content=body(), headers=credentials)
    assert is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert ALERT_TOKEN not in answer.text


@pytest.mark.parametrize(
    "source", ["grafana", "nobody", "", "%00", "..%2fapi%2fv1%2fincidents", "alertmanager/api/v2/alerts"]
)
def test_a_source_that_is_not_listed_is_not_there(front: Bridge, source: str) -> None:
    assert is_problem(post(front, body(), source), 404)


@pytest.mark.parametrize(
    "path", ["/webhooks/alertmanager/", "//webhooks/alertmanager", "/webhooks//alertmanager//"]
)
def test_a_slash_too_many_is_served_and_never_redirected(front: Bridge, path: str) -> None:
    headers = {"Authorization": f"Bearer {ALERT_TOKEN}"}
    answer = httpx.post(f"{front.url}{path}", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)


@pytest.mark.parametrize(
    "path", ["/webhook/alertmanager", "/Webhooks/Alertmanager", "/webhooks/Alertmanager"]
)
def test_an_address_that_nearly_is_one_is_answered_with_the_right_one(front: Bridge, path: str) -> None:
    answer = httpx.post(f"{front.url}{path}", content=body())
    assert is_problem(answer, 404)
    assert answer.json()["title"] == "no such address. Post to /webhooks/alertmanager"


@pytest.mark.parametrize("path", ["/webhooks/", "/webhook/nobody", "/alertmanager", "/api/alertmanager"])
def test_an_address_that_names_no_source_of_ours_gives_none_away(front: Bridge, path: str) -> None:
    answer = httpx.post(f"{front.url}{path}", content=body())
    assert is_problem(answer, 404)
    assert "alertmanager" not in answer.json()["title"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(front: Bridge, method: str) -> None:
    answer = httpx.request(
        method, f"{front.url}/webhooks/alertmanager", headers={"X-HTTP-Method-Override": "POST"}
    )
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


BOMB = gzip.compress(b"0" * 2**24)


@pytest.mark.parametrize(
    "content, headers, status",
    [
        pytest.param(b"", {}, 400, id="nothing"),
        pytest.param(b"{", {}, 400, id="half an object"),
        pytest.param(b"[]", {}, 400, id="a list"),
        pytest.param(b'"' + b"a" * 1000 + b'"', {}, 400, id="a text"),
        pytest.param(body().replace(b'"truncatedAlerts": 0', b'"truncatedAlerts": NaN'), {}, 400, id="NaN"),
        pytest.param(body().replace(b"0,", b"-Infinity,", 1), {}, 400, id="infinity"),
        pytest.param(b'{"a":' * 100_000, {}, 400, id="deep, without an end"),
        pytest.param(b'{"a":' * 1000 + b"1" + b"}" * 1000, {}, 400, id="deep"),
        pytest.param(body(alerts="all"), {}, 400, id="text for a list"),
        pytest.param(body(alerts=[{"labels": {"a": {"b": "c"}}}]), {}, 400, id="an object for a label"),
        pytest.param(body().decode().encode("utf-16"), {}, 400, id="UTF-16"),
        pytest.param(body().replace(b"shop", "障害".encode("cp932")), {}, 400, id="Shift_JIS"),
        pytest.param(body(), {"Content-Type": "text/html; charset=shift_jis"}, 200, id="a wrong type"),
        pytest.param(b"\xef\xbb\xbf" + body(), {}, 200, id="a BOM"),
        pytest.param(body(note=9 * 10**4000), {}, 200, id="a number of 4 000 digits"),
        pytest.param(b'{"alerts": 1, ' + body()[1:], {}, 200, id="a key twice: the last counts"),
        pytest.param(body(**{"\udcff\x00": "\ud800\x00"}), {}, 200, id="halves of characters and NUL"),
        pytest.param(BOMB, {"Content-Encoding": "gzip"}, 415, id="a gzip bomb"),
        pytest.param(body(), {"Content-Encoding": "br, gzip"}, 415, id="another encoding"),
        pytest.param(BOMB, {}, 400, id="gzip that does not say so"),
        pytest.param(b" " * (LIMIT + 1), {}, 413, id="a byte too many"),
        pytest.param(b" " * (LIMIT - len(body())) + body(), {}, 200, id="to the last byte"),
    ],
)  # fmt: skip
def test_a_body_is_taken_or_refused_in_words(
    front: Bridge, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = post(front, content, **headers)
    assert answer.status_code == status, answer.text
    assert status == 200 or is_problem(answer, status)


def test_chunks_are_counted_while_they_come(front: Bridge) -> None:
    chunks = (b" " * 2**20 for _ in range(64))
    try:
        answer = post(front, chunks)
    except httpx.TransportError:
        return  # cut off while still sending
    assert is_problem(answer, 413)


def test_a_malformed_field_is_named(front: Bridge) -> None:
    answer = post(front, body(alerts=[{**alert(), "startsAt": "yesterday"}]))
    assert is_problem(answer, 400)
    assert answer.json()["field"] == "alerts[0].startsAt"
