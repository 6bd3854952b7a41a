"""`bridge alert FILE`: what it says when the bridge took nothing of the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.parts.alerts import alert, payload
from tests.parts.bridge import Bridge


@pytest.fixture
def post(front: Bridge, tmp_path: Path) -> Any:
    """Posts these alerts; returns exit status and standard error."""

    def run(*alerts: dict[str, Any]) -> tuple[int, str]:
        file = tmp_path / "payload.json"
        file.write_text(json.dumps(payload(*alerts)))
        done = front.run("alert", str(file))
        return done.returncode, done.stderr

    return run


@pytest.mark.parametrize(
    "posted, reason",
    [
        pytest.param(
            [alert(service="other")],
            'Nearest: shop wants service="shop", and service is "other"',
            id="another service",
        ),
        pytest.param(
            [alert(severity="Critical")],
            'Nearest: shop wants severity=~"critical|page", and severity is "Critical"',
            id="a capital letter",
        ),
        pytest.param([alert("Watchdog")], "ignored: Watchdog: a heartbeat", id="a heartbeat"),
        pytest.param(
            [alert(status="resolved", shard="never")],
            "the end of an alert that is not known to fire",
            id="an end",
        ),
        pytest.param([], "the post holds no alert", id="nothing"),
    ],
)
def test_what_was_ignored_is_explained_and_the_command_fails(post: Any, posted: Any, reason: str) -> None:
    status, said = post(*posted)
    assert status == 1
    assert reason in said


def test_what_was_recorded_is_a_success(post: Any) -> None:
    assert post(alert()) == (0, "")
