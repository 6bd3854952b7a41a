"""Drills through the API and the command line: begun, refused, scored; a surprise keeps its minute to itself."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bridge, Sink, str]]:
    """A bridge with one drill that 丸山 approved, its mails, and the drill's id."""
    with sink() as mails, bridge(tmp_path_factory.mktemp("drill"), mails) as running:
        began = running.run("drill", "shop", "--json")
        assert began.returncode == 0, began.stderr
        drill = json.loads(began.stdout)["id"]
        assert running.approve(link_in(mails.wait_for(MARUYAMA)[0])).status_code == 303
        until(lambda: running.api(f"/drills/{drill}")["state"] == "over", 20, "the drill is over")
        yield running, mails, drill


def test_a_drill_mails_nobody_but_its_people(rehearsed: tuple[Bridge, Sink, str]) -> None:
    running, mails, _ = rehearsed
    assert {address for mail in mails.mails for address in mail.to} == {MARUYAMA}
    assert all(mail.subject.startswith("【訓練】") for mail in mails.mails)
    assert running.incident()["drill"] is True


def test_the_score_is_what_happened(rehearsed: tuple[Bridge, Sink, str]) -> None:
    running, _, drill = rehearsed
    told = running.api(f"/drills/{drill}")
    (person,) = told["people"]
    assert (told["decision"], told["decided_by"], told["ended"]) == ("approved", "maruyama", "decided")
    assert (person["person"], person["name"], person["pressed"]) == ("maruyama", "丸山", True)
    assert person["seconds"] == told["seconds"]
    assert (told["letters"]["sent"], told["customers"]) == (1, 0)
    assert "ring_at" not in told


def test_the_report_is_read_by_people_and_by_programs(rehearsed: tuple[Bridge, Sink, str]) -> None:
    running, _, drill = rehearsed
    shown = running.run("drill", "report")
    assert shown.returncode == 0, shown.stderr
    assert "approved by maruyama after" in shown.stdout
    assert "letters: 1 sent to people, 0 to customers" in shown.stdout
    assert json.loads(running.run("drill", "report", drill, "--json").stdout)["id"] == drill
    rows = list(csv.DictReader(io.StringIO(running.run("drill", "report", "--csv").stdout)))
    assert [row["name"] for row in rows] == ["丸山"]


def test_drills_are_listed_newest_first(rehearsed: tuple[Bridge, Sink, str]) -> None:
    running, _, drill = rehearsed
    assert [one["id"] for one in running.api("/drills")["drills"]] == [drill]


@pytest.mark.parametrize(
    "body, status, field",
    [
        pytest.param({"service": "nothing"}, 404, None, id="service"),
        pytest.param({"service": "shop", "kind": "final"}, 422, "kind", id="kind"),
        pytest.param({"service": "shop", "surprise": "whenever"}, 422, "surprise", id="window"),
        pytest.param({"service": "shop", "within": "soon"}, 422, "within", id="duration"),
        pytest.param({"service": "shop", "within": "1y"}, 422, "within", id="too long"),
        pytest.param({"service": "shop", "who": "all"}, 422, "who", id="unknown field"),
        pytest.param({}, 422, "service", id="nothing"),
    ],
)
def test_a_drill_that_cannot_be_says_why(
    rehearsed: tuple[Bridge, Sink, str], body: dict[str, Any], status: int, field: str | None
) -> None:
    running, _, _ = rehearsed
    answer = running.post_api("/drills", json.dumps(body))
    assert answer.status_code == status
    assert answer.json().get("field") == field


def test_an_unknown_drill_is_none(rehearsed: tuple[Bridge, Sink, str]) -> None:
    running, _, _ = rehearsed
    assert running.run("drill", "report", "0" * 32).returncode == 1
    assert running.run("drill", "shop", "0" * 32).returncode == 2


def test_the_minute_of_a_surprise_is_in_no_answer(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        planned = running.post_api(
            "/drills", json.dumps({"service": "shop", "surprise": "Mon-Sun 0:00-23:59"})
        )
        assert planned.status_code == 201, planned.text
        told = planned.json()
        assert (told["state"], told["incident"], told["began_at"]) == ("planned", None, None)
        answers = [planned.text, running.get("/metrics").text, running.log()]
        answers += [
            json.dumps(running.api(path)) for path in (f"/drills/{told['id']}", "/drills", "/incidents")
        ]
        (ring_at,) = read_ring_at(running)
        assert all(ring_at[:16] not in answer for answer in answers)
        assert running.post_api("/drills", json.dumps({"service": "shop"})).status_code == 409


def read_ring_at(running: Bridge) -> list[str]:
    """The minute as the database of this test has it."""
    with sqlite3.connect(f"file:{running.home}/data/bridge.sqlite3?mode=ro", uri=True) as database:
        return [row[0].replace(" ", "T") for row in database.execute("SELECT ring_at FROM drills")]


def test_a_real_alert_takes_over_from_a_drill(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        assert running.run("drill", "shop").returncode == 0
        mail_server.wait_for(MARUYAMA)
        assert running.alert(alert()).status_code == 200
        until(lambda: len(mail_server.to(MARUYAMA)) >= 3, 20, "the drill's end and a real ring")
        subjects = [mail.subject for mail in mail_server.to(MARUYAMA)]
        assert any(subject.startswith("【訓練】【中止】") for subject in subjects)
        real = next(mail for mail in mail_server.to(MARUYAMA) if mail.subject.startswith("【残り"))
        assert running.approve(link_in(real)).status_code == 303
        mail_server.wait_for_every(running.customers)
