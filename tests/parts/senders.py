"""Every kind of sender with the credentials it has, and its captured posts as they come."""

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bridge.config import SOURCES
from bridge.sources.credentials import sign
from tests.parts.bridge import Bridge

PAYLOADS = Path(__file__).parents[1] / "payloads"
TOKEN, PASSWORD, SECRET = "sample-token", "sample-pass", "sample-secret"
TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:bridge-alarms"
CERTIFICATE = "SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
GENERIC = {
    "alerts": "events[]",
    "ignore": "kind=='heartbeat'",
    "fingerprint": "join('/', [rule, host])",
    "status": "state=='BAD' && 'firing' || 'resolved'",
    "starts_at": "since",
    "time_format": "epoch_ms",
    "labels": {"service": "svc", "severity": "level", "alertname": "rule", "instance": "host"},
    "annotations": {"summary": "text"},
}
BASIC = {"basic_auth": {"username": "bridge", "password": PASSWORD}}
SIGNED = {"hmac": {"secret": SECRET}}
SETTINGS: dict[str, dict[str, Any]] = {
    "mackerel": {**BASIC, "labels_by_monitor": {"ログイン画面の外形監視": {"service": "shop"}}},
    "google-cloud": BASIC,
    "azure": {"query_token": TOKEN},
    "sentry": {**SIGNED, "labels_by_project": {"shop": {"service": "shop"}}},
    "pagerduty": SIGNED,
    "sns": {"topic_arns": [TOPIC]},
    "generic": {"bearer_token": TOKEN, "mapping": GENERIC},
}
SIGNATURES = {"sentry": "Sentry-Hook-Signature", "pagerduty": "X-PagerDuty-Signature"}


def list_all(front: Bridge) -> None:
    """Let the bridge take every kind of sender, and SNS's messages by the certificate that signed the samples."""
    folder = front.home / "sns"
    folder.mkdir(exist_ok=True)
    (folder / CERTIFICATE).write_bytes((PAYLOADS / "sns" / "test_cert.pem").read_bytes())
    for kind in SOURCES:
        listed = SETTINGS.get(kind, {"bearer_token": TOKEN})
        front.config["sources"].setdefault(kind, {**listed, "kind": kind})
    front.config["sources"]["sns"]["certificates"] = str(folder)
    front.config["sources"]["alertmanager"] = {"bearer_token": TOKEN}


def body_of(name: str) -> bytes:
    """A captured body. Prometheus tells by the time whether it still fires, so its times are of today."""
    body = (PAYLOADS / f"{name}.json").read_bytes()
    if not name.startswith("prometheus/"):
        return body
    now = datetime.now(UTC)
    end = now + timedelta(minutes=4 if "firing" in name else -1)
    alerts = json.loads(body)
    for one in alerts:
        one |= {"startsAt": (now - timedelta(minutes=3)).isoformat(), "endsAt": end.isoformat()}
    return json.dumps(alerts).encode()


def post_as(front: Bridge, kind: str, body: bytes, *, wrong: bool = False) -> httpx.Response:
    """Post a body as this sender does. `wrong`: with a credential that is not the right one."""
    path = f"/webhooks/{kind}" + ("/api/v2/alerts" if kind == "prometheus" else "")
    headers, params = _credentials(kind, body, "wrong" if wrong else "")
    return httpx.post(f"{front.url}{path}", content=body, headers=headers, params=params, timeout=30)


def _credentials(kind: str, body: bytes, wrong: str) -> tuple[dict[str, str], dict[str, str]]:
    if kind in SIGNATURES:
        signature = sign(SECRET + wrong, body)
        return {SIGNATURES[kind]: f"v1={signature},v1=00" if kind == "pagerduty" else signature}, {}
    if kind in ("mackerel", "google-cloud"):
        pair = b64encode(f"bridge:{PASSWORD}{wrong}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}, {}
    if kind == "azure":
        return {}, {"token": TOKEN + wrong}
    if kind == "sns":
        found = re.search(rb'"Type": ?"(\w+)"', body)
        return {"x-amz-sns-message-type": found[1].decode() if found else ""}, {}
    return {"Authorization": f"Bearer {TOKEN}{wrong}"}, {}
