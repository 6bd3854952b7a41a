"""Prometheus and Alertmanager with the files we ship for pasting."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.parts.alertmanager import alertmanager, alertmanager_pair
from tests.parts.programs import installed
from tests.parts.prometheus import SAMPLES, prometheus
from tests.parts.waiting import until
from tests.parts.webhook import receiver


def check(command: list[str | Path]) -> None:
    done = subprocess.run(command, cwd=SAMPLES, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "promtool check rules rules.yml",
        "promtool check config --syntax-only prometheus.yml",
        "amtool check-config alertmanager.yml",
    ],
)
def test_the_shipped_samples_are_valid(command: str) -> None:
    program, *words = command.split()
    check([installed(program), *words])


def test_a_broken_probe_fires_and_a_mended_one_resolves(tmp_path: Path) -> None:
    token, am_home = tmp_path / "token", tmp_path / "am"
    token.write_text("secret\n")
    am_home.mkdir()
    with (
        receiver() as hook,
        alertmanager(am_home, hook.url, token) as port,
        prometheus(tmp_path, bridge=port, alertmanagers=[port]) as probe,
    ):
        probe.works = False
        until(lambda: hook.bodies, 20, "the alert fires")
        probe.works = True
        until(lambda: hook.bodies[-1]["status"] == "resolved", 20, "the alert resolves")
    assert set(hook.tokens) == {"Bearer secret"}
    assert {body["commonLabels"]["alertname"] for body in hook.bodies} == {"LoginErrors"}


def test_two_alertmanagers_that_do_not_gossip_both_post(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    with (
        receiver() as hook,
        alertmanager_pair(tmp_path, hook.url, tmp_path / "token", gossip=False) as ports,
        prometheus(tmp_path, bridge=ports[0], alertmanagers=ports) as probe,
    ):
        probe.works = False
        until(lambda: len(hook.bodies) >= 2, 20, "both post")
    assert len({body["alerts"][0]["fingerprint"] for body in hook.bodies}) == 1


def test_the_shipped_dashboard_asks_what_prometheus_understands(tmp_path: Path) -> None:
    panels = json.loads((SAMPLES / "grafana/bridge.json").read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    spelled = [re.sub(r"\$__(range|rate_interval)", "5m", expression) for expression in asked]
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(spelled)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    check([installed("promtool"), "check", "rules", tmp_path / "rules.yml"])
