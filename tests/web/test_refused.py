"""What was refused leaves a trace: a line in the log and, when its sender may post, a mail to the on-call."""

import json
from typing import Any

import httpx

from tests.parts.bridge import API_TOKEN, MARUYAMA, Bridge
from tests.parts.sink import Sink
from tests.parts.waiting import until
from tests.web.test_webhooks import LIMIT

SECRET = "a-token-that-nobody-may-read"


def lines(running: Bridge) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]
    return [line for line in found if line["event"] == "refused"]


def test_a_wrong_token_is_one_line_a_minute_without_the_token(running_bridge: Bridge) -> None:
    for _ in range(5):
        assert running_bridge.alert(token=SECRET).status_code == 401
    (line,) = lines(running_bridge)
    assert (line["path"], line["status"], line["level"]) == ("/webhooks/alertmanager", 401, "warning")
    assert line["client"] == "127.0.0.1"
    assert SECRET not in running_bridge.log()
    assert running_bridge.post_alerts("[]").status_code == 400
    assert [line["status"] for line in lines(running_bridge)] == [401, 400]


def test_a_malformed_field_an_unknown_source_and_a_wrong_api_token_are_named(running_bridge: Bridge) -> None:
    body = json.dumps({"version": "4", "alerts": [{"status": "on"}]})
    assert running_bridge.post_alerts(body).status_code == 400
    assert httpx.post(f"{running_bridge.url}/webhooks/nobody", content=b"{}").status_code == 404
    wrong = {"Authorization": f"Bearer {API_TOKEN}x"}
    assert running_bridge.get("/api/v1/incidents", **wrong).status_code == 401
    malformed, unlisted, stranger = lines(running_bridge)
    assert malformed["field"] == "alerts[0].status"
    assert unlisted["why"] == "this source is not listed in bridge.yaml"
    assert (stranger["path"], stranger["status"]) == ("/api/v1/incidents", 401)


def test_a_mistyped_address_is_a_line_that_says_the_right_one(running_bridge: Bridge) -> None:
    assert httpx.post(f"{running_bridge.url}/webhook/alertmanager", content=b"{}").status_code == 404
    (line,) = lines(running_bridge)
    assert (line["path"], line["why"]) == (
        "/webhook/alertmanager",
        "no such address. Post to /webhooks/alertmanager",
    )


def test_what_strangers_try_on_links_is_no_news(running_bridge: Bridge) -> None:
    assert running_bridge.get("/approve/no-such-token").status_code == 404
    assert lines(running_bridge) == []


def test_an_outage_too_large_for_us_rings_the_on_call_once(running_bridge: Bridge, mail_server: Sink) -> None:
    for _ in range(3):
        assert running_bridge.post_alerts(b" " * (LIMIT + 1)).status_code == 413
    (mail,) = mail_server.wait_for(MARUYAMA)
    assert mail.subject == "【受信拒否】alertmanagerのアラート"
    running_bridge.alert()
    until(lambda: len(mail_server.to(MARUYAMA)) > 1, 15, "the next alert rings as ever")
    assert [m.subject for m in mail_server.to(MARUYAMA)].count(mail.subject) == 1


def test_a_post_that_cannot_be_read_rings_the_on_call_once_too(
    running_bridge: Bridge, mail_server: Sink
) -> None:
    for _ in range(3):
        assert running_bridge.post_alerts(b'{"version": "4", "alerts": "all"}').status_code == 400
    (mail,) = mail_server.wait_for(MARUYAMA)
    assert mail.subject == "【受信拒否】alertmanagerのアラート"
    assert "読めなかった項目: alerts。" in mail.text


def test_a_stranger_rings_nobody(running_bridge: Bridge, mail_server: Sink) -> None:
    assert running_bridge.post_alerts(b" " * (LIMIT + 1), token=SECRET).status_code == 401
    running_bridge.alert()
    mails = mail_server.wait_for(MARUYAMA)
    assert not any("受信拒否" in mail.subject for mail in mails)
