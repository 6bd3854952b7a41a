"""What the stages are tried on: a configuration, alerts and customers of みどりショップ, one night in November."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bridge.config import Config, loads
from bridge.core.model import Alert, AlertStatus, Recipient
from tests.parts.midori import ESCALATION, PEOPLE, SHOP

NIGHT = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)  # 02:10 on 24 November in Tokyo
FILE = Path("/bridge/bridge.yaml")  # paths in the configuration are beside it; nothing is read

CONFIG: dict[str, Any] = {
    "sources": {"alertmanager": {"auth": "none"}},
    "api": {"bearer_token": "api-secret"},
    "people": PEOPLE,
    "escalations": {"shop": ESCALATION},
    "audiences": {"shop-customers": {"csv": "./customers.csv"}},
}
CAUSE = {
    "cause": "認証用の証明書の期限が切れておりました。",
    "remedy": "証明書を更新いたしました。",
    "prevention": "期限の監視を追加いたします。",
}


def configured(services: Sequence[str] = ("shop",), **rules: Any) -> Config:
    """A configuration of these services, each matching its own label; the keys of `policy` as in bridge.yaml."""
    tree = {
        **CONFIG,
        "services": {name: {**SHOP, "match": [f'service="{name}"']} for name in services},
        "policy": rules,
    }
    return _loaded(json.dumps(tree, ensure_ascii=False))


@cache
def _loaded(tree: str) -> Config:
    """Most tests ask for the same few configurations, and a configuration never changes once it is loaded."""
    return loads(tree, FILE, {})


def alert(
    name: str = "LoginErrors",
    status: AlertStatus = "firing",
    starts_at: datetime = NIGHT,
    ends_at: datetime | None = None,
    service: str = "shop",
    source: str = "alertmanager",
    fingerprint: str = "",
    **labels: str,
) -> Alert:
    labels = {"alertname": name, "service": service, "severity": "warning", **labels}
    return Alert(source, fingerprint or f"{name}@{service}", status, labels, {}, starts_at, ends_at)


def firing(name: str = "LoginErrors", **changes: Any) -> Alert:
    return alert(name, "firing", **changes)


def resolved(name: str = "LoginErrors", **changes: Any) -> Alert:
    return alert(name, "resolved", **changes)


def customers(count: int = 3) -> list[Recipient]:
    return [Recipient(f"customer{n}@example.jp", name="お客様") for n in range(count)]
