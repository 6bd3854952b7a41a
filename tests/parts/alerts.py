"""What Alertmanager posts, made by hand."""

import hashlib
import json
from typing import Any


def alert(name: str = "LoginErrors", status: str = "firing", **labels: str) -> dict[str, Any]:
    """One alert as Alertmanager 0.25 writes it; it began on 2026-11-21 at 02:10 in Japan."""
    labels = {"alertname": name, "service": "shop", "severity": "critical", **labels}
    return {
        "status": status,
        "labels": labels,
        "annotations": {"summary": "sign-in probe fails on web-1.internal"},
        "startsAt": "2026-11-20T17:10:00.000Z",
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-20T17:40:00.000Z",
        "generatorURL": "http://prometheus.internal:9090/graph",
        "fingerprint": hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:16],
    }


def payload(*alerts: dict[str, Any]) -> dict[str, Any]:
    """Alertmanager's webhook body, version 4, around these alerts."""
    return {
        "version": "4",
        "groupKey": '{}:{service="shop"}',
        "truncatedAlerts": 0,
        "status": "firing" if any(one["status"] == "firing" for one in alerts) else "resolved",
        "receiver": "bridge",
        "groupLabels": {"service": "shop"},
        "commonLabels": {"service": "shop"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.internal:9093",
        "alerts": list(alerts),
    }
