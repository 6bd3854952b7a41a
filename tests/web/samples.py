"""The states that the pages are tried in: nobody can sign in to みどりショップ since 2:10 on 24 November."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.core.continuity import Gap
from bridge.core.facts import Answers, Facts, build
from bridge.core.model import (
    Alert,
    AlertGroup,
    Approval,
    AudienceFacts,
    Event,
    Incident,
    Kind,
    LeftOut,
    Notice,
    Origin,
    Text,
    UnusableRow,
    Version,
)
from bridge.core.settings import Escalation, Person, Service
from bridge.core.values import Locale, LocalText
from bridge.letters.render import Letters
from bridge.stages.audience import REHEARSING
from bridge.stages.proofread import CAUSE_DAY_OVER
from bridge.stages.word_findings import of_language, of_words
from bridge.web.views.page_data import BatchLetter, FailedRow, PageData, Related
from bridge.wording import Context, Finding, Letter, check
from tests.parts import midori


def at(hour: int, minute: int, second: int = 0, day: int = 24) -> datetime:
    """A time of that November day in Tokyo, in UTC."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=9)


NOW = at(2, 16)
RECEIVED = at(2, 10)
HOST = "web-1.internal:9100"
ALERT_URL = "http://prometheus.internal:9090/graph"

PEOPLE = {id: Person(id=id, **person) for id, person in midori.PEOPLE.items()}
ESCALATION = Escalation.model_validate(midori.ESCALATION)
SERVICE = Service.model_validate(
    {
        **midori.SHOP,
        "id": "shop",
        "impact": [midori.LOGIN],
        "timezone": "Asia/Tokyo",
        "wrap": None,
    }
)
AUDIENCE = AudienceFacts(
    name="ショップ会員(全員)",
    count=12_408,
    digest="d1",
    locales={"ja": 12_408},
    bad=(UnusableRow(3, "", LocalText(ja="メールアドレスがありません", en="no address")),),
    bad_total=1,
    encoding="UTF-8",
)
INCIDENT = Incident("i1", "shop", "open", started_at=RECEIVED, received_at=RECEIVED)
FIRING = Alert(
    "alertmanager",
    "f1",
    "firing",
    {"alertname": "LoginErrors", "service": "shop", "instance": HOST},
    {},
    RECEIVED,
    url=ALERT_URL,
)
EARLIER = replace(
    FIRING,
    fingerprint="f2",
    labels={"alertname": "PaymentErrors", "service": "shop"},
    annotations={"customer_impact_ja": "決済機能", "customer_impact_en": "Payments"},
    starts_at=at(2, 4),
)
FIRES = AlertGroup("LoginErrors", "alertmanager", "firing", by_hand=False, count=1, since=RECEIVED)
OVER = replace(FIRES, status="resolved", until=at(3, 32))
ENDED = replace(FIRING, status="resolved", ends_at=at(3, 32))
EVENTS = (
    Event(1, RECEIVED, "alertmanager", "alerts", {"alertnames": ["LoginErrors"]}),
    Event(2, RECEIVED, "bridge", "drafted", {"kind": "first", "version": 1}),
    Event(3, at(2, 10), "bridge", "rang", {"people": ["maruyama"]}),
)


def notice(kind: Kind = "first", **changes: Any) -> Notice:
    """A notice that waits for its approval."""
    values = {
        "id": "n1",
        "incident_id": "i1",
        "kind": kind,
        "state": "awaiting_approval",
        "version": 1,
        "base_at": RECEIVED,
        "due_at": at(2, 25),
        "drafted_at": RECEIVED,
    }
    return Notice(**{**values, **changes})


def version(facts: Facts, number: int = 1, edited_by: str | None = None, **texts: Text) -> Version:
    """One version of the letter, rendered by the shipped templates unless the Japanese is given."""
    written: dict[Any, Text] = {**Letters().texts(facts, SERVICE)[0], **texts}
    saved = at(2, 17) if edited_by else facts.drafted_at
    origin: Origin = "person" if edited_by else "bridge"
    return Version("n1", number, written, facts.to_dict(), facts.promise_at, edited_by, saved, origin)


def facts(kind: Kind = "first", **changes: Any) -> Facts:
    values: dict[str, Any] = {
        "alerts": (FIRING,),
        "drafted_at": RECEIVED,
        "promise_at": at(3, 10),
        "number": 1,
    }
    return build(SERVICE, INCIDENT, kind=kind, **{**values, **changes})


def page_data(lang: Locale = "ja", **changes: Any) -> PageData:
    """The first report, open, with nine minutes left, as 丸山 meets it."""
    values: dict[str, Any] = {
        "service": SERVICE,
        "escalation": ESCALATION,
        "incident": INCIDENT,
        "notice": notice(),
        "version": version(facts()),
        "person": PEOPLE["maruyama"],
        "people": PEOPLE,
        "audience": AUDIENCE,
        "now": NOW,
        "lang": lang,
        "csrf": "csrf-of-this-page",
        "number": 1,
        "alerts": (FIRES,),
        "firing": 1,
        "alert_count": 1,
        "events": EVENTS,
        "previous_count": 12_396,
    }
    return PageData(**{**values, **changes})


def found(of: Version, kind: Kind = "first") -> tuple[Finding, ...]:
    text = of.texts["ja"]
    return check(
        Letter(kind, text.subject, text.body), Context(now=NOW, service="みどりショップ", report_no=1)
    )


def said(of: Version, old: str, new: str) -> Text:
    """The Japanese text with one passage changed by hand."""
    text = of.texts["ja"]
    assert old in text.body
    return Text(text.subject, text.body.replace(old, new, 1))


DRAFT = version(facts())
WIDER = version(
    facts(),
    2,
    "sato",
    ja=said(DRAFT, "全ユーザーのログイン機能", "全ユーザーのログイン機能およびパスワードの再設定"),
)
HASTY = version(
    facts(),
    2,
    "sato",
    ja=said(DRAFT, "原因の調査および復旧作業を行っております。", "まもなく復旧する見込みです。"),
)


def approved(**changes: Any) -> Notice:
    """Approved by 丸山 at 2:16:30, to be sent ten seconds later."""
    values = {
        "state": "approved",
        "approvals": (Approval("maruyama", 1, at(2, 16, 30)),),
        "approved_version": 1,
        "approved_by": "maruyama",
        "approved_at": at(2, 16, 30),
        "decided_by": "maruyama",
        "decided_at": at(2, 16, 30),
        "send_at": at(2, 16, 40),
        "number": 1,
        "recipients": 12_408,
    }
    return notice(**{**values, **changes})


SENDING = approved(state="sending", sending_at=at(2, 16, 40), first_accept_at=at(2, 16, 40))
FAILED = tuple(
    FailedRow(f"c{n}@customer.example", "failed", "550 5.1.1 User unknown") for n in (17, 205, 9_811)
)
PARTLY = {"sent": 7_912, "queued": 4_489, "deferred": 4, "failed": 3}
FULLY = {"sent": 12_405, "failed": 3}


def _update(**changes: Any) -> dict[str, Any]:
    told = facts("update", drafted_at=at(3, 0), promise_at=at(4, 10), number=2, previous=facts())
    values = {
        "notice": notice("update", base_at=at(2, 10), due_at=at(3, 10), drafted_at=at(3, 0)),
        "version": version(told),
        "number": 2,
        "now": at(3, 2),
        "previous_report": Related("first", 1, at(2, 17)),
    }
    return {**values, **changes}


def _recovery(number: int = 1, edited_by: str | None = None, **answers: Any) -> dict[str, Any]:
    stood = replace(INCIDENT, state="recovered", resolved_at=at(3, 32))
    known = Answers(cause_by=at(0, 0, day=24).date() + timedelta(days=8), **answers)
    told = build(SERVICE, stood, [ENDED], "recovery", drafted_at=at(3, 37), previous=facts(), answers=known)
    return {
        "incident": stood,
        "alerts": (OVER,),
        "firing": 0,
        "notice": notice("recovery", version=number, base_at=at(3, 37), due_at=at(3, 52)),
        "version": version(told, number, edited_by),
        "number": None,
        "now": at(3, 47),
    }


def _answered(**answers: Any) -> dict[str, Any]:
    """The recovery report after 丸山 answered its questions: rendered again, nobody worded it."""
    saved = {"notice": "n1", "kind": "recovery", "version": 2, "rendered": True}
    told = _recovery(2, "maruyama", **answers)
    return {
        **told,
        "version": replace(told["version"], origin="answers"),
        "earlier": (_recovery()["version"],),
        "events": (*EVENTS, Event(4, at(3, 46), "maruyama", "edited", saved)),
    }


def _recovery_sent() -> dict[str, Any]:
    waited = _recovery()
    owed = replace(waited["incident"], final_at=at(10, 0) + timedelta(days=7))
    sent = {"sending_at": at(3, 48), "finished_at": at(3, 49), "number": None}
    return {
        **waited,
        "incident": owed,
        "notice": approved(kind="recovery", state="sent", **sent),
        "now": at(3, 50),
        "counts": FULLY,
    }


def _batch() -> dict[str, Any]:
    told = facts("individual", number=None, promise_at=None)
    rows = (("佐藤", "c1@customer.example"), ("丸山", "c2@customer.example"))
    letters = tuple(
        BatchLetter(
            address,
            name,
            "みどり商事株式会社",
            Letters().render(_row(told, name), "ja", wrap=None),
            impact="受注の登録ができませんでした",
        )
        for name, address in rows
    )
    first = version(_row(told, "佐藤"))
    return {"notice": notice("individual"), "version": first, "letters": letters, "number": None}


def _harmful() -> dict[str, Any]:
    """A batch whose second letter names harm to personal data and plays it down."""
    batch = _batch()
    first, second = batch["letters"]
    text = Text(
        second.text.subject,
        second.text.body + "\nお客様の氏名が流出したことが判明いたしました。ちょっとした不具合です。\n",
    )
    found = check(Letter("individual", text.subject, text.body), Context(now=NOW, service="みどりショップ"))
    harmed = replace(second, text=text, findings=found)
    return {**batch, "letters": (first, harmed), "findings": (*first.findings, *found)}


def _row(told: Facts, name: str) -> Facts:
    return told.for_row(
        {"company": "みどり商事株式会社", "department": "", "name": name, "impact": "ご注文1件の登録"}
    )


_DRILL = replace(INCIDENT, mode="drill")
_DRILLED_UPDATE = build(
    SERVICE,
    _DRILL,
    (FIRING,),
    "update",
    drafted_at=at(3, 0),
    promise_at=at(4, 10),
    number=2,
    previous=facts(),
)


def _drill(**changes: Any) -> dict[str, Any]:
    """Two people rehearse: only they would be written to."""
    told = build(SERVICE, _DRILL, (FIRING,), "first", drafted_at=RECEIVED, promise_at=at(3, 10), number=1)
    values = {
        "incident": _DRILL,
        "version": version(told),
        "audience": AudienceFacts("drill", 2, "d1", {"ja": 2}, title=REHEARSING),
        "rung": ("maruyama", "sato"),
        "for_real": 12_408,
        "previous_count": None,
    }
    return {**values, **changes}


_second = {
    "notice": notice(
        version=2, state="awaiting_second", approvals=(Approval("maruyama", 2, at(2, 16)),), number=None
    ),
    "version": version(facts(), 2),
    "earlier": (DRAFT,),
    "now": at(2, 20, 30),
}
_two = SERVICE.model_copy(
    update={"policy": SERVICE.policy.model_copy(update={"second_person": frozenset({"first"})})}
)

_RELISTED = approved(state="stopped", stop_reason="list_changed", audience_digest="d1")
_LARGER = replace(AUDIENCE, count=20_113, digest="d2", locales={"ja": 20_113})
_RELISTED_ONCE = replace(
    _RELISTED, approved_by=None, audience_digest="d2", approvals=(Approval("maruyama", 1, at(2, 18, 30)),)
)

COPY = Gap(
    at(2, 15, 4),
    at(2, 20),
    True,
    "bridge-1.example.jp:/var/lib/bridge/bridge.sqlite3",
    "staging.example.jp:/var/lib/bridge/bridge.sqlite3",
)

_ENDED = Finding(
    "FCT-01",
    "error",
    "body",
    (0, 5),
    "お客様各位",
    "アラートはすべて 2:31 に止まりました。手紙には継続中と書かれています。",
    "All alerts ended at 02:31. The letter says that it goes on.",
)

OPEN: dict[str, dict[str, Any]] = {
    "open": {},
    "open, first use": {"previous_count": None},
    "open, restored": {"record_until": at(2, 15, 4)},
    "open, copied": {"record_until": at(2, 15, 4), "copy": COPY},
    "open, soon": {"now": at(2, 21)},
    "open, relay down": {"relay_problem": "接続できません"},
    "late, smaller list": {
        "now": at(2, 28),
        "audience": replace(AUDIENCE, count=8_228, locales={"ja": 8_228}),
        "previous_count": 12_408,
    },
    "warning": {
        "findings": (
            Finding(
                "EXP-04",
                "warning",
                "body",
                (0, 5),
                "お客様各位",
                "次のご連絡の時刻がありません。",
                "Say when you will write again.",
            ),
        )
    },
    "impact unknown": {
        "findings": (
            Finding(
                "BRG-01", "error", "body", (0, 0), "", "影響範囲を書いてください。", "Say what is affected."
            ),
        )
    },
    "list unreadable": {
        "audience": AudienceFacts(
            "ショップ会員(全員)", problem=LocalText(ja="ファイルがありません", en="no file")
        )
    },
    "error": {
        "notice": notice(version=2),
        "version": HASTY,
        "earlier": (DRAFT,),
        "findings": found(HASTY),
        "now": at(2, 17, 30),
    },
    "edited": {"notice": notice(version=2), "version": WIDER, "earlier": (DRAFT,), "did": "saved"},
    "edited, then news": {
        "notice": notice(version=2),
        "version": WIDER,
        "earlier": (DRAFT,),
        "current": facts(alerts=(FIRING, EARLIER)),
        "now": at(2, 19),
    },
    "template failed": {
        "version": replace(DRAFT, template_problem="templates/mail/ja/first.txt.j2:3: 'nope' is undefined")
    },
    "open, odd list": {
        "audience": replace(AUDIENCE, count=600, bad_total=40, as_of=at(9, 0, day=23)),
        "previous_count": 1_000,
        "alerts": (FIRES, replace(OVER, name="ItemErrors", count=1_000, until=at(2, 12))),
        "alert_count": 1_001,
        "findings": tuple(
            of_words(facts(alerts=(replace(FIRING, annotations={"customer_impact_ja": "-"}),)))
        ),
        "sheet": "alerts",
    },
    "choosing not to send": {"sheet": "dismiss"},
    "cancelled": {"did": "cancelled"},
    "acknowledged": {
        "notice": notice(acknowledged_by="maruyama", acknowledged_at=at(2, 14)),
        "did": "acknowledged",
    },
    "english readers too": {"audience": replace(AUDIENCE, locales={"ja": 12_370, "en": 38})},
    "second person": {**_second, "service": _two, "person": PEOPLE["sato"]},
    "second person, first waits": {**_second, "service": _two},
    "second person, editor": {
        "service": _two,
        "notice": notice(version=2),
        "version": WIDER,
        "earlier": (DRAFT,),
        "person": PEOPLE["sato"],
    },
    "ended before anyone approved": {
        "incident": replace(INCIDENT, state="settling", resolved_at=at(2, 14)),
        "alerts": (replace(OVER, until=at(2, 14)),),
        "firing": 0,
    },
    "update": _update(),
    "drill": _drill(),
    "drill, update": _drill(**_update(version=version(_DRILLED_UPDATE))),
    "recovery, answered": _answered(),
    "recovery, cause known": _answered(cause="設定の誤りによるものでした。", remedy="設定を元に戻しました。"),
    "individual": _batch(),
    "individual, harm": _harmful(),
}
_BOTH = replace(AUDIENCE, locales={"ja": 12_370, "en": 38})
ASKING: dict[str, dict[str, Any]] = {
    "recovery": _recovery(),
    "recovery, ended by hand": {
        **_recovery(),
        "incident": replace(_recovery()["incident"], ended_by="maruyama", firing_at_end=1),
        "events": (*EVENTS, Event(4, at(3, 32), "maruyama", "ended_by_hand", {"firing": 1})),
    },
    "recovery, one kept out": {
        **_recovery(),
        "left_out": (LeftOut("LoginErrors", "severity", "warning", at(3, 46)),),
    },
    "recovery, still firing": {**_recovery(), "alerts": (FIRES,), "firing": 1},
    "recovery, answered in Japanese": {
        **_recovery(2, "maruyama", cause="証明書の期限が切れておりました。"),
        "audience": _BOTH,
        "findings": tuple(
            of_language(SERVICE, _recovery(2, cause="証明書の期限が切れておりました。")["version"], _BOTH)
        ),
    },
    "recovery, day over": {
        **_recovery(2, "maruyama"),
        "findings": (Finding("BRG-05", "error", "body", (0, 0), "", *CAUSE_DAY_OVER),),
    },
}
_DISMISSED = notice(state="dismissed", decided_by="sato", decided_at=at(2, 16), reason="false_alarm")
DECIDED: dict[str, dict[str, Any]] = {
    "hold": {"notice": approved(), "now": at(2, 16, 33)},
    "hold over": {"notice": approved(), "now": at(2, 16, 41)},
    "sending": {"notice": SENDING, "now": at(2, 17, 20), "counts": PARTLY, "failed": FAILED},
    "sending, relay down": {
        "notice": replace(SENDING, first_accept_at=None),
        "now": at(2, 20),
        "counts": {"queued": 12_408},
        "relay_problem": "接続できません",
    },
    "sent": {
        "notice": approved(
            state="sent", sending_at=at(2, 16, 40), first_accept_at=at(2, 16, 40), finished_at=at(2, 18)
        ),
        "now": at(2, 19),
        "counts": FULLY,
        "failed": FAILED,
    },
    "stopped, list unreadable": {
        "notice": approved(state="stopped", stop_reason="/bridge/customers.csv: cannot be read"),
        "now": at(2, 18),
    },
    "recovery sent, cause owed": _recovery_sent(),
    "stopped": {
        "notice": approved(
            state="stopped", sending_at=at(2, 16, 40), first_accept_at=at(2, 16, 40), stop_reason="person"
        ),
        "now": at(2, 18),
        "counts": {"sent": 7_912, "queued": 4_496},
    },
    "stopped, restored": {
        "notice": approved(
            state="stopped", sending_at=at(2, 15, 1), first_accept_at=at(2, 15, 1), stop_reason="restored"
        ),
        "record_until": at(2, 15, 4),
        "now": at(2, 40),
        "counts": {"sent": 100, "queued": 12_308},
    },
    "stopped, copied": {
        "notice": approved(
            state="stopped", sending_at=at(2, 15, 1), first_accept_at=at(2, 15, 1), stop_reason="restored"
        ),
        "record_until": at(2, 15, 4),
        "copy": COPY,
        "now": at(2, 40),
        "counts": {"sent": 100, "queued": 12_308},
    },
    "stopped, deciding about the rest": {
        "notice": approved(
            state="stopped", sending_at=at(2, 16, 40), first_accept_at=at(2, 16, 40), stop_reason="person"
        ),
        "now": at(2, 18),
        "counts": {"sent": 7_912, "queued": 4_496},
        "sheet": "dismiss",
    },
    "rest dismissed": {
        "notice": approved(
            state="dismissed",
            sending_at=at(2, 16, 40),
            first_accept_at=at(2, 16, 40),
            stop_reason="person",
            decided_by="sato",
            decided_at=at(2, 19),
            reason="already_sent",
        ),
        "now": at(2, 20),
        "counts": {"sent": 7_912, "cancelled": 4_496},
    },
    "stopped in its hold, restored": {
        "notice": approved(state="stopped", stop_reason="restored", audience_digest=AUDIENCE.digest),
        "record_until": at(2, 15, 4),
        "now": at(2, 40),
        "counts": {},
    },
    "stopped, not true any more": {
        "notice": _RELISTED,
        "audience": _LARGER,
        "now": at(2, 40),
        "counts": {},
        "findings": (_ENDED,),
    },
    "stopped, rest not true any more": {
        "notice": approved(
            state="stopped", sending_at=at(2, 16, 40), first_accept_at=at(2, 16, 40), stop_reason="person"
        ),
        "now": at(2, 40),
        "counts": {"sent": 7_912, "queued": 4_496},
        "findings": (_ENDED,),
    },
    "stopped, list changed": {
        "notice": _RELISTED,
        "audience": _LARGER,
        "now": at(2, 18),
        "counts": {},
    },
    "stopped, list changed, two people": {
        "service": _two,
        "notice": _RELISTED,
        "audience": _LARGER,
        "now": at(2, 18),
    },
    "sent, individual": {
        **_batch(),
        "notice": approved(
            kind="individual",
            state="sent",
            sending_at=at(2, 16, 40),
            first_accept_at=at(2, 16, 40),
            finished_at=at(2, 17),
        ),
        "now": at(2, 20),
        "counts": {"sent": 2},
    },
    "stopped, text changed, two people": {
        "service": _two,
        "notice": approved(
            state="stopped", stop_reason="text_changed", audience_digest=AUDIENCE.digest, approvals=()
        ),
        "now": at(2, 18),
    },
    "stopped, first of two waits": {
        "service": _two,
        "notice": _RELISTED_ONCE,
        "audience": _LARGER,
        "now": at(2, 19),
    },
    "stopped, second person": {
        "service": _two,
        "notice": _RELISTED_ONCE,
        "audience": _LARGER,
        "now": at(2, 19),
        "person": PEOPLE["sato"],
    },
    "by another": {"notice": approved(), "now": at(2, 16, 33), "person": PEOPLE["sato"]},
    "drill over": _drill(
        notice=approved(
            state="sent",
            recipients=2,
            sending_at=at(2, 16, 40),
            first_accept_at=at(2, 16, 40),
            finished_at=at(2, 16, 42),
        ),
        now=at(2, 17),
        counts={"sent": 2},
    ),
    "drill, a real alert came": _drill(
        notice=approved(state="stopped", stop_reason="drill_ended", recipients=2), now=at(2, 17), counts={}
    ),
    "dismissed": {
        "notice": _DISMISSED,
        "now": at(2, 17),
    },
    "dismissed, long ago": {
        "notice": _DISMISSED,
        "events": (
            *EVENTS[:2],
            Event(3, at(2, 10), "bridge", "rang", {"notice": "n1", "people": ["maruyama", "sato"]}),
            Event(4, at(2, 46), "bridge", "still_firing", {"notice": "n1", "people": ["sato", "maruyama"]}),
        ),
        "now": at(2, 58),
    },
    "dismissed, all over": {
        "notice": _DISMISSED,
        "incident": replace(INCIDENT, state="closed", resolved_at=at(2, 20)),
        "alerts": (replace(OVER, until=at(2, 20)),),
        "now": at(2, 30),
    },
    "superseded, fires again": {
        "notice": notice("recovery", state="superseded", decided_at=at(3, 50), closed_reason="fires_again"),
        "withdrawn": frozenset({"n1"}),
        "events": (
            *EVENTS,
            Event(4, at(3, 50), "bridge", "superseded", {"notice": "n1", "why": "fires again"}),
        ),
        "now": at(3, 51),
    },
    "superseded": {
        "notice": notice(state="superseded"),
        "now": at(3, 1),
        "successor": Related("update", 2, None, "/approve/another"),
    },
}
EVERY: dict[str, dict[str, Any]] = {**OPEN, **ASKING, **DECIDED}


def in_state(state: str, lang: Locale = "ja", **changes: Any) -> PageData:
    """The page data of a state above, with these fields changed."""
    return page_data(lang, **{**EVERY[state], **changes})
