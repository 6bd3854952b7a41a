"""An alert that a new installation can be tried with, as Alertmanager would post it."""

import json
from collections.abc import Mapping


def alertmanager_body(labels: Mapping[str, str]) -> str:
    """Alertmanager's post about one firing alert; without a start, so that its receipt counts."""
    alert = {
        "status": "firing",
        "labels": dict(labels),
        "annotations": {},
        "startsAt": "0001-01-01T00:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": "try-the-bridge",
    }
    body = {
        "version": "4",
        "groupKey": "try-the-bridge",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "bridge",
        "groupLabels": {},
        "commonLabels": dict(labels),
        "commonAnnotations": {},
        "externalURL": "",
        "alerts": [alert],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
