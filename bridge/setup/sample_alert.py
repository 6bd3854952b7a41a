"""An alert that a new installation can be tried with: its labels are made from the service's own matchers."""

import json
from collections.abc import Iterable, Mapping

from bridge.core.matchers import Matcher, all_match, parse_matchers


def sample_labels(match: Iterable[str]) -> Mapping[str, str] | None:
    """Labels that all matchers take; None where no simple ones are found, as for `a=~"[0-9]{4}"`."""
    matchers = [one for text in match for one in parse_matchers(text).all]
    labels = {"alertname": "TryTheBridge"}
    for matcher in matchers:
        if matcher.op in ("=", "=~"):
            labels[matcher.name] = _value(matcher)
    return labels if all_match(matchers, labels) else None


def _value(matcher: Matcher) -> str:
    """The first alternative of a plain list such as `critical|page`, else the text as it is."""
    alternatives = matcher.value.split("|") if matcher.op == "=~" else [matcher.value]
    fitting = (value for value in alternatives if matcher.matches({matcher.name: value}))
    return next(fitting, matcher.value)


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
