"""What the on-call reads at night: subject and line 1 on a lock screen, one link, every fact once."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.continuity import Gap
from bridge.core.customer_words import Refused
from bridge.core.kinds import KINDS
from bridge.core.model import Kind, Text
from bridge.core.values import LOCALES, Locale, LocalText
from bridge.core.width import width
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import (
    Acknowledged,
    Decided,
    Decision,
    Finished,
    InTrouble,
    ListTold,
    OncallMessage,
    OncallMessages,
    Renewed,
    RingFacts,
    TrialCopy,
    Trouble,
    without_links,
)
from tests.unit.midori import FIRED, minutes, service

MESSAGES = OncallMessages()
LINK = "https://bridge.example.jp/approve/Zm9v.c2ln"
RECEIVED = FIRED - minutes(2)  # 2:10 in Japan
FIRST = LetterRef.of(service(), "first", 1)
LOGIN = LocalText(ja="全ユーザーのログイン機能", en="Sign-in for all users")
PAYMENT = LocalText(ja="決済機能", en="Payments")
RING = RingFacts(
    matter=FIRST,
    due_at=RECEIVED + minutes(15),
    now=RECEIVED + minutes(10),
    link=LINK,
    subject="【重要】【障害報告】みどりショップ ログインできない事象(第一報)",
    started_at=FIRED - minutes(2),
    what=(LOGIN,),
    recipients=12_408,
    promise_at=RECEIVED + minutes(60.5),
    rung=(("佐藤", RECEIVED + minutes(10)),),
)

COPY = Gap(RECEIVED, FIRED, True, "old:/var/bridge.sqlite3", "new:/var/bridge.sqlite3")


def ring(locale: Locale = "ja", **changes: Any) -> Text:
    return MESSAGES.write(replace(RING, **changes), locale)


def first_line(text: Text) -> str:
    return text.body.split("\n")[0]


@pytest.mark.parametrize(
    "after, ja, en",
    [
        (minutes(0), "【残り15分】みどりショップ第一報", "[15 min left] Midori Shop 1st report"),
        (minutes(10), "【残り5分】みどりショップ第一報", "[5 min left] Midori Shop 1st report"),
        (
            minutes(10.05),
            "【残り5分】みどりショップ第一報",
            "[5 min left] Midori Shop 1st report",
        ),
        (minutes(15), "【期限】みどりショップ第一報", "[Due now] Midori Shop 1st report"),
        (minutes(20), "【5分超過】みどりショップ第一報", "[5 min late] Midori Shop 1st report"),
        (minutes(200), "【3時間超過】みどりショップ第一報", "[3 h late] Midori Shop 1st report"),
    ],
)
def test_the_subject_says_how_long_is_left(after: timedelta, ja: str, en: str) -> None:
    assert ring(now=RECEIVED + after).subject == ja
    assert ring("en", now=RECEIVED + after).subject == en


@pytest.mark.parametrize(
    "kind, number, ja, en",
    [
        ("update", 2, "【続報 残り5分】みどりショップ第二報", "[Update, 5 min left] Midori Shop 2nd report"),
        (
            "recovery",
            None,
            "【復旧報告 残り5分】みどりショップ",
            "[Recovery report, 5 min left] Midori Shop",
        ),
        (
            "final",
            None,
            "【残り5分】みどりショップ最終報",
            "[5 min left] Midori Shop final report",
        ),
        (
            "individual",
            None,
            "【残り5分】みどりショップ個別のお詫び",
            "[5 min left] Midori Shop individual apologies",
        ),
    ],
)
def test_the_subject_says_which_letter(kind: Kind, number: int | None, ja: str, en: str) -> None:
    matter = LetterRef.of(service(), kind, number)
    assert (ring(matter=matter).subject, ring("en", matter=matter).subject) == (ja, en)


def test_a_long_name_gives_way_to_its_short_one_and_is_cut_without_one() -> None:
    long = service(name="みどりショップ法人向け受発注管理サービス")
    assert ring(matter=LetterRef.of(long, "first", 1)).subject == "【残り5分】みどりショップ法人向け受…第一報"
    short = service(name="みどりショップ法人向け", short_name="みどり法人")
    assert ring(matter=LetterRef.of(short, "first", 1)).subject == "【残り5分】みどり法人第一報"


@pytest.mark.parametrize(
    "changes, ja, en",
    [
        pytest.param(
            {},
            "2:25までに承認を。全ユーザーのログイン機能の件、12,408名へ。",
            "Approve by 02:25. Sign-in for all users, to 12,408 customers.",
            id="in time",
        ),
        pytest.param(
            {"now": RECEIVED + minutes(20)},
            "今からでも承認を。全ユーザーのログイン機能の件、12,408名へ。",
            "Please still approve. Sign-in for all users, to 12,408 customers.",
            id="late",
        ),
        pytest.param(
            {"recipients": None, "uncounted": LocalText(ja="customers.csv がありません")},
            "2:25までに承認を。全ユーザーのログイン機能の件、宛先の数は不明です。",
            "Approve by 02:25. Sign-in for all users, to a list that could not be counted.",
            id="a list that cannot be counted",
        ),
        pytest.param(
            {"what": (LOGIN, PAYMENT)},
            "2:25までに承認を。全ユーザーのログイン機能ほか1件、12,408名へ。",
            "Approve by 02:25. Sign-in for all users and 1 more, to 12,408 customers.",
            id="more than one impact",
        ),
        pytest.param(
            {"what": (LocalText(ja="ログインできない場合があります。"),)},
            "2:25までに承認を。「ログインできない場合があります」の件、12,408名へ。",
            "Approve by 02:25. ログインできない場合があります, to 12,408 customers.",
            id="a whole sentence",
        ),
        pytest.param(
            {"what": (), "recipients": 0},
            "2:25までに承認を。障害の件、0名へ。",
            "Approve by 02:25. Service disruption, to 0 customers.",
            id="nothing known",
        ),
        pytest.param(
            {"due_at": RECEIVED + timedelta(days=1)},
            "11月22日 2:10までに承認を。全ユーザーのログイン機能の件、12,408名へ。",
            "Approve by 02:10 on 22 Nov. Sign-in for all users, to 12,408 customers.",
            id="due another day",
        ),
        pytest.param(
            {"approved": ("丸山", RECEIVED + minutes(6))},
            "2:25までに2人目の承認を。全ユーザーのログイン機能の件、12,408名へ。",
            "Approve by 02:25 as second approver. Sign-in for all users, to 12,408 customers.",
            id="the second of two",
        ),
    ],
)
def test_line_1_says_by_when_what_and_to_how_many(changes: dict[str, Any], ja: str, en: str) -> None:
    assert (first_line(ring(**changes)), first_line(ring("en", **changes))) == (ja, en)


def test_a_ring_says_all_that_helps_to_decide() -> None:
    assert ring().body.split("\n")[1:] == [
        "",
        LINK,
        "",
        "開くだけでは送られません。内容を見てから決められます。",
        "件名 【重要】【障害報告】みどりショップ ログインできない事象(第一報)",
        "いつから 2026年11月21日(土) 2時10分頃",
        "次回のご報告 3:15",
        "佐藤さんも 2:20 に呼び出しました。",
        "",
        "このリンクはあなた専用です。転送しないでください。",
        "",
    ]


@pytest.mark.parametrize(
    "changes, line",
    [
        ({"approved": ("丸山", RECEIVED)}, "丸山さんが 2:10 に承認しました。あなたの承認で送信されます。"),
        (
            {"recipients": None, "uncounted": LocalText(ja="2行目が読めません")},
            "宛先の名簿を数えられません。2行目が読めません",
        ),
        (
            {"planned_at": RECEIVED - minutes(170)},
            "この呼び出しは、予定の 23:20 から3時間遅れて送られました。",
        ),
    ],
)
def test_a_ring_says_what_is_unusual(changes: dict[str, Any], line: str) -> None:
    assert line.replace("予定の 23:20", "予定の 11月20日 23:20") in ring(**changes).body.split("\n")


@pytest.mark.parametrize("locale, words", [("ja", "写しの記録です。"), ("en", "This record is a copy. ")])
def test_a_ring_from_a_copied_record_says_so_first(locale: Locale, words: str) -> None:
    assert first_line(ring(locale, copy=COPY)).startswith(words)


def test_a_mail_from_a_copy_names_both_sides_and_the_way_to_choose() -> None:
    body = ring(copy=COPY).body
    assert "元の記録は old:/var/bridge.sqlite3、この写しは new:/var/bridge.sqlite3 です。" in body
    assert "bridge copy quiet" in body
    assert "The original was at old:/var/bridge.sqlite3" in ring("en", copy=COPY).body
    unknown = ring(copy=COPY._replace(before="")).body
    assert "元の記録は" not in unknown
    assert "bridge copy quiet" in unknown


def test_a_list_that_shrank_is_said_in_line_1_and_of_when_it_is_below() -> None:
    short = {"recipients": 600, "list_told": ListTold(40, 1_000, RECEIVED - timedelta(days=1))}
    ja, en = ring(**short), ring("en", **short)
    assert first_line(ja) == "2:25までに承認を。全ユーザーのログイン機能の件、600名へ(前回は1,000名)。"
    assert "ほかに40行は送れません。名簿は 11月20日 2:10 のものです。" in ja.body.split("\n")
    assert first_line(en) == "Approve by 02:25. Sign-in for all users, to 600 customers (1,000 last time)."
    assert "40 more rows cannot be used. The list is of 02:10 on 20 Nov." in en.body.split("\n")


def test_a_list_of_which_nothing_is_odd_is_told_by_its_count_alone() -> None:
    plain = ring(list_told=ListTold(as_of=RECEIVED))
    assert "名簿" not in plain.body
    assert "前回" not in plain.body


def test_words_that_are_none_are_told_with_the_reason() -> None:
    refused = (Refused(annotation="customer_impact_ja", text="N/A", why="nothing"),)
    assert "アラートの customer_impact_ja は使いません。中身のない言葉です。" in ring(refused=refused).body
    assert "The alert's customer_impact_ja is not used: it says nothing." in ring("en", refused=refused).body


def test_a_mail_about_a_stop_names_who_stopped_it() -> None:
    by = InTrouble(FIRST, "stopped", "person", LINK, 2, 1, person="佐藤")
    assert "佐藤さんが止めました。続きを送るときは、" in MESSAGES.write(by, "ja").body
    assert "佐藤 stopped it. Resume on the page" in MESSAGES.write(by, "en").body
    assert "ほかの担当者が止めました。" in MESSAGES.write(replace(by, person=""), "ja").body


def test_a_dead_relay_is_told_with_its_reason() -> None:
    assert "454 no login" in ring(relay_trouble="454 no login").body


@pytest.mark.parametrize(
    "locale, words",
    [
        (
            "ja",
            "登録したテンプレートに誤りがあり、標準の文面で下書きしました。mail/ja/first.txt.j2:1: oops\n",
        ),
        (
            "en",
            "Your own template is faulty. This draft uses the shipped one. mail/ja/first.txt.j2:1: oops\n",
        ),
    ],
)
def test_a_draft_that_is_not_in_the_companys_words_says_so(locale: Locale, words: str) -> None:
    assert words in ring(locale, template_problem="mail/ja/first.txt.j2:1: oops").body


DECISIONS: tuple[Decision, ...] = ("approved", "dismissed", "rest_dismissed", "by_policy", "superseded")
TROUBLES: tuple[Trouble, ...] = ("relay", "audience", "stopped", "failed")
ASKING: list[OncallMessage] = [
    RING,
    Renewed(FIRST, LINK),
    *(InTrouble(FIRST, t, "550 no", LINK, 2, 1) for t in TROUBLES),
]
TELLING: list[OncallMessage] = [
    *(Decided(FIRST, decision, RECEIVED, "佐藤", "誤検知", 12_408, "第二報") for decision in DECISIONS),
    Acknowledged(FIRST, "佐藤", RECEIVED, RECEIVED + minutes(15), RECEIVED + minutes(13)),
    Finished(FIRST, RECEIVED, 12_405, 3, 1, timedelta(seconds=400), RECEIVED + minutes(60)),
    TrialCopy(Text("件名", "本文\n")),
]


@pytest.mark.parametrize(
    "why, words",
    [
        pytest.param("list_changed", "承認のあとで名簿が変わりました。", id="another list"),
        pytest.param(
            "text_changed", "承認のあと、データベース上で文面が書き換えられています。", id="another text"
        ),
        pytest.param("old_work", "ブリッジが長時間停止していたため、自動では送信しません。", id="old work"),
        pytest.param("550 no", "550 no", id="the server's own words"),
    ],
)
def test_a_mail_about_a_stop_says_why_in_words(why: str, words: str) -> None:
    assert words in MESSAGES.write(InTrouble(FIRST, "stopped", why, LINK, 2, 1), "ja").body


def test_a_mail_about_an_old_record_begins_with_what_it_cannot_know() -> None:
    at = datetime(2026, 11, 23, 17, 15, 4, tzinfo=UTC)
    told = InTrouble(FIRST, "stopped", "restored", LINK, 100, 200, record_until=at, now=at)
    assert MESSAGES.write(told, "ja").body.split("\n")[:2] == [
        "この記録は02:15:04のものです。それ以後の送信は記録にありません。",
        "記録では、送信済み100名。残り200名に送ると、二重になることがあります。",
    ]
    assert MESSAGES.write(told, "en").body.startswith("This record is of 02:15:04.")
    copy = replace(told, copy=COPY)
    assert first_line(MESSAGES.write(copy, "ja")).startswith("写しの記録です。この記録は02:15:04のものです。")
    later = replace(told, now=at + timedelta(days=1))
    assert "11月24日 02:15:04" in MESSAGES.write(later, "ja").body


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", ASKING)
def test_a_mail_that_asks_holds_one_link_on_a_line_of_its_own(message: OncallMessage, locale: Locale) -> None:
    body = MESSAGES.write(message, locale).body
    assert re.findall(r"\w+://\S+", body) == [LINK]
    assert LINK in body.split("\n")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", TELLING)
def test_a_mail_that_only_tells_holds_no_link(message: OncallMessage, locale: Locale) -> None:
    assert "://" not in MESSAGES.write(message, locale).body


@pytest.mark.parametrize("message", [*ASKING, *TELLING])
def test_every_subject_begins_with_its_tag(message: OncallMessage) -> None:
    ja, en = (MESSAGES.write(message, locale) for locale in LOCALES)
    assert re.match(r"【[^】]+】\S", ja.subject)
    assert re.match(r"\[[^\]]+\] \S", en.subject)
    assert "\n\n\n" not in ja.body + en.body


@pytest.mark.parametrize(
    "message, subject, line",
    [
        (
            TELLING[0],
            "【承認済】みどりショップ第一報",
            "佐藤さんが 2:10 に承認しました。12,408名に送ります。あなたの操作は不要です。",
        ),
        (
            TELLING[1],
            "【見送り】みどりショップ第一報",
            "佐藤さんが 2:10 に「送らない」と決めました(誤検知)。呼び出しは止まりました。",
        ),
        (
            TELLING[2],
            "【残りは見送り】みどりショップ第一報",
            "佐藤さんが 2:10 に、残りには送らないと決めました(誤検知)。あなたの操作は不要です。",
        ),
        (
            TELLING[5],
            "【確認中】みどりショップ第一報",
            "佐藤さんが 2:10 に「確認中」と伝えました。まだ送っていません。",
        ),
        (
            TELLING[6],
            "【送信済】みどりショップ第一報",
            "12,405名に送信しました。3名に届いていません。1名は届いたか確認できません。検知から6分40秒。",
        ),
        (TELLING[7], "【試し送り】件名", "これは、あなただけへの試し送りです。お客様には送られていません。"),
    ],
)
def test_what_happened_stands_in_line_1(message: OncallMessage, subject: str, line: str) -> None:
    text = MESSAGES.write(message, "ja")
    assert (text.subject, first_line(text)) == (subject, line)


@pytest.mark.parametrize(
    "took, ja, en",
    [
        (0.4, "検知から1秒未満。", "Less than a second after detection."),
        (40, "検知から40秒。", "40 s after detection."),
        (400.9, "検知から6分40秒。", "6 min 40 s after detection."),
        (4_320, "検知から1時間12分。", "1 h 12 min after detection."),
        (93_605, "検知から26時間0分。", "26 h 0 min after detection."),
    ],
)
def test_how_long_it_took_is_told_without_a_zero_in_front(took: float, ja: str, en: str) -> None:
    message = Finished(FIRST, RECEIVED, sent=3, since_detection=timedelta(seconds=took))
    assert [first_line(MESSAGES.write(message, locale)) for locale in LOCALES] == [
        f"3名に送信しました。{ja}",
        f"Sent to 3. {en}",
    ]


@pytest.mark.parametrize(
    "locale, words",
    [
        ("ja", "原因は2026年12月1日(火)までに報告する約束です。"),
        ("en", "The cause is promised by Tuesday, 1 December"),
    ],
)
def test_the_end_of_a_recovery_names_the_day_on_which_the_cause_is_owed(locale: Locale, words: str) -> None:
    message = Finished(FIRST, RECEIVED, sent=3, cause_by=date(2026, 12, 1))
    assert words in MESSAGES.write(message, locale).body


def test_each_reads_about_the_list_in_their_own_language() -> None:
    why = LocalText(ja="2行目が読めません", en="line 2 cannot be read")
    for locale in LOCALES:
        body = ring(locale, recipients=None, uncounted=why).body
        assert why.get(locale) in body
        assert why.get("en" if locale == "ja" else "ja") not in body


@pytest.mark.parametrize("locale, words", [("ja", "名簿を読めなかったので"), ("en", "could not be read")])
def test_a_letter_stopped_by_its_list_says_so_before_the_list_speaks_for_itself(
    locale: Locale, words: str
) -> None:
    body = MESSAGES.write(InTrouble(FIRST, "stopped", "customers.csv: is empty", LINK), locale).body
    assert body.index(words) < body.index("customers.csv: is empty")


def test_a_trial_copy_ends_with_the_letter_as_customers_would_get_it() -> None:
    assert MESSAGES.write(TELLING[7], "ja").body.endswith("-\n本文\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(LOCALES))
def test_foreign_text_brings_no_link_and_no_line(text: str, locale: Locale) -> None:
    said = f"{text} https://evil.example/x www.evil.example"
    body = ring(
        locale, subject=said, uncounted=LocalText(ja=said), recipients=None, what=(LocalText(ja=said),)
    ).body
    assert body.count("://") == 1
    assert "www." not in body
    assert len(body.split("\n")) == 13


@given(
    st.sampled_from(KINDS),
    st.integers(1, 10),
    st.sampled_from(LOCALES),
    st.integers(-100_000, 100_000).map(lambda n: timedelta(seconds=n)),
)
def test_every_ring_fits_a_lock_screen(kind: Kind, number: int, locale: Locale, left: timedelta) -> None:
    text = ring(locale, matter=LetterRef.of(service(), kind, number), now=RING.due_at - left)
    assert width(text.subject) <= {"ja": 40, "en": 48}[locale]


def test_the_zone_is_the_services() -> None:
    matter = LetterRef.of(service(timezone="Asia/Singapore"), "first", 1)
    assert matter.zone == ZoneInfo("Asia/Singapore")
    assert first_line(ring(matter=matter)).startswith("1:25までに")


def test_foreign_text_is_one_line_without_its_links() -> None:
    assert without_links("a\r\nb http://x/y c") == "a b … c"
