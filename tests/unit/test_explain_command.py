"""`bridge check --explain`, `bridge preview` and `bridge sources`: what they print, and their exit status."""

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.main import main
from tests.parts.bridge import configuration

PAYLOADS = Path(__file__).parents[1] / "payloads"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The sample configuration with two sources and a list of two, one of whose rows gets no letter."""
    (tmp_path / "alert.token").write_text("alert-secret\n")
    (tmp_path / "api.token").write_text("api-secret\n")
    rows = "email,name\nsato@example.jp,佐藤\nmaruyama@example.jp,丸山\nnobody,\n"
    (tmp_path / "customers.csv").write_text(rows, encoding="utf-8")
    settings = configuration(tmp_path, 8080, 25, "sqlite")
    settings["sources"]["grafana"] = {"hmac": {"secret": "grafana-secret-of-the-test"}}
    path = tmp_path / "bridge.yaml"
    path.write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")
    return path


def explained(config: Path, body: str, *options: str) -> int:
    return main(["check", "--config", str(config), "--explain", str(PAYLOADS / body), *options])


def test_a_body_is_explained_and_the_last_line_is_the_verdict(config: Path, capsys: Any) -> None:
    assert explained(config, "grafana/firing.json", "--at", "2026-11-24T02:10+09:00") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "would draft 1 letter to 2 customers of みどりショップ, due 02:25"
    said = "\n".join(lines)
    assert "source  grafana, received at 2026-11-23T17:10:00Z" in said
    assert 'shop: matches (service="shop", severity=~"critical|page")' in said
    assert "ログインできない場合があります, from annotation customer_impact_ja" in said
    assert "list shop-customers: 2 recipients, 1 rows get none" in said
    assert "rings 02:20 maruyama, sato" in said


def test_a_time_without_a_zone_is_the_configurations(config: Path, capsys: Any) -> None:
    assert explained(config, "grafana/firing.json", "--at", "2026-11-24 02:10") == 0
    assert capsys.readouterr().out.endswith("due 02:25\n")


def test_json_is_for_programs(config: Path, capsys: Any) -> None:
    assert explained(config, "grafana/firing.json", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["source"], said["would_draft"], said["letters"][0]["recipients"]) == ("grafana", 1, 2)
    assert said["alerts"][0]["services"] == [
        {"service": "shop", "matches": True, "holds": ['service="shop"', 'severity=~"critical|page"'], "missed": None}
    ]  # fmt: skip


def test_nothing_drafted_is_exit_1_with_the_nearest_miss(config: Path, capsys: Any, tmp_path: Path) -> None:
    body = json.loads((PAYLOADS / "grafana/firing.json").read_text(encoding="utf-8"))
    body["alerts"][0]["labels"]["severity"] = "high"
    file = tmp_path / "high.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    assert main(["check", "--config", str(config), "--explain", str(file)]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == (
        'nothing would be drafted: shop needs severity=~"critical|page", the alert has severity="high"'
    )


@pytest.mark.parametrize(
    "options, words",
    [
        pytest.param(["--source", "alertmanager"], "alertmanager: version: this is Grafana's body", id="another"),
        pytest.param(["--source", "grafanna"], "no source grafanna", id="unknown source"),
        pytest.param(["--at", "yesterday"], "--at yesterday: not a time", id="no time"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_exit_2(config: Path, capsys: Any, options: list[str], words: str) -> None:
    assert explained(config, "grafana/firing.json", *options) == 2
    said = capsys.readouterr()
    assert (said.out, words in said.err) == ("", True)


def test_a_file_that_is_not_there_is_exit_2(config: Path, capsys: Any) -> None:
    assert explained(config, "grafana/nothing.json") == 2
    assert "nothing.json: No such file" in capsys.readouterr().err


def test_a_letter_of_any_source_can_be_seen_before(config: Path, capsys: Any) -> None:
    main(["preview", str(PAYLOADS / "grafana/firing.json"), "--config", str(config)])
    assert capsys.readouterr().out.startswith("【障害・第一報】みどりショップ")


def test_every_source_is_listed_with_what_it_is(capsys: Any) -> None:
    assert main(["sources", "list"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["zabbix"].startswith("Zabbix: ")
    assert lines["uptime-kuma"].startswith("Uptime Kuma: ")


def test_a_preset_is_shown_so_that_it_can_be_changed(capsys: Any) -> None:
    assert main(["sources", "show", "gatus"]) == 0
    assert "fingerprint: \"join('/'" in capsys.readouterr().out


def test_a_module_is_shown_with_its_path_and_its_settings(capsys: Any) -> None:
    assert main(["sources", "show", "prometheus"]) == 0
    assert "POST /webhooks/prometheus/api/v2/alerts" in capsys.readouterr().out
    assert main(["sources", "show", "sns"]) == 0
    assert "sources.sns.topic_arns: " in capsys.readouterr().out


def test_a_source_that_is_not_there_is_exit_2_with_the_nearest(capsys: Any) -> None:
    assert main(["sources", "show", "gatos"]) == 2
    assert 'Did you mean "gatus"?' in capsys.readouterr().err
