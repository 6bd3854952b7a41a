"""The sample of the letter tests: みどりショップ, whose sign-in fails at 02:12 on 21 November 2026."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.core.model import Alert, AlertStatus, Incident
from bridge.core.settings import Service
from tests.parts import midori
from tests.parts.midori import PAYMENT, minutes

FIRED = datetime(2026, 11, 20, 17, 12, tzinfo=UTC)
RECEIVED = FIRED + timedelta(seconds=30)

LOGIN = {
    **midori.LOGIN,
    "subject": {"ja": "ログインできない状況", "en": "customers cannot sign in"},
    "detection_delay": "2m",
}


def service(**changes: Any) -> Service:
    """The service as bridge.yaml would describe it."""
    return Service.model_validate(
        {
            **midori.SHOP,
            "id": "shop",
            "impact": [LOGIN, PAYMENT],
            "contact": "support@example.jp / 03-0000-0000",
            "timezone": "Asia/Tokyo",
            **changes,
        }
    )


def alert(
    name: str = "LoginErrors",
    status: AlertStatus = "firing",
    starts_at: datetime = FIRED,
    ends_at: datetime | None = None,
    **annotations: str,
) -> Alert:
    labels = {"alertname": name, "service": "shop", "instance": "web-1.internal:9100"}
    return Alert("alertmanager", name, status, labels, annotations, starts_at, ends_at)


def ended(name: str = "LoginErrors", after: float = 30) -> Alert:
    """The alert, resolved that many minutes after it fired."""
    return alert(name, "resolved", ends_at=FIRED + minutes(after))


def incident(**changes: Any) -> Incident:
    return Incident(
        **{
            "id": "i1",
            "service": "shop",
            "state": "open",
            "started_at": FIRED,
            "received_at": RECEIVED,
            **changes,
        }
    )
