"""The correspondence of one night, as docs/letters/ shows it: `python -m tests.unit.correspondence` writes it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bridge.core.facts import Answers, Facts, build
from bridge.core.model import Alert, Kind
from bridge.core.settings import Service
from bridge.core.values import Locale
from bridge.letters.render import Letters
from tests.unit.midori import FIRED, LOGIN, PAYMENT, alert, ended, incident, minutes, service

FOLDER = Path(__file__).parents[2] / "docs/letters"
PROMISED = Answers(cause_by=date(2026, 11, 30))
FOUND = Answers(
    cause="認証に用いる証明書の更新処理が完了しておらず、ログインの確認が行えない状態となっておりました。",
    remedy="証明書を更新し、ログインできることを確認いたしました。",
    prevention="証明書の有効期限の監視を追加いたしました(2026年11月27日(金)実施済み)。\n"
    "更新手順に、完了を確認する工程を追加いたします(2026年12月11日(金)まで)。",
)
ENGLISH = {
    "sender": {
        "name": {"ja": "みどりショップ運営事務局", "en": "Midori Shop Support"},
        "email": "support@example.jp",
    },
    "company": {"ja": "みどり商事株式会社", "en": "Midori Trading Co., Ltd."},
}
PLAIN = service(**ENGLISH)
PREPARED = {
    **LOGIN,
    "workaround": "お急ぎのお客様は、お電話でもご注文いただけます。",
    "unaffected": "商品の検索と閲覧",
}
SHOWN = service(impact=[PREPARED, PAYMENT], status_url="https://status.example.jp", **ENGLISH)
ROW = {
    "company": "株式会社サンプル",
    "department": "営業部",
    "name": "ご担当者",
    "matter": "受注への影響",
    "impact": "11月21日(土) 2時10分から2時40分までに登録された受注12件が保存されておりません。",
}


def letters() -> Iterator[tuple[str, Facts, Locale]]:
    """File name, facts and language of each, in the order in which customers would receive them."""
    login, both = [alert()], [alert(), alert("PaymentErrors", starts_at=FIRED + minutes(70))]
    over = [ended(after=150), ended("PaymentErrors", after=150)]
    first = _facts("first", login, 1, number=1)
    quiet = _facts("update", login, 50, number=2, previous=first)
    grown = _facts("update", both, 110, number=3, previous=quiet)
    recovery = _facts("recovery", over, 160, previous=grown, answers=PROMISED)
    final = _facts("final", over, 8000, previous=recovery, answers=FOUND)
    yield "01-first-report", first, "ja"
    yield "02-update-without-news", quiet, "ja"
    yield "03-update-with-a-wider-scope", grown, "ja"
    yield "04-recovery-cause-under-investigation", recovery, "ja"
    yield "05-final-report", final, "ja"
    yield "06-individual-apology", _facts("individual", over, 400, answers=PROMISED).for_row(ROW), "ja"
    yield "07-incident-and-recovery-in-one", _facts("recovery", [ended(after=6)], 12, answers=PROMISED), "ja"
    yield "08-first-report-impact-unknown", _facts("first", [alert("Unknown")], 1, number=1), "ja"
    yield "09-first-report-in-english", first, "en"
    yield "10-recovery-in-english", recovery, "en"
    yield "11-it-came-back", _came_back(first), "ja"
    yield "12-first-report-with-everything-prepared", _facts("first", login, 1, number=1, of=SHOWN), "ja"


def pages() -> dict[str, str]:
    """What each file of docs/letters/ holds."""
    templates = Letters()
    texts = {name: templates.render(facts, locale, wrap=None) for name, facts, locale in letters()}
    return {f"{name}.txt": f"{text.subject}\n\n{text.body}" for name, text in texts.items()}


def _came_back(first: Facts) -> Facts:
    """The third report: sign-in worked again from 2:57, was told to, and fails since 3:12."""
    over = _facts("update", [ended(after=45)], 50, number=2, previous=first)
    again = alert(starts_at=FIRED + minutes(60))
    return _facts("update", [again], 62, number=3, previous=over)


def _facts(kind: Kind, alerts: list[Alert], after: float, of: Service = PLAIN, **more: Any) -> Facts:
    drafted_at = FIRED + minutes(after)
    promise = drafted_at + minutes(60) if kind in ("first", "update") else None
    at = incident(resolved_at=None)
    return build(of, at, alerts, kind, drafted_at=drafted_at, promise_at=promise, **more)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
