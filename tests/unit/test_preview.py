"""`bridge preview` shows the letter an alert would give, from the configuration that is shipped."""

import argparse
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.cli import preview
from bridge.core.dates import day, working_days_after

SHIPPED = Path(__file__).parents[2] / "config/bridge.yaml"
TOKYO = ZoneInfo("Asia/Tokyo")  # of the shipped configuration
Preview = Callable[..., int]


@pytest.fixture
def show(tmp_path: Path) -> Preview:
    """Runs the command with a payload of one alert, and the shipped configuration with secrets in place."""
    config = tmp_path / "bridge.yaml"
    config.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("alertmanager.token", "api.token", "smtp"):
        (tmp_path / "secrets").mkdir(exist_ok=True)
        (tmp_path / "secrets" / name).write_text("secret-of-the-test\n", encoding="utf-8")
    payload = tmp_path / "alert.json"

    def run(*options: str, **labels: str) -> int:
        payload.write_text(json.dumps(post(labels)), encoding="utf-8")
        parser = argparse.ArgumentParser()
        preview.add_parser(parser.add_subparsers())
        args = parser.parse_args(["preview", str(payload), "--config", str(config), *options])
        return preview.run(args)

    return run


def post(labels: dict[str, str]) -> dict[str, Any]:
    alert = {
        "status": "firing",
        "labels": {"alertname": "LoginErrors", "service": "shop", "severity": "critical", **labels},
        "annotations": {"summary": "5xx ratio"},
        "startsAt": "2026-11-20T17:12:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.internal:9090",
        "fingerprint": "b5222cf56f832138",
    }
    return {"version": "4", "status": "firing", "receiver": "bridge", "groupKey": "{}", "alerts": [alert]}


@pytest.mark.parametrize("kind", ["first", "update", "recovery", "final", "individual"])
@pytest.mark.parametrize("locale", ["ja", "en"])
def test_every_kind_can_be_seen_and_has_no_finding(
    show: Preview, capsys: pytest.CaptureFixture[str], kind: str, locale: str
) -> None:
    assert show("--kind", kind, "--locale", locale) == 0
    shown = capsys.readouterr().out
    assert {"ja": "みどりショップ", "en": "Midori Shop"}[locale] in shown.splitlines()[0]
    assert "5xx" not in shown


@pytest.mark.parametrize("kind", ["recovery", "final"])
def test_a_cause_nobody_has_written_is_promised_as_the_first_version_would(
    show: Preview, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    before = datetime.now(TOKYO).date()
    show("--kind", kind)
    promised = {day(working_days_after(today, 5), "ja") for today in (before, datetime.now(TOKYO).date())}
    shown = capsys.readouterr().out.replace("\n", "")
    assert any(
        f"対応の内容、再発防止策とあわせて、{each}までにご報告いたします。" in shown for each in promised
    )


def test_findings_are_shown_and_told_by_the_exit_code(
    show: Preview, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"status": "まもなく復旧する見込みです。"}), encoding="utf-8")
    assert show("--kind", "update", "--answers", str(answers)) == 1
    assert "error EXP-01 in the body" in capsys.readouterr().out


def test_an_alert_whose_impact_no_setting_tells_is_found(
    show: Preview, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(alertname="LoginErrors") == 0
    assert show(alertname="DiskFull") == 1
    assert "warning BRG-01" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options, labels, complaint",
    [
        pytest.param(["--service", "shpo"], {}, "no service shpo. There are: shop", id="unknown service"),
        pytest.param([], {"service": "other"}, "no service matches these alerts", id="nothing matches"),
        pytest.param(["--answers", "none.json"], {}, "none.json cannot be read", id="missing answers"),
    ],
)
def test_preview_says_why_it_cannot_show_a_letter(
    show: Preview,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    labels: dict[str, str],
    complaint: str,
) -> None:
    assert show(*options, **labels) == 2
    assert complaint in capsys.readouterr().err


def test_an_answer_nobody_asked_for_is_named(
    show: Preview, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"causse": "x"}', encoding="utf-8")
    assert show("--kind", "recovery", "--answers", str(answers)) == 2
    assert "causse" in capsys.readouterr().err
