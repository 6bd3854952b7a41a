"""The pages of the senders: each block to paste is what it says, tried with the real program where there is one."""

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.config import SOURCES, Config, loads
from bridge.core.model import Alert
from bridge.sources import read
from bridge.sources.post import Parsed, Post
from tests.parts.midori import SHOP
from tests.parts.programs import installed
from tests.parts.source_pages import FOLDER, PAGES, block, theirs
from tests.parts.webhook import Receiver, receiver
from tests.stages.samples import CONFIG
from tests.unit.test_sources import NOW, PAYLOADS, settings_of

KINDS = [path.stem for path in PAGES]


def captured(name: str) -> Alert:
    return parsed(name.partition("/")[0], (PAYLOADS / f"{name}.json").read_bytes()).alerts[0]


def parsed(kind: str, body: str | bytes) -> Parsed:
    raw = body.encode() if isinstance(body, str) else body
    return read(SOURCES[kind], settings_of(kind), Post(kind, raw, NOW))


def configured(page: str, home: Path) -> Config:
    """The sample configuration with the page's own block for bridge.yaml, its secrets written beside it."""
    text = block(page, "yaml")
    (home / "secrets").mkdir(exist_ok=True)
    for name in re.findall(r"_file: \./secrets/([\w.-]+)", text):
        (home / "secrets" / name).write_text("a-secret-of-the-tests\n")
    shop = {**SHOP, "match": ['service="shop"']}
    tree = {**CONFIG, **yaml.safe_load(text), "services": {"shop": shop}}
    return loads(json.dumps(tree, ensure_ascii=False), home / "bridge.yaml", {})


def test_every_source_has_its_page_and_every_page_its_source() -> None:
    assert set(SOURCES) == set(KINDS)
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"[{kind}]({kind}.md)" not in index] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_block_for_bridge_yaml_can_be_loaded(kind: str, tmp_path: Path) -> None:
    (settings,) = configured(kind, tmp_path).sources.values()
    assert settings.kind == kind


def test_alertmanager_itself_takes_the_block(tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(block("alertmanager", "yaml", 1))
    done = subprocess.run(
        [installed("amtool"), "check-config", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_itself_takes_the_block(tmp_path: Path) -> None:
    token = tmp_path / "bridge.token"
    token.write_text("token\n")
    file = tmp_path / "prometheus.yml"
    file.write_text(block("prometheus", "yaml", 1).replace("/etc/prometheus/bridge.token", str(token)))
    done = subprocess.run(
        [installed("promtool"), "check", "config", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def zabbix(
    parameters: dict[str, str], receiving: Receiver, tmp_path: Path
) -> subprocess.CompletedProcess[str]:
    """The page's script in Zabbix's own engine, with the macros filled in as the server would."""
    own = {"bridge_url": receiving.url, "bridge_token": "token-of-the-test"}
    (tmp_path / "script.js").write_text(block("zabbix", "js"))
    (tmp_path / "in.json").write_text(json.dumps({**parameters, **own}, ensure_ascii=False))
    return subprocess.run(
        [installed("zabbix_js"), "-s", tmp_path / "script.js", "-i", tmp_path / "in.json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["problem", "recovery", "update_ack", "old_server_no_unix_time"])
def test_zabbixs_engine_posts_what_we_read(name: str, tmp_path: Path) -> None:
    macros = json.loads((PAYLOADS / "zabbix" / f"{name}.json").read_text(encoding="utf-8"))
    del macros["schema"]
    with receiver() as receiving:
        done = zabbix(macros, receiving, tmp_path)
        assert (done.returncode, done.stdout.strip()) == (0, "OK"), done.stdout + done.stderr
        (body,) = receiving.bodies
        assert receiving.tokens == ["Bearer token-of-the-test"]
    assert "bridge_token" not in body
    assert parsed("zabbix", json.dumps(body)).alerts == (captured(f"zabbix/{name}"),)


def test_zabbix_tries_again_when_the_bridge_cannot_answer(tmp_path: Path) -> None:
    with receiver() as receiving:
        receiving.status = 503
        done = zabbix({"event_id": "1"}, receiving, tmp_path)
    assert "bridge: 503" in done.stdout + done.stderr
    assert done.stdout.strip() != "OK"


def test_the_page_names_every_parameter_that_is_read() -> None:
    page = (FOLDER / "zabbix.md").read_text(encoding="utf-8")
    sample = json.loads((PAYLOADS / "zabbix" / "problem.json").read_text(encoding="utf-8"))
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|$", page, re.M))
    assert set(sample) - {"schema"} == set(rows) - {"bridge_url", "bridge_token"}


DATADOG = {
    "$ID": "id", "$ALERT_ID": "alert_id", "$ALERT_CYCLE_KEY": "alert_cycle_key", "$AGGREG_KEY": "aggreg_key",
    "$ALERT_TRANSITION": "transition", "$ALERT_TYPE": "alert_type", "$PRIORITY": "priority", "$EVENT_TITLE": "title",
    "$ALERT_TITLE": "monitor", "$ALERT_SCOPE": "scope", "$TAGS": "tags", "$ALERT_STATUS": "status_summary",
    "$DATE": "date", "$LAST_UPDATED": "last_updated", "$LINK": "link", "$HOSTNAME": "hostname", "$ORG_NAME": "org",
}  # fmt: skip


@pytest.mark.parametrize("name", ["triggered", "renotify", "recovered"])
def test_datadogs_payload_filled_in_is_the_captured_one(name: str) -> None:
    sample = json.loads((PAYLOADS / "datadog" / f"{name}.json").read_text(encoding="utf-8"))
    filled = re.sub(r"\$[A-Z_]+", lambda m: sample[DATADOG[m[0]]], block("datadog", "json"))
    assert json.loads(filled) == sample


@pytest.mark.parametrize("name", ["down", "up"])
def test_healthchecks_body_filled_in_is_the_captured_one(name: str) -> None:
    sample = json.loads((PAYLOADS / "healthchecks" / f"{name}.json").read_text(encoding="utf-8"))
    template = block("healthchecks", "json").replace("$NAME_JSON", json.dumps(sample["name"]))
    filled = re.sub(r"\$[A-Z]+", lambda m: str(sample[m[0][1:].lower()]), template)
    assert json.loads(filled) == sample


@pytest.mark.parametrize("name", ["activated", "closed"])
def test_new_relics_template_filled_in_is_the_captured_one(name: str) -> None:
    sample = json.loads((PAYLOADS / "newrelic" / f"{name}.json").read_text(encoding="utf-8"))
    template = block("newrelic", "handlebars")
    keys = iter(re.findall(r'"(\w+)":\{\{', template))
    template = re.sub(r"\{\{#if closedAt\}\}.*?\{\{/if\}\}", "{{closedAt}}", template)
    filled = re.sub(r"\{\{[^}]+\}\}", lambda _: json.dumps(sample[next(keys)]), template)
    assert json.loads(filled) == sample


@pytest.mark.parametrize("name, word", [("triggered", "TRIGGERED"), ("resolved", "RESOLVED")])
def test_gatus_body_filled_in_is_read(name: str, word: str) -> None:
    pasted = theirs("gatus")
    endpoint = pasted["endpoints"][0]
    values = {
        "[ALERT_TRIGGERED_OR_RESOLVED]": word, "[ENDPOINT_GROUP]": endpoint["group"],
        "[ENDPOINT_NAME]": endpoint["name"],
        "[ALERT_DESCRIPTION]": "severity=critical 一行目\n二行目", "[ENDPOINT_URL]": endpoint["url"],
    }  # fmt: skip
    body = pasted["alerting"]["custom"]["body"]
    for macro, value in values.items():
        body = body.replace(macro, value)
    (alert,) = parsed("gatus", body).alerts
    ours = captured(f"gatus/{name}")
    assert (alert.status, alert.labels) == (ours.status, ours.labels)


def test_a_block_of_json_that_stands_for_a_whole_post_is_read() -> None:
    (event,) = parsed("cloudevents", block("cloudevents", "json")).alerts
    assert (event.fingerprint, event.status, event.labels["service"]) == ("login-web-1", "firing", "shop")
    (formatted,) = parsed("oncall-formatted", block("oncall-formatted", "json")).alerts
    assert (formatted.fingerprint, formatted.labels["service"]) == ("login-web-1", "shop")
    assert formatted.labels["severity"] == "critical"


def test_the_generic_block_reads_its_own_body(tmp_path: Path) -> None:
    (settings,) = configured("generic", tmp_path).sources.values()
    post = Post("crm", block("generic", "json").encode(), NOW)
    (alert,) = read(SOURCES["generic"], settings, post).alerts
    assert (alert.status, alert.starts_at) == ("firing", datetime(2026, 11, 23, 17, 10, tzinfo=UTC))
    assert alert.labels == {
        "service": "shop",
        "severity": "critical",
        "alertname": "LoginErrors",
        "instance": "web-1",
    }


def notified(page: str, home: Path, **variables: str) -> dict[str, Any]:
    """What the page's script posts with these variables of its monitoring system: real sh, jq and curl."""
    installed("jq"), installed("curl")
    script = home / "bridge.sh"
    (home / "etc").mkdir()
    (home / "etc" / "bridge.token").write_text("token-of-the-test")
    with receiver() as receiving:
        text = block(page, "sh").replace("https://bridge.example.jp/webhooks/icinga", receiving.url)
        script.write_text(text.replace("/etc/bridge-sender.token", str(home / "etc/bridge.token")))
        (home / "etc" / "bridge.url").write_text(receiving.url)
        own = {"PATH": os.environ["PATH"], "HOME": str(home)}
        subprocess.run(["sh", script], env={**own, **variables}, check=True, capture_output=True)
        assert receiving.tokens == ["Bearer token-of-the-test"]
        return receiving.bodies[0]


QUOTES = """CRIT - "login" 'error' ratio $(0.42) `x` \\ 失敗"""


def test_checkmks_script_posts_what_we_read(tmp_path: Path) -> None:
    body = notified(
        "checkmk", tmp_path, NOTIFY_WHAT="SERVICE", NOTIFY_NOTIFICATIONTYPE="PROBLEM", NOTIFY_HOSTNAME="web-1",
        NOTIFY_SERVICEDESC="LoginErrors", NOTIFY_SERVICESTATE="CRITICAL", NOTIFY_HOSTSTATE="UP",
        NOTIFY_SERVICEOUTPUT=QUOTES, NOTIFY_LASTSERVICESTATECHANGE="1795453800", NOTIFY_MICROTIME="1795453805000000",
        OMD_SITE="midori", NOTIFY_PARAMETER_1="service=shop",
    )  # fmt: skip
    (alert,) = parsed("checkmk", json.dumps(body)).alerts
    ours = captured("checkmk/problem")
    assert (alert.fingerprint, alert.status, alert.labels) == (ours.fingerprint, ours.status, ours.labels)
    assert (alert.starts_at, alert.as_of) == (ours.starts_at, ours.as_of)
    assert alert.annotations["summary"] == QUOTES


@pytest.mark.parametrize(
    "kind, state, identity, alertname",
    [("SERVICE", "CRITICAL", "/web-1/LoginErrors", "LoginErrors"), ("HOST", "DOWN", "/web-1/", "HostDown")],
)
def test_icingas_command_posts_what_we_read(
    kind: str, state: str, identity: str, alertname: str, tmp_path: Path
) -> None:
    service = {"SERVICEDESC": "LoginErrors", "SERVICESTATE": state, "SERVICEOUTPUT": QUOTES}
    body = notified(
        "icinga", tmp_path, NOTIFICATIONTYPE="PROBLEM", HOST="web-1", LASTSTATECHANGE="1795453800.123456",
        LABELS="service=shop", **(service if kind == "SERVICE" else {"HOSTSTATE": state, "HOSTOUTPUT": QUOTES}),
    )  # fmt: skip
    (alert,) = parsed("icinga", json.dumps(body)).alerts
    assert (alert.fingerprint, alert.labels["alertname"]) == (identity, alertname)
    assert (alert.labels["severity"], alert.labels["service"]) == ("critical", "shop")
    assert alert.annotations["summary"] == QUOTES


def test_uptime_kumas_header_is_json() -> None:
    assert json.loads(block("uptime-kuma", "json"))["Authorization"].startswith("Bearer ")


def test_eventbridges_pattern_matches_the_captured_events() -> None:
    pattern = json.loads(block("eventbridge", "json"))
    for name in ("alarm", "ok"):
        event = json.loads((PAYLOADS / "eventbridge" / f"{name}.json").read_text(encoding="utf-8"))
        assert all(event[key] in values for key, values in pattern.items())


def test_grafanas_block_names_the_headers_that_bridge_yaml_asks_for(tmp_path: Path) -> None:
    (settings,) = configured("grafana", tmp_path).sources.values()
    sent = theirs("grafana")["contactPoints"][0]["receivers"][0]["settings"]["hmacConfig"]
    assert settings.hmac is not None
    assert (settings.SIGNATURE_HEADER, settings.hmac.timestamp_header) == (
        sent["header"],
        sent["timestampHeader"],
    )
