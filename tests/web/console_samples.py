"""The states that the console is tried in, as 丸山 meets it at 2:16 on 24 November."""

from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bridge.core.addresses import JAPANESE
from bridge.core.batch import RowProblem
from bridge.core.failures import FailureGroup
from bridge.core.first_letters import FirstLetter
from bridge.core.model import AudienceFacts, DeliveryState, Event, Ring, UnusableRow
from bridge.core.sessions import Visitor
from bridge.core.values import Locale, LocalText
from bridge.core.watchdog import SenderState
from bridge.store.summaries import LastRing
from bridge.web.post_log import Heard, TurnedAway
from bridge.web.views.cards import OpenIncident
from bridge.web.views.deliveries import DeliveriesData, DeliveryRow
from bridge.web.views.frame import Frame
from bridge.web.views.home import HomeData
from bridge.web.views.individual import IndividualData
from bridge.web.views.lists import ListsData
from bridge.web.views.people import PeopleData
from bridge.web.views.sources import SourcesData
from bridge.web.views.timeline import LetterRecord, TimelineData
from tests.web.samples import (
    AUDIENCE,
    DRAFT,
    EARLIER,
    ENDED,
    ESCALATION,
    EVERY,
    FIRING,
    INCIDENT,
    NOW,
    PEOPLE,
    RECEIVED,
    SENDING,
    SERVICE,
    approved,
    at,
    facts,
    notice,
    version,
)

WHOLESALE = SERVICE.model_copy(
    update={
        "id": "wholesale",
        "name": SERVICE.name.model_copy(update={"ja": "みどりショップ 卸売", "en": "Midori Wholesale"}),
    }
)
SERVICES = {"shop": SERVICE, "wholesale": WHOLESALE}
LISTS = {"shop": AUDIENCE, "wholesale": replace(AUDIENCE, name="wholesale", bad=(), bad_total=0, count=870)}
TOOK = (
    (4.9, 1),
    (7.2, 3),
    (4.1, 6),
    (6.2, 9),
    (9.8, 12),
    (3.8, 14),
    (17.2, 17),
    (5.9, 20),
    (5.5, 23),
    (6.7, 29),
)


def frame(lang: Locale = "ja", path: str = "/", **changes: Any) -> Frame:
    values: dict[str, Any] = {
        "visitor": Visitor(PEOPLE["maruyama"], "approve"),
        "lang": lang,
        "now": NOW,
        "zone": SERVICE.timezone,
        "people": PEOPLE,
        "path": path,
        "secret": "secret-of-this-visit",
    }
    return Frame(**{**values, **changes})


def firsts() -> tuple[FirstLetter, ...]:
    return tuple(
        FirstLetter(f"f{n}", "shop", NOW - timedelta(days=30 - day), timedelta(minutes=took))
        for n, (took, day) in enumerate(TOOK)
    )


RINGS = (
    Ring("n1", 0, at(2, 10), "fired", at(2, 10), ("maruyama",)),
    Ring("n1", 1, at(2, 15), "fired", at(2, 15), ("maruyama",)),
    Ring("n1", 2, at(2, 20), "pending"),
)
WAITING = OpenIncident(
    incident=INCIDENT,
    service=SERVICE,
    notices=(notice(),),
    version=version(facts()),
    rings=RINGS,
    recipients=12_408,
    firing=1,
    own_page="/approve/token",
)
SOON = replace(WAITING, incident=replace(INCIDENT, id="i7"), notices=(notice(due_at=at(2, 20)),))
LATE = replace(WAITING, incident=replace(INCIDENT, id="i8"), notices=(notice(due_at=at(2, 13)),))
RECOVERED = replace(
    WAITING,
    incident=replace(INCIDENT, id="i2", service="wholesale", state="recovered", resolved_at=at(1, 55)),
    service=WHOLESALE,
    notices=(
        approved(id="n2", incident_id="i2", state="sent", first_accept_at=at(2, 14)),
        notice("recovery", id="n3", incident_id="i2", base_at=at(2, 4), due_at=at(2, 34)),
    ),
    version=EVERY["recovery"]["version"],
    recipients=870,
    firing=0,
    rings=(),
)
TOLD = replace(
    WAITING,
    incident=replace(INCIDENT, id="i3", promise_at=at(3, 5)),
    notices=(replace(SENDING, id="n4", incident_id="i3", state="sent", finished_at=at(2, 17)),),
    counts={"sent": 12_401, "failed": 5, "unknown": 2},
    rings=(),
)
STOPPED = replace(
    TOLD,
    incident=replace(INCIDENT, id="i4"),
    notices=(replace(SENDING, id="n5", incident_id="i4", state="stopped", stop_reason="restored"),),
)
QUIET = replace(
    WAITING, incident=replace(INCIDENT, id="i5", state="settling"), notices=(), version=None, own_page=None
)
LOST = replace(WAITING, incident=replace(INCIDENT, id="i6", service="gone"), service=None, own_page=None)


def home_data(lang: Locale = "ja", **changes: Any) -> HomeData:
    values: dict[str, Any] = {
        "frame": frame(lang),
        "incidents": (TOLD, RECOVERED, SOON),
        "firsts": firsts(),
        "services": SERVICES,
        "lists": LISTS,
        "rung": ("maruyama",),
        "refused": (),
        "relay_problem": "",
        "senders": (SenderState("alertmanager", timedelta(minutes=5), at(2, 15, 41)),),
        "listening_since": at(0, 0, day=23),
        "drilled": dict.fromkeys(SERVICES, NOW - timedelta(days=12)),
        "remind_every": timedelta(days=30),
    }
    return HomeData(**{**values, **changes})


REHEARSED = replace(
    WAITING, incident=replace(INCIDENT, id="i9", mode="drill"), notices=(notice(due_at=at(2, 13)),)
)


HOMES: dict[str, dict[str, Any]] = {
    "three open": {},
    "late": {"incidents": (LATE, STOPPED)},
    "everything": {"incidents": (QUIET, LOST, TOLD, STOPPED, RECOVERED, LATE, WAITING)},
    "a drill": {"incidents": (REHEARSED, SOON)},
    "only a drill": {"incidents": (REHEARSED,)},
    "empty": {"incidents": ()},
    "new": {"incidents": (), "firsts": (), "drilled": {}},
    "trouble": {
        "incidents": (),
        "refused": ("maruyama",),
        "drilled": dict.fromkeys(SERVICES, NOW - timedelta(days=45)),
        "senders": (SenderState("osaka-am", timedelta(minutes=5), at(1, 36)),),
        "relay_problem": "connect to mail.example.jp:587 failed: connection refused",
        "lists": {"shop": AudienceFacts("shop-customers", problem=SERVICE.name)},
    },
}


UNKNOWN_USER = "550 5.1.1 User unknown"
NO_DMARC = (
    "550 5.7.515 Access denied, sending domain example.jp does not meet the required authentication level"
)
COURSE = (
    Event(1, RECEIVED, "alertmanager", "alerts", {"alertnames": ["LoginErrors"]}),
    Event(2, RECEIVED, "bridge", "drafted", {"kind": "first", "version": 1}),
    Event(3, at(2, 10, 4), "bridge", "rang", {"people": ["maruyama", "sato"], "ring": 0}),
    Event(4, at(2, 12, 31), "maruyama", "acknowledged", {"kind": "first"}),
    Event(5, at(2, 15, 2), "bridge", "rang", {"people": ["maruyama"], "ring": 1}),
    Event(6, at(2, 16, 30), "maruyama", "approved", {"version": 1, "recipients": 12_408, "hold": 10}),
    Event(7, at(2, 16, 40), "bridge", "sending", {"kind": "first", "recipients": 12_408}),
    Event(8, at(2, 17, 2), "bridge", "relay_down", {"why": "421 4.3.2 Service not available"}),
    Event(9, at(2, 18, 20), "bridge", "sent", {"counts": {"sent": 12_216, "failed": 183}}),
)
COUNTS: dict[DeliveryState, int] = {"sent": 12_216, "deferred": 7, "failed": 183, "unknown": 2}
TOLD_LETTER = LetterRecord(
    notice=replace(SENDING, state="sent", finished_at=at(2, 18, 20)),
    version=DRAFT,
    rings=(*RINGS[:1], replace(RINGS[1], people=("maruyama", "sato"))),
    counts=COUNTS,
    own_page="/approve/token",
)
WAITING_LETTER = LetterRecord(
    notice=notice("update", id="n2", base_at=at(3, 0), due_at=at(3, 10), number=None),
    version=version(facts("update", drafted_at=at(3, 0), promise_at=at(4, 10), number=2, previous=facts())),
)
TIMELINES: dict[str, dict[str, Any]] = {
    "told": {},
    "a drill": {"incident": replace(INCIDENT, mode="drill")},
    "waiting": {
        "letters": (LetterRecord(notice=notice(), version=DRAFT, own_page="/approve/token"),),
        "refused": {},
    },
    "closed": {
        "incident": replace(INCIDENT, state="closed", resolved_at=at(1, 55)),
        "alerts": (ENDED,),
        "letters": (),
        "refused": {},
    },
    "of a service that is gone": {"service": None},
}


def timeline_data(lang: Locale = "ja", **changes: Any) -> TimelineData:
    values: dict[str, Any] = {
        "frame": frame(lang, "/incidents/i1"),
        "incident": replace(INCIDENT, promise_at=at(3, 8)),
        "service": SERVICE,
        "letters": (TOLD_LETTER, WAITING_LETTER),
        "events": COURSE,
        "alerts": (FIRING, EARLIER, replace(ENDED, fingerprint="f3")),
        "refused": {"sato": UNKNOWN_USER},
    }
    return TimelineData(**{**values, **changes})


def _row(n: int, state: DeliveryState, reply: str) -> DeliveryRow:
    return DeliveryRow(
        n, f"customer{n:04}@mail.example.jp", state, reply, 1, f"<{n}@example.jp>", at(2, 16, n % 60)
    )


FAILED_ROWS = tuple(_row(n, "failed", NO_DMARC if n % 9 else UNKNOWN_USER) for n in range(50))
GROUPS = (
    FailureGroup(NO_DMARC, 180, ("mail.example.jp", "example.jp", "mail2.example.jp")),
    FailureGroup(UNKNOWN_USER, 3, ("example.jp",)),
)
DELIVERIES: dict[str, dict[str, Any]] = {
    "failed": {},
    "unknown": {"tab": "unknown", "found": 2, "rows": tuple(_row(n, "unknown", "") for n in (3, 4))},
    "sent, searched": {
        "tab": "sent",
        "part": "customer0001",
        "found": 1,
        "rows": (_row(1, "sent", "250 2.0.0 Ok: queued"),),
    },
    "nobody found": {"part": "tanuki", "found": 0, "rows": (), "groups": ()},
}


def deliveries_data(lang: Locale = "ja", **changes: Any) -> DeliveriesData:
    values: dict[str, Any] = {
        "frame": frame(lang, "/incidents/i1/deliveries", query="notice=n1&state=failed"),
        "incident": INCIDENT,
        "service": SERVICE,
        "letter": TOLD_LETTER,
        "tab": "failed",
        "part": "",
        "before": 0,
        "found": 183,
        "rows": FAILED_ROWS,
        "groups": GROUPS,
    }
    return DeliveriesData(**{**values, **changes})


SHOP_RINGS = {
    "maruyama": LastRing("maruyama", at(2, 15), "sent", "250 2.0.0 Ok"),
    "sato": LastRing("sato", at(2, 10), "failed", UNKNOWN_USER),
}
PEOPLES: dict[str, dict[str, Any]] = {
    "one refused": {},
    "quiet": {"rings": {}, "approvals": {}},
    "another ladder": {
        "services": {
            **SERVICES,
            "reserve": SERVICE.model_copy(update={"id": "reserve", "escalation": "night"}),
        },
        "escalations": {
            "shop": ESCALATION,
            "night": ESCALATION.model_copy(update={"steps": ESCALATION.steps[1:]}),
        },
        "rings": {**SHOP_RINGS, "maruyama": LastRing("maruyama", at(2, 15), "failed", UNKNOWN_USER)},
    },
}


def people_data(lang: Locale = "ja", **changes: Any) -> PeopleData:
    values: dict[str, Any] = {
        "frame": frame(lang, "/people"),
        "services": SERVICES,
        "escalations": {"shop": ESCALATION},
        "rings": SHOP_RINGS,
        "approvals": {"maruyama": at(2, 16)},
    }
    return PeopleData(**{**values, **changes})


NO_DOMAIN = LocalText(ja="ドメインが途中で終わっています", en="the domain is cut off")
NO_ADDRESS = LocalText(ja="メールアドレスがありません", en="no address")
BAD = tuple(
    UnusableRow(n, "", NO_ADDRESS) if n == 17 else UnusableRow(n, f"tanto-{n}@example", NO_DOMAIN)
    for n in range(2, 32)
)
LISTINGS: dict[str, dict[str, Any]] = {
    "fine": {},
    "many bad rows, fewer people": {
        "lists": {
            **LISTS,
            "shop": replace(AUDIENCE, count=600, bad=BAD, bad_total=40, locales={"ja": 580, "en": 20}),
        },
        "previous": {"shop": 1_000},
    },
    "unreadable": {
        "lists": {
            "shop": AudienceFacts(
                "shop-customers",
                problem=LocalText(
                    ja="customers.csv: 読めません。名簿を直してください", en="customers.csv: cannot be read"
                ),
            )
        }
    },
}


def lists_data(lang: Locale = "ja", **changes: Any) -> ListsData:
    wholesale = WHOLESALE.model_copy(update={"audience": "wholesale"})
    values: dict[str, Any] = {
        "frame": frame(lang, "/lists"),
        "services": {**SERVICES, "wholesale": wholesale},
        "lists": {**LISTS, "shop": replace(AUDIENCE, as_of=at(2, 0, day=23))},
        "files": {"shop": "customers.csv", "wholesale": "wholesale.csv"},
        "previous": {"shop": 12_396},
    }
    return ListsData(**{**values, **changes})


def ignored(reason: str = "no_service", **nearest: Any) -> dict[str, Any]:
    return {
        "at": at(2, 9),
        "source": "alertmanager",
        "alertname": "LoginErrors",
        "reason": reason,
        "count": 9,
        "labels": {"alertname": "LoginErrors", "service": "shop", "severity": "high"},
        "nearest": nearest or None,
    }


NEAR = {
    "service": "shop",
    "matcher": 'severity=~"critical|page"',
    "label": "severity",
    "value": "high",
    "failed": 1,
}
HEARD = {
    "alertmanager": Heard(
        214,
        2,
        deque(
            [
                TurnedAway("alertmanager", at(1, 58), "192.0.2.20", 400, "not JSON at character 40"),
                TurnedAway("alertmanager", at(2, 12), "192.0.2.14", 401, ""),
            ]
        ),
    ),
    "grafana": Heard(),
}
SENDERS = (
    SenderState("alertmanager", timedelta(minutes=5), at(2, 15, 41)),
    SenderState("grafana", None),
)
HEARINGS: dict[str, dict[str, Any]] = {
    "near misses": {},
    "nothing yet": {"senders": (SenderState("alertmanager", None),), "heard": {}, "ignored": ()},
    "one silent, one turned away": {
        "senders": (
            SenderState("osaka-am", timedelta(minutes=5), at(1, 36, 10), told_at=at(1, 42)),
            SenderState("grafana", None, wrong_since=at(2, 10), wrong_at=at(2, 15)),
        )
    },
    "every reason": {
        "ignored": (
            ignored(**{**NEAR, "matcher": 'severity!~"info.*"'}),
            ignored(**{**NEAR, "value": ""}),
            ignored("heartbeat"),
            ignored("never_seen"),
            ignored("outdated"),
            {**ignored(), "labels": None},
        )
    },
}


def sources_data(lang: Locale = "ja", **changes: Any) -> SourcesData:
    values: dict[str, Any] = {
        "frame": frame(lang, "/sources"),
        "services": SERVICES,
        "senders": SENDERS,
        "heard": HEARD,
        "began_at": at(0, 0, day=23),
        "ignored": (ignored(**NEAR),),
    }
    return SourcesData(**{**values, **changes})


UPLOADED: dict[str, dict[str, Any]] = {
    "asked": {},
    "wrong cells": {
        "wrong": (
            RowProblem(3, "company", "is missing"),
            RowProblem(9, "email", "is not usable: " + next(iter(JAPANESE))),
            RowProblem(9, "impact", "is missing"),
            RowProblem(14, "email", "is the address of line 3"),
        ),
        "cells": {
            line: {
                "email": "tanaka＠example.jp",
                "company": "",
                "department": "購買部",
                "name": "田中",
                "impact": "2時10分から3時32分まで、受注の登録ができませんでした。",
            }
            for line in (3, 9, 14)
        },
        "rows": 23,
    },
    "wrong as a whole": {
        "wrong": (
            RowProblem(1, "impact", "is not among its columns"),
            RowProblem(4, "", "2 cells under 5 columns"),
        ),
        "rows": 2,
    },
    "no file": {"problem": "no_file"},
    "unreadable": {"problem": "unreadable"},
}


def individual_data(lang: Locale = "ja", **changes: Any) -> IndividualData:
    values: dict[str, Any] = {
        "frame": frame(lang, "/incidents/i1/individual"),
        "incident": INCIDENT,
        "service": SERVICE,
        "letters": (TOLD_LETTER,),
    }
    return IndividualData(**{**values, **changes})
