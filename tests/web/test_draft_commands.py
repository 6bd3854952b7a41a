"""`bridge update`, `recovery`, `individual` and `incidents list`: drafts on request, and what is open."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bridge, str]]:
    """A bridge with one incident whose first report was sent, and its id."""
    with sink() as mailbox, bridge(tmp_path_factory.mktemp("told"), mailbox) as running:
        running.alert(alert())
        assert running.approve(link_in(mailbox.wait_for(MARUYAMA)[0])).status_code == 303
        until(lambda: running.incident()["notices"][0]["state"] == "sent", 10, "the letter is sent")
        yield running, running.incident()["id"]


def listed(running: Bridge, *words: str) -> list[dict[str, Any]]:
    done = running.run("incidents", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["incidents"]
    return found


def test_an_update_is_drafted_with_what_was_told(told: tuple[Bridge, str]) -> None:
    running, incident = told
    done = running.run("update", incident, "--status", "原因を調査しております。", "--json")
    assert done.returncode == 0, done.stderr
    assert "原因を調査しております。" in json.loads(done.stdout)["body"]


def test_a_batch_with_wrong_rows_names_each_and_drafts_nothing(
    told: tuple[Bridge, str], tmp_path: Path
) -> None:
    running, incident = told
    rows = tmp_path / "rows.csv"
    rows.write_text("email,company,name,impact\nnobody,会社,お客様,受注1件\n", encoding="utf-8")
    done = running.run("individual", incident, str(rows))
    assert done.returncode == 1
    assert "row 2, email: " in done.stderr


def test_a_batch_is_drafted_from_its_file(told: tuple[Bridge, str], tmp_path: Path) -> None:
    running, incident = told
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "email,company,department,name,impact\nsaito@example.com,株式会社さくら,総務部,斎藤,受注1件の遅れ\n",
        encoding="utf-8",
    )
    done = running.run("individual", incident, str(rows))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("drafted: 【")


def test_what_cannot_be_drafted_now_says_why(told: tuple[Bridge, str]) -> None:
    running, _ = told
    done = running.run("recovery", "0" * 32)
    assert (done.returncode, done.stderr) == (1, "404: unknown incident or notice\n")


def test_a_file_that_is_not_there_is_a_mistake_of_usage(told: tuple[Bridge, str]) -> None:
    running, incident = told
    assert running.run("individual", incident, "none.csv").returncode == 2


def test_the_list_for_programs_has_the_shape_of_the_api(told: tuple[Bridge, str]) -> None:
    running, incident = told
    (shown,) = listed(running)
    assert shown["id"] == incident
    assert set(shown) == set(running.api("/incidents")["incidents"][0])


def test_a_closed_incident_is_not_among_the_open_ones(tmp_path: Path, mail_server: Sink) -> None:
    made = Bridge(tmp_path, mail_server)
    made.config["policy"]["settle"] = "0s"
    try:
        made.start()
        made.alert(alert())
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        assert len(listed(made, "--open")) == 1
        made.press(link, "dismiss", reason="false_alarm")
        made.alert(alert(status="resolved"))
        until(lambda: made.incident()["state"] == "closed", 30, "the incident is closed")
        assert listed(made, "--open") == []
        assert len(listed(made)) == 1
    finally:
        made.close()
