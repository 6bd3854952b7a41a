"""The states of the console's pages about drills and about `bridge check`, as 丸山 meets them on 24 November."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bridge.core.check_report import CheckReport, LookedAt
from bridge.core.sessions import Visitor
from bridge.core.values import Locale
from bridge.web.api.schemas import DrillOut, DrillPersonOut
from bridge.web.views.check import CheckData
from bridge.web.views.drill_score import DrillScoreData
from bridge.web.views.drills import DrillsData, DrillStartData
from tests.web.console_samples import SERVICES, frame
from tests.web.samples import NOW, PEOPLE, SERVICE, at

BEGAN = at(2, 10, 3)
LOOKING = Visitor(PEOPLE["sato"], "view")


def person(who: str = "maruyama", **changes: Any) -> DrillPersonOut:
    values: dict[str, Any] = {
        "person": who,
        "name": PEOPLE[who].name,
        "rung_at": BEGAN,
        "acknowledged_at": None,
        "decided_at": None,
        "seconds": None,
        "pressed": False,
        "last": [],
    }
    return DrillPersonOut(**{**values, **changes})


DECIDER = person(
    acknowledged_at=at(2, 10, 41), decided_at=at(2, 11, 20), seconds=77, pressed=True, last=[92, 124, 48]
)


def drill(**changes: Any) -> DrillOut:
    values: dict[str, Any] = {
        "id": "d1",
        "service": "shop",
        "kind": "first",
        "state": "over",
        "surprise": None,
        "asked_at": BEGAN,
        "asked_by": "maruyama",
        "began_at": BEGAN,
        "ended_at": at(2, 12),
        "ended": "decided",
        "incident": "d1",
        "first_ring_at": BEGAN,
        "decision": "approved",
        "decided_by": "maruyama",
        "decided_at": at(2, 11, 20),
        "seconds": 77,
        "median_seconds": 92.0,
        "people": [DECIDER, person("sato", last=[191, None, 160])],
        "letters": {"sent": 2},
        "customers": 0,
    }
    return DrillOut(**{**values, **changes})


UNDECIDED = {"decision": None, "decided_by": None, "decided_at": None, "seconds": None, "people": [person()]}
RUNNING = drill(state="running", ended=None, ended_at=None, **UNDECIDED)
PLANNED = drill(
    state="planned",
    surprise="Mon-Fri 10:00-17:00",
    ended=None,
    **{**UNDECIDED, "people": []},
    began_at=None,
    incident=None,
    median_seconds=None,
    customers=None,
)
INTERRUPTED = drill(ended="real_alert", **UNDECIDED)
NEVER_BEGAN = PLANNED.model_copy(update={"state": "over", "ended": "open_incident"})
OLD = drill(id="d0", began_at=BEGAN - timedelta(days=45), surprise="Mon-Fri 10:00-17:00")

DRILLS: dict[str, dict[str, Any]] = {
    "one of two services": {"drills": (drill(), OLD)},
    "none yet": {"drills": ()},
    "long ago": {"drills": (OLD,)},
    "going on": {"drills": (RUNNING, OLD), "obstacles": {"shop": "running", "wholesale": "planned"}},
    "an incident is open": {"obstacles": {"shop": "incident"}},
    "for whoever may only look": {"frame": frame(path="/drill", visitor=LOOKING)},
    "of a lost service": {"drills": (drill(service="gone", **UNDECIDED),)},
}
STARTS: dict[str, dict[str, Any]] = {
    "free": {},
    "one person, no list": {"people": ("maruyama",), "customers": None, "last": None},
    "an incident is open": {"obstacle": "incident"},
    "one runs": {"obstacle": "running"},
    "one is planned": {"obstacle": "planned"},
}
SCORES: dict[str, dict[str, Any]] = {
    "approved": {"drill": drill()},
    "a surprise, not sent": {"drill": drill(decision="dismissed", surprise="Mon-Fri 10:00-17:00")},
    "going on": {"drill": RUNNING},
    "planned": {"drill": PLANNED},
    "interrupted": {"drill": INTERRUPTED},
    "never began": {"drill": NEVER_BEGAN},
    "of a lost service": {"drill": drill(), "service": None},
}


def with_language(lang: Locale, path: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with a frame in this language."""
    given = changes.get("frame", frame(path=path))
    return {**changes, "frame": replace(given, lang=lang)}


def drills_data(lang: Locale = "ja", **changes: Any) -> DrillsData:
    values: dict[str, Any] = {
        "services": SERVICES,
        "drills": (drill(),),
        "obstacles": {},
        "remind_every": timedelta(days=30),
    }
    return DrillsData(**{**values, **with_language(lang, "/drill", changes)})


def start_data(lang: Locale = "ja", **changes: Any) -> DrillStartData:
    values: dict[str, Any] = {
        "service": SERVICE,
        "first": ("maruyama",),
        "people": ("maruyama", "sato"),
        "customers": 12_408,
        "obstacle": None,
        "last": "d1",
    }
    return DrillStartData(**{**values, **with_language(lang, "/drill", changes)})


def score_data(lang: Locale = "ja", **changes: Any) -> DrillScoreData:
    return DrillScoreData(**{"service": SERVICE, **with_language(lang, "/drill/d1", changes)})


FILE = "/etc/bridge/bridge.yaml"
ERRORS = (
    f"{FILE}:31: smtp: mail server mail.example.jp:587 takes no mail to sato@example.jp: 550 5.7.1 Relaying denied. "
    "See to the sender, the login or the server",
    f"{FILE}:61: people.sato: nobody rings this person. Name them in a step of an escalation, or remove them",
)
WARNINGS = (
    f"{FILE}:12: api.bearer_token_file: shorter than 16 characters, and may be guessed. "
    "Make one: openssl rand -hex 32",
)
SEEN = (
    FILE,
    "server",
    "people shop: 丸山 at once, 丸山 and 佐藤 from 10m",
    "audiences shop-customers: 12,408 (ja 12,300, en 108)",
)
CHECKED: dict[str, CheckReport | None] = {
    "clean": CheckReport(ok=SEEN, note=("shop: last drill 12d ago",)),
    "errors and warnings": CheckReport(ERRORS, WARNINGS, SEEN),
    "only a warning": CheckReport(warning=WARNINGS, ok=SEEN),
    "no configuration": CheckReport(error=(f"{FILE}: not text in UTF-8. Save it in UTF-8",)),
    "did not end": None,
}


def check_data(report: CheckReport | None, lang: Locale = "ja", when: datetime = NOW) -> CheckData:
    return CheckData(frame=frame(lang, "/check"), looked=LookedAt(when, report))
