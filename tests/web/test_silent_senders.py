"""A sender that falls silent, seen from outside: the mails, the metric and what `bridge check` says."""

import re

import pytest

from tests.parts.bridge import MARUYAMA, Bridge
from tests.parts.sink import Sink
from tests.parts.waiting import until


@pytest.fixture
def watching(running_bridge: Bridge) -> Bridge:
    """A bridge that expects Alertmanager every second, which has just posted."""
    running_bridge.config["sources"]["alertmanager"]["expect_every"] = "1s"
    running_bridge.config["watch"] = {"escalation": "shop"}
    assert running_bridge.reload().status_code == 200
    return running_bridge


def empty(running: Bridge) -> int:
    return running.post_alerts('{"version": "4", "alerts": []}').status_code


def subjects(mail_server: Sink) -> list[str]:
    return [mail.subject for mail in mail_server.to(MARUYAMA)]


def test_silence_rings_once_and_the_return_is_told_once(watching: Bridge, mail_server: Sink) -> None:
    assert empty(watching) == 200
    until(lambda: len(subjects(mail_server)) == 1, 15, "the silence is told")
    assert subjects(mail_server)[0].startswith("【警報なし】alertmanager から ")
    watching.config["sources"]["alertmanager"]["expect_every"] = "1h"
    assert watching.reload().status_code == 200
    assert empty(watching) == 200
    until(lambda: len(subjects(mail_server)) == 2, 15, "the return is told")
    assert subjects(mail_server)[1] == "【警報再開】alertmanager から再び届いています"


def test_the_metric_tells_the_age_of_the_last_post(watching: Bridge) -> None:
    assert "bridge_source_last_post_age_seconds{" not in watching.get("/metrics").text
    empty(watching)
    found = re.search(
        r'^bridge_source_last_post_age_seconds\{source="alertmanager"\} (\S+)', watching.get("/metrics").text, re.M
    )  # fmt: skip
    assert found
    assert 0 <= float(found[1]) < 60


def test_check_says_when_each_posted_last_and_who_is_silent(watching: Bridge) -> None:
    empty(watching)
    until(
        lambda: "last post 2s ago" in check(watching) or "expected every 1s" in check(watching), 15, "silent"
    )
    said = check(watching)
    assert "sources.alertmanager.expect_every: last post " in said
    assert "alertmanager: last post " in said


def test_check_names_a_wrong_token(watching: Bridge) -> None:
    empty(watching)
    assert watching.post_alerts("{}", token="wrong").status_code == 401
    assert "sources.alertmanager: posts arrive with a wrong token since " in check(watching)


def check(running: Bridge) -> str:
    return running.run("check").stdout
