"""An explanation in JSON types, as `bridge check --explain --json` prints it and POST /api/v1/explain answers it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bridge.core import next_notice
from bridge.core.explain import ExplainedAlert
from bridge.stages.explain import Explanation, PlannedLetter


def as_json(explained: Explanation) -> dict[str, Any]:
    """Times are RFC 3339 in UTC."""
    return {
        "source": explained.source,
        "listed": explained.listed,
        "at": _time(explained.at),
        "alerts": [_alert(one) for one in explained.alerts],
        "letters": [_letter(letter) for letter in explained.letters],
        "notes": list(explained.notes),
        "would_draft": len(explained.letters) if explained.listed else 0,
        "verdict": explained.verdict,
    }


def _alert(one: ExplainedAlert) -> dict[str, Any]:
    return {
        "alertname": one.name,
        "fingerprint": one.alert.fingerprint,
        "status": one.alert.status,
        "starts_at": _time(one.alert.starts_at),
        "ends_at": _time(one.alert.ends_at) if one.alert.ends_at else None,
        "labels": dict(one.alert.labels),
        "change": one.change,
        "ignored": one.ignored,
        "why": one.why,
        "services": [
            {
                "service": match.service,
                "matches": match.missed is None,
                "holds": list(match.holds),
                "missed": asdict(match.missed) if match.missed else None,
            }
            for match in one.services
        ],
    }


def _letter(letter: PlannedLetter) -> dict[str, Any]:
    audience, service = letter.audience, letter.service
    return {
        "service": service.id,
        "name": service.name.ja,
        "kind": next_notice.FIRST,
        "subject": letter.subject,
        "impact": [words.ja for words in letter.impact],
        "impact_from": letter.impact_from,
        "audience": service.audience,
        "recipients": audience.count if audience else None,
        "bad_rows": audience.bad_total if audience else 0,
        "list_problem": audience.problem.get("en") if audience and audience.problem else None,
        "due_at": _time(letter.due_at),
        "rings": [{"at": _time(ring.at), "people": list(ring.people)} for ring in letter.rings],
        "findings": [
            {"rule": finding.rule, "severity": finding.severity, "why": finding.because("en")}
            for finding in letter.findings
        ],
        "template_problem": letter.problem,
    }


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
