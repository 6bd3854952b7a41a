"""How the pages say times, numbers, names and reports."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.core.values import Locale
from bridge.web.views.phrasing import Phrasing
from tests.web.samples import NOW, PEOPLE, at

TOKYO = ZoneInfo("Asia/Tokyo")
JA = Phrasing("ja", TOKYO, NOW, PEOPLE)
EN = Phrasing("en", TOKYO, NOW, PEOPLE)
SAY: dict[Locale, Phrasing] = {"ja": JA, "en": EN}


@pytest.mark.parametrize(
    "when, clock, spoken_ja",
    [
        (at(2, 25), "02:25", "2時25分"),
        (at(14, 5), "14:05", "14時05分"),
        (at(0, 0), "00:00", "0時00分"),
        pytest.param(at(23, 59, day=23), "11月23日(月) 23:59", "11月23日(月)23時59分", id="yesterday"),
        pytest.param(at(0, 0, day=25), "11月25日(水) 00:00", "11月25日(水)0時00分", id="tomorrow"),
    ],
)
def test_a_time_has_its_day_when_that_is_not_today(when: datetime, clock: str, spoken_ja: str) -> None:
    assert JA.clock(when) == clock
    assert JA.spoken(when) == spoken_ja
    assert EN.spoken(when) == EN.clock(when)


def test_today_is_today_where_the_service_is() -> None:
    assert EN.clock(at(23, 59, day=23)) == "Mon 23 Nov 23:59"
    in_london = Phrasing("en", ZoneInfo("Europe/London"), NOW, PEOPLE)
    assert in_london.clock(at(2, 25)) == "17:25"


def test_a_time_can_be_told_to_the_second() -> None:
    assert JA.to_the_second(at(2, 16, 5)) == "02:16:05"


def test_a_day_has_its_weekday() -> None:
    assert JA.day(date(2026, 12, 1)) == "12月1日(火)"
    assert EN.day(date(2026, 12, 1)) == "Tue 1 Dec"


def test_a_moment_is_exact_or_about() -> None:
    assert (JA.moment(at(3, 32)), JA.about(at(3, 32))) == (
        "11月24日(火)3時32分",
        "11月24日(火)3時32分頃",
    )
    assert (EN.moment(at(3, 32)), EN.about(at(3, 32))) == ("Tue 24 Nov, 03:32", "Tue 24 Nov, about 03:32")


@pytest.mark.parametrize("n, written", [(0, "0"), (999, "999"), (12_408, "12,408"), (1_000_000, "1,000,000")])
def test_a_number_is_grouped(n: int, written: str) -> None:
    assert JA.number(n) == written


@pytest.mark.parametrize(
    "length, ja, en",
    [
        (timedelta(seconds=59), "0分", "0 min"),
        (timedelta(minutes=9, seconds=59), "9分", "9 min"),
        (timedelta(hours=1, minutes=59), "119分", "119 min"),
        (timedelta(hours=2), "2時間", "2 h"),
        (timedelta(hours=47, minutes=59), "47時間", "47 h"),
        (timedelta(days=2), "2日", "2 days"),
    ],
)
def test_a_length_is_rounded_down(length: timedelta, ja: str, en: str) -> None:
    assert (JA.rough(length), EN.rough(length)) == (ja, en)


@pytest.mark.parametrize(
    "actor, ja, en",
    [
        ("maruyama", "丸山さん", "丸山"),
        (None, "ブリッジ", "the bridge"),
        ("bridge", "ブリッジ", "the bridge"),
        ("policy", "設定(自動)", "standing policy"),
        pytest.param("alertmanager", "alertmanager", "alertmanager", id="a source"),
        pytest.param("left", "left", "left", id="a person who left"),
    ],
)
def test_an_actor_has_a_name(actor: str | None, ja: str, en: str) -> None:
    assert (JA.person(actor), EN.person(actor)) == (ja, en)


@pytest.mark.parametrize(
    "people, ja, en",
    [
        ((), "", ""),
        (("sato",), "佐藤さん", "佐藤"),
        (("maruyama", "sato"), "丸山さんと佐藤さん", "丸山 and 佐藤"),
    ],
)
def test_people_are_named_together(people: tuple[str, ...], ja: str, en: str) -> None:
    assert (JA.persons(people), EN.persons(people)) == (ja, en)


@pytest.mark.parametrize(
    "kind, number, ja, en",
    [
        ("first", 1, "第一報", "first report"),
        ("first", None, "第一報", "first report"),
        ("update", None, "第二報", "second report"),
        ("update", 3, "第三報", "third report"),
        ("update", 4, "第四報", "4th report"),
        ("recovery", None, "復旧報告", "recovery report"),
        ("recovery", 2, "復旧報告", "recovery report"),
        ("final", None, "最終報", "final report"),
        ("individual", None, "個別のお詫び", "individual apologies"),
    ],
)
def test_a_report_has_its_title(kind: str, number: int | None, ja: str, en: str) -> None:
    assert (JA.report(kind, number), EN.report(kind, number)) == (ja, en)


@pytest.mark.parametrize(
    "reason, ja, en",
    [
        ("false_alarm", "誤検知", "false alarm"),
        ("訓練の残り", "訓練の残り", "訓練の残り"),
        (None, "その他", "other"),
        ("", "その他", "other"),
    ],
)
def test_a_reason_is_said_in_words(reason: str | None, ja: str, en: str) -> None:
    assert (JA.reason(reason), EN.reason(reason)) == (ja, en)


@pytest.mark.parametrize(
    "lang, n, said",
    [
        ("en", 1, "person"),
        ("en", "1", "person"),
        ("en", 0, "people"),
        ("en", 11, "people"),
        ("en", None, "people"),
        ("ja", 1, "名"),
    ],
)
def test_one_is_not_many(lang: Locale, n: object, said: str) -> None:
    assert SAY[lang]("people", n=n) == said
