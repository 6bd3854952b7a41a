"""The wording check finds nothing in an untouched draft, whatever the facts: a false alarm at night teaches
people to override. Only a promised day that is over may be asked for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.core.facts import Answers, Facts, build
from bridge.core.kinds import KINDS, spec_of
from bridge.core.model import Alert, Kind, Text
from bridge.core.next_notice import promising_cause
from bridge.core.settings import Service
from bridge.core.values import Locale
from bridge.letters.render import Letters, english_begins
from bridge.wording import Context, Letter, check
from tests.unit.midori import LOGIN, PAYMENT, alert, incident, minutes, service

LETTERS = Letters()

SHOP = {"ja": "みどりショップ", "en": "Midori Shop"}
PREPARED = {
    **LOGIN,
    "workaround": {
        "ja": "お急ぎのお客様は、お電話でご注文くださいますようお願いいたします。",
        "en": "You can order by telephone.",
    },
    "unaffected": {"ja": "ご注文済みの商品の配送", "en": "Delivery of orders already placed"},
}
SERVICES = st.builds(
    service,
    timezone=st.sampled_from(["Asia/Tokyo", "Asia/Singapore", "America/New_York", "UTC"]),
    name=st.sampled_from(
        [SHOP, {"ja": "みどりショップ 法人向け受発注管理サービス", "en": "Midori Shop Orders for Business"}]
    ),
    short_name=st.just(SHOP),
    representative=st.sampled_from(["丸山", ""]),
    wrap=st.sampled_from([35, "none"]),
    status_url=st.sampled_from([None, "https://status.example.jp/shop"]),
    impact=st.sampled_from([[LOGIN, PAYMENT], [PREPARED, {**PAYMENT, "subject": "決済できない"}]]),
)
SENTENCES = st.sampled_from(
    [
        "",
        "認証用の証明書を更新いたしました。",
        "証明書の有効期限の監視を追加いたします。\n担当部門で毎日確認いたします。",
    ]
)
ANSWERS = st.builds(
    Answers,
    cause=SENTENCES,
    remedy=SENTENCES,
    prevention=SENTENCES,
    cause_by=st.sampled_from([None, date(2026, 12, 28), date(2027, 1, 8)]),
    status=SENTENCES,
    scope=st.sampled_from(["", "会員ページへのログイン", "会員ページへのログイン\n注文履歴の表示"]),
    unaffected=st.sampled_from(["", "商品の検索と閲覧"]),
    affected_count=st.sampled_from(["", "受注1,217件"]),
    how_to_tell=st.sampled_from(["", "注文番号がAで始まるお客様が対象です。"]),
    data_note=st.sampled_from(["", "データの消失はございません。"]),
    customer_actions=st.sampled_from(
        ["", "お手数ですが、再度ログインしていただけますようお願いいたします。"]
    ),
)
MOMENTS = st.integers(1_790_000_000, 1_830_000_000).map(lambda n: datetime.fromtimestamp(n, UTC))
ROW = {
    "company": "みどり商事株式会社",
    "department": "営業部",
    "name": "ご担当者",
    "impact": "受注12件が保存されておりません。",
}
ROWS = st.sampled_from(
    [
        ROW,
        {
            **ROW,
            "matter": "受注への影響",
            "compensation": "補償につきましては、個別に書面でご案内いたします。",
        },
    ]
)


@st.composite
def alerts(draw: st.DrawFn, received: datetime) -> list[Alert]:
    """One to four alerts around a receipt, some ended."""
    names = draw(
        st.lists(st.sampled_from(["LoginErrors", "PaymentErrors", "DiskFull"]), min_size=1, max_size=4)
    )
    told = draw(
        st.sampled_from(
            [
                {},
                {"customer_impact_ja": "一部の画面が表示されません"},
                {"customer_impact_ja": "{{ $labels.x }}", "customer_workaround_ja": "N/A"},
            ]
        )
    )
    made = []
    for name in names:
        starts = received - timedelta(seconds=draw(st.integers(0, 200_000)))
        ends = draw(st.one_of(st.none(), st.integers(0, 90_000)))
        end = None if ends is None else starts + timedelta(seconds=ends)
        made.append(alert(name, "firing" if end is None else "resolved", starts, end, **told))
    return made


def _with_own(answers: Answers, kind: Kind) -> Answers:
    """What only this kind of letter states; every draft has it."""
    return answers.model_copy(update={"own": spec_of(kind).sample})


def _drafted(answers: Answers, kind: Kind, at: datetime, of: Service) -> Answers:
    """The answers as the bridge drafts with them: a day is promised for what nobody has answered."""
    return promising_cause(_with_own(answers, kind), kind, at.astimezone(of.timezone).date())


@st.composite
def facts(draw: st.DrawFn, kind: Kind, of: Service, answers: st.SearchStrategy[Answers] = ANSWERS) -> Facts:
    received = draw(MOMENTS)
    at = incident(received_at=received, started_at=received)
    before = build(of, at, draw(alerts(received)), "first", drafted_at=received, number=1)
    later = received + timedelta(seconds=draw(st.integers(0, 100_000)))
    said = build(
        of,
        at,
        draw(alerts(received)),
        kind,
        drafted_at=later,
        promise_at=later + draw(st.sampled_from([minutes(30), minutes(60), minutes(1439)])),
        number={"first": 1, "update": draw(st.integers(2, 30))}.get(kind),
        answers=_drafted(draw(answers), kind, later, of) if kind != "first" else Answers(),
        previous=draw(st.sampled_from([None, before])) if kind != "first" else None,
        follows_at=draw(st.sampled_from([None, received - timedelta(days=3)])),
    )
    return said.for_row(draw(ROWS)) if kind == "individual" else said


def unanswered(said: Facts) -> set[str]:
    """The rule that asks for an answer: a day that is over when the letter is drafted. The page asks for another."""
    by, today = said.answers.cause_by, said.drafted_at.astimezone(ZoneInfo(said.zone)).date()
    return {"DAT-11"} if by and by < today else set()


def findings(said: Facts, text: Text, locale: Locale, of: Service) -> str:
    """Each on a line, under the letter they are about; empty when there is none."""
    context = Context(
        now=said.drafted_at,
        zone=ZoneInfo(said.zone),
        service=said.service.get(locale),
        short_name=SHOP[locale],
        report_no=said.number,
        promise=said.promise_at,
        cause_confirmed=bool(said.answers.cause),
        staff=("佐藤",),
        domains=("example.jp",),
        public_urls=of.links,
        wrapped=of.wrap is not None,
    )
    found = [
        finding
        for finding in check(Letter(said.kind, text.subject, text.body, locale), context)
        if finding.rule not in unanswered(said)
    ]
    return "\n".join([text.subject, text.body, *map(str, found)]) if found else ""


@settings(max_examples=200)
@given(st.data(), st.sampled_from(KINDS), st.sampled_from(["ja", "en"]), SERVICES)
def test_an_untouched_draft_gives_no_finding(
    data: st.DataObject, kind: Kind, locale: Locale, of: Service
) -> None:
    said = data.draw(facts(kind, of))
    assert not findings(said, LETTERS.render(said, locale, wrap=of.wrap), locale, of)


@settings(max_examples=100)
@given(st.data(), st.sampled_from(KINDS), SERVICES.map(lambda of: of.model_copy(update={"bilingual": True})))
def test_an_untouched_draft_in_two_languages_gives_no_finding(
    data: st.DataObject, kind: Kind, of: Service
) -> None:
    said = data.draw(facts(kind, of, st.just(Answers())))
    texts, _ = LETTERS.texts(said, of)
    subject, body = texts["ja"].subject, texts["ja"].body
    start = english_begins(body) or len(body)
    assert not findings(said, Text(subject, body[:start]), "ja", of)
