"""訂正: an earlier letter said something untrue. It goes to exactly those whom that letter reached."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bridge.core.dates import moment
from bridge.core.kinds.spec import KindSpec, Own, Promises, Recipients
from bridge.core.values import LOCALES, Locale, LocalText

Nature = Literal["no_incident", "wrong_fact", "wrong_list"]
"""What was wrong: there was no disturbance, something in the letter, or the people it went to."""


def facts_about(
    nature: Nature, right: str, subject: LocalText, wrong: LocalText | None, sent_at: datetime
) -> Own:
    """What a correction states: of which letter, what was wrong in it, and what is right where that is known."""
    texts = {f"subject_{locale}": subject.get(locale) for locale in LOCALES}
    said = {f"wrong_{locale}": wrong.get(locale) for locale in LOCALES} if wrong else {}
    return {"nature": nature, "right": right, "sent_at": sent_at.isoformat(), **texts, **said}


def _words(own: Own, zone: ZoneInfo, locale: Locale) -> Own:
    if not own:
        return {"nature": "", "right": "", "wrong": "", "subject": "", "sent": ""}
    return {
        "nature": own["nature"],
        "right": own["right"],
        "wrong": own.get(f"wrong_{locale}", "") if own["right"] and own["nature"] == "wrong_fact" else "",
        "subject": own[f"subject_{locale}"],
        "sent": moment(datetime.fromisoformat(own["sent_at"]), zone, locale),
    }


def _right_is_owed(own: Own) -> bool:
    return own.get("nature") == "wrong_fact" and not own.get("right")


def _no_incident(own: Own) -> bool:
    return own.get("nature") == "no_incident"


SPEC = KindSpec(
    place=6,
    title=LocalText(ja="訂正", en="correction"),
    ring_label=LocalText(ja="訂正", en="Correction"),
    recipients=Recipients.LEDGER,
    promises=Promises.NEXT_REPORT,
    correctable=False,
    rows=("subject", "wrong", "right", "next"),
    sample=facts_about(
        "wrong_fact",
        "",
        LocalText(ja="【障害・第一報】サンプルのお知らせ", en="[Incident] A sample notice"),
        None,
        datetime(2026, 11, 24, 2, 17, tzinfo=UTC),
    ),
    words=_words,
    owes_report=_right_is_owed,
    retracts=_no_incident,
)
