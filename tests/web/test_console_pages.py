"""Every page of the console in every state, in both languages: what it says, what it links to, what it weighs."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.core.sessions import Visitor
from bridge.core.values import LOCALES, Locale
from bridge.web.pages import HEADERS
from bridge.web.views.cards import cards
from bridge.web.views.home import home
from bridge.web.views.sources import sources
from tests.web import console_samples as samples
from tests.web.console_pages import CONSOLE, MAKE, PAGES, SIGN_IN
from tests.web.samples import PEOPLE
from tests.web.test_pages import read

LIVE = ("home", "timeline")
"""The pages that keep themselves up to date; they have no form but the one that signs out."""


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("name", MAKE)
def test_every_state_is_one_sound_page(name: str, lang: Locale) -> None:
    page = MAKE[name](lang)
    found = read(page)
    assert (found.count("h1"), found.count("main"), found.count("header")) == (1, 1, 1)
    assert f'<html lang="{lang}">' in page.html
    assert not re.search(r"\sstyle=|\son\w+=", page.html)
    assert "{" not in found.text
    assert "None" not in found.text
    assert len(gzip.compress(page.html.encode())) <= 14_000
    assert {**HEADERS, **page.headers} == dict(page.headers)


@pytest.mark.parametrize("name", MAKE)
def test_only_pages_without_a_letter_and_without_a_field_run_our_script(name: str) -> None:
    page = MAKE[name]("ja")
    live = name.startswith(LIVE)
    assert ('<script src="/static/live.js" defer>' in page.html) is live
    assert ("script-src 'self'" in page.headers["Content-Security-Policy"]) is live
    assert not (live and re.search(r'<input(?! type="hidden")|<textarea', page.html))


@pytest.mark.parametrize("name", MAKE)
def test_no_page_of_the_console_can_approve(name: str) -> None:
    assert read(MAKE[name]("ja")).presses == []


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("name", CONSOLE)
def test_every_link_leads_into_the_bridge(name: str, lang: Locale) -> None:
    links = [link["href"] or "" for tag, link in read(CONSOLE[name](lang)).tags if tag == "a"]
    assert links
    assert [link for link in links if not re.match(r"/(?!/)|[#?]", link)] == []


def test_a_language_that_was_chosen_by_hand_stays_on_every_link() -> None:
    page = CONSOLE["home, three open"]("en").html
    assert 'href="/people?lang=en"' in page
    assert 'href="/?lang=ja"' in page
    assert 'href="/people"' in CONSOLE["home, three open"]("ja").html


def test_the_most_urgent_stands_first_and_one_button_is_blue() -> None:
    shown = cards(samples.frame(), samples.HOMES["everything"]["incidents"])
    assert [(card.pill.text, card.edge, card.primary) for card in shown] == [
        ("第一報 送信停止中", "stop", True),
        ("第一報の承認待ち", "stop", False),
        ("第一報の承認待ち", None, False),
        ("第一報の承認待ち", None, False),
        ("復旧報告の下書きあり", None, False),
        ("第一報 送信済み", None, False),
        ("ご報告なし", None, False),
    ]


def test_a_drill_looks_like_one_and_comes_after_what_is_real() -> None:
    shown = cards(samples.frame(), samples.HOMES["a drill"]["incidents"])
    assert [(card.drill, card.name, card.primary) for card in shown] == [
        (False, "みどりショップ", True),
        (True, "訓練: みどりショップ", False),
    ]
    assert "対応中の障害 1件" in CONSOLE["home, a drill"]("ja").html
    assert "対応中の障害はありません" in CONSOLE["home, only a drill"]("ja").html
    page = CONSOLE["timeline, a drill"]("ja").html
    assert '<aside class="drill">訓練です。お客様には送られません</aside>' in page
    assert "/individual" not in page


def test_a_card_says_how_long_is_left_until_what() -> None:
    told = [
        (card.countdown.n, card.countdown.unit, card.countdown.caption, card.button)
        for card in cards(samples.frame(), (samples.TOLD, samples.RECOVERED, samples.SOON, samples.LATE))
        if card.countdown
    ]
    assert told == [
        ("3", "分超過", "承認まで", "内容を見る"),
        ("4", "分", "承認まで", "内容を見る"),
        ("18", "分", "復旧報告まで", "復旧を知らせる"),
        ("49", "分", "続報まで", "経過を見る"),
    ]


def test_whoever_may_only_look_is_shown_no_way_to_a_personal_page() -> None:
    """The loader gives them no link; the page then leads to the timeline."""
    looking = replace(samples.WAITING, own_page=None)
    frame = samples.frame(visitor=Visitor(PEOPLE["sato"], "view"))
    (card,) = cards(frame, (looking,))
    assert (card.go, card.button, card.primary) == ("/incidents/i1", "経過を見る", False)


def test_the_plot_marks_what_took_longer_than_a_quarter_of_an_hour() -> None:
    page = home(samples.home_data()).plot
    late = [dot for dot in page.dots if dot.label]
    assert [dot.label for dot in late] == ["17分"]
    assert late[0].y < page.limit[0]
    assert all(dot.y >= page.limit[0] for dot in page.dots if not dot.label)
    assert [row.took for row in page.rows][:2] == ["17分12秒", "9分48秒"]
    assert [row.late for row in page.rows].count(True) == 1
    assert ("17分12秒", "最長", "") in page.sums


def test_a_wait_of_hours_still_fits_the_plot() -> None:
    slow = replace(samples.firsts()[0], took=timedelta(hours=30))
    page = home(samples.home_data(firsts=(slow, *samples.firsts()))).plot
    assert all(0 <= dot.y <= 168 for dot in page.dots)
    assert len(page.lines) <= 6


def test_a_refused_ring_is_trouble_with_the_servers_words() -> None:
    page = CONSOLE["people, one refused"]("ja").html
    assert "佐藤さんのメールが断られています" in page
    assert "people.sato.email" in page
    assert samples.UNKNOWN_USER in page
    assert "断られています" not in CONSOLE["people, quiet"]("ja").html


def test_a_near_miss_is_said_and_marked() -> None:
    page = CONSOLE["sources, near misses"]("ja").html
    assert "severity が high です。critical か page を待っています" in page
    assert '<code lang="en" class="differs">severity=high</code>' in page
    every = CONSOLE["sources, every reason"]("ja").html
    assert "severity が high です。severity!~&#34;info.*&#34; を待っています" in every
    assert "severity がありません。critical か page を待っています" in every


def test_a_silent_sender_is_amber_and_says_who_was_told() -> None:
    page = CONSOLE["sources, one silent, one turned away"]("ja").html
    assert '<span class="pill wait">39分届いていません</span>' in page
    assert "5分ごとに届くはずです。01:42 に当番へお知らせしました。" in page
    assert "02:10 から、違うトークンで届いています。" in page
    ready = [each.pill.text for each in home(samples.home_data(**samples.HOMES["trouble"])).ready]
    assert ready == ["届きません", "1件を読めません", "1件が届いていません", "断られました", "45日前"]


def test_deliveries_say_why_and_offer_again_only_where_it_may_help() -> None:
    page = CONSOLE["deliveries, failed"]("ja").html
    assert page.count("もう一度送るかを") == 1
    assert "もう一度送っても届きません" in page
    assert "183名をCSVで保存" in page
    assert "after=49" in page


def test_an_alerts_words_are_escaped() -> None:
    row = samples.ignored(**samples.NEAR) | {"labels": {"alertname": "<script>alert(1)</script>"}}
    page = CONSOLE["sources, near misses"]("ja")
    assert "<script" not in page.html
    shown = PAGES.console("sources", sources(samples.sources_data(ignored=(row,)))).html
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_answer_to_a_request_names_nobody() -> None:
    for name in ("sign in", "link sent", "link over"):
        assert "丸山" not in SIGN_IN[name]("ja").html
    assert "丸山さんとしてログイン" in SIGN_IN["link"]("ja").html


@pytest.mark.parametrize(
    "lang, head, rows",
    [
        ("ja", "行 書いてある宛先 理由", ("2行目 tanto-2@example ドメイン", "17行目 空 メールアドレスが")),
        ("en", "Row Address as written Why", ("Line 2 tanto-2@example the domain is cut off",)),
    ],
)
def test_each_unusable_row_of_a_list_is_a_row_of_a_table_with_what_is_written_and_why(
    lang: Locale, head: str, rows: tuple[str, ...]
) -> None:
    page = CONSOLE["lists, many bad rows, fewer people"](lang).html
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert head in words
    assert all(row in words for row in rows)
