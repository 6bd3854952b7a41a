"""What lies folded under the button: other choices, history, sender and list."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.model import Event, UnusableRow
from bridge.core.values import Locale, LocalText
from bridge.web.views.disclosures import Moment, disclosures, history
from bridge.web.views.letters import checksum
from tests.web.samples import AUDIENCE, EVENTS, RECEIVED, SERVICE, at, in_state

BAD = UnusableRow(3, "", LocalText(ja="宛先がありません", en="no address"))


@pytest.mark.parametrize(
    "state, changes, override",
    [
        ("open", {}, ""),
        ("warning", {}, ""),
        ("error", {}, "このまま12,408名に送信する"),
        ("individual, harm", {}, "このまま2名に送信する"),
        ("error", {"audience": replace(AUDIENCE, count=None)}, ""),
        ("error", {"notice": in_state("second person, first waits").notice}, ""),
    ],
)
def test_an_error_is_sent_as_it_is_only_by_who_could_send_it(
    state: str, changes: dict[str, Any], override: str
) -> None:
    assert disclosures(in_state(state, **changes), acknowledge=False).override == override


def test_sending_an_error_as_it_is_holds_longer() -> None:
    found = disclosures(in_state("error", "en"), acknowledge=False)
    assert found.override_note == "Something was left unfixed. Sending starts after 30 s."


def test_without_a_hold_no_seconds_are_named() -> None:
    policy = SERVICE.policy.model_validate({**SERVICE.policy.model_dump(), "hold": "0s"})
    data = in_state("error", service=SERVICE.model_copy(update={"policy": policy}))
    assert disclosures(data, acknowledge=False).override_note == ""


@pytest.mark.parametrize(
    "state, asked, offered",
    [("open", True, True), ("open", False, False), ("stopped", True, False)],
)
def test_acknowledging_is_offered_here_when_the_deck_has_no_room(
    state: str, asked: bool, offered: bool
) -> None:
    assert disclosures(in_state(state), acknowledge=asked).acknowledge is offered


@pytest.mark.parametrize("state, offered", [("open", False), ("update", False), ("recovery", True)])
def test_only_a_recovery_report_can_be_said_to_be_too_early(state: str, offered: bool) -> None:
    assert disclosures(in_state(state), acknowledge=False).not_recovered is offered


def test_the_reasons_are_those_that_people_choose_from() -> None:
    reasons = disclosures(in_state("open", "en"), acknowledge=False).reasons
    assert reasons == (
        ("false_alarm", "False alarm"),
        ("no_impact", "No customer impact"),
        ("told_otherwise", "Told another way"),
        ("other", "Other"),
    )


# The history


def event(action: str, actor: str = "maruyama", **detail: Any) -> Event:
    return Event(9, at(2, 15), actor, action, detail)


def told(action: str, lang: Locale = "ja", actor: str = "maruyama", **detail: Any) -> str:
    data = in_state("open", lang, events=(event(action, actor, **detail),), withdrawn=frozenset({"n2"}))
    return history(data)[0].text


def test_the_history_is_newest_first_whatever_the_order_of_its_rows() -> None:
    clocks = [line.text for line in history(in_state("open", events=EVENTS[::-1]))]
    assert clocks == [
        "ブリッジ: 丸山さんを呼び出しました",
        "ブリッジ: 第一報の下書きを作りました",
        "alertmanager: アラートを受け取りました",
    ]


def test_a_line_of_the_history_has_its_time_for_people_and_machines() -> None:
    assert history(in_state("open"))[-1] == Moment(
        RECEIVED.isoformat(), "02:10", "alertmanager: アラートを受け取りました"
    )


def test_the_history_tells_a_beginning_from_an_end_and_a_return() -> None:
    detail = {"counts": {"repeated": 4, "resolved": 1000, "fires_again": 1}, "alertnames": ["ItemErrors", ""]}
    assert told("alerts", actor="alertmanager", **detail) == (
        "alertmanager: アラートの停止1,000件、再発1件(ItemErrors)"
    )
    assert told("alerts", "en", "alertmanager", counts={"opened": 1}, alertnames=["A", "B"]) == (
        "alertmanager: Alerts: 1 began (A, B)"
    )


def test_the_history_names_the_senders_where_there_are_several() -> None:
    east, west = "http://am.east.example.jp:9093", "http://am.west.example.jp:9093"
    one = event("alerts", "alertmanager", counts={"opened": 1}, senders=[east])
    end = event("alerts", "alertmanager", counts={"resolved": 1}, senders=[west])
    assert [line.text for line in history(in_state("open", events=(one, end)))] == [
        "alertmanager: アラートの開始1件 [am.east.example.jp:9093]",
        "alertmanager: アラートの停止1件 [am.west.example.jp:9093]",
    ]
    assert [line.text for line in history(in_state("open", events=(one,)))] == [
        "alertmanager: アラートの開始1件"
    ]


@pytest.mark.parametrize(
    "action, detail, text",
    [
        ("edited", {"version": 2}, "丸山さん: 版2を保存しました"),
        ("dismissed", {"reason": "false_alarm"}, "丸山さん: 送らないと決めました(誤検知)"),
        ("dismissed", {"reason": "訓練です"}, "丸山さん: 送らないと決めました(訓練です)"),
        ("rang", {"people": ["maruyama", "sato"]}, "丸山さん: 丸山さんと佐藤さんを呼び出しました"),
        ("drafted", {"kind": "update", "number": 3}, "丸山さん: 第三報の下書きを作りました"),
        ("superseded", {"notice": "n1"}, "丸山さん: 下書きが置き換わりました"),
        ("superseded", {"notice": "n2"}, "丸山さん: アラートが再び出たので、下書きを取りやめました"),
        pytest.param("alerts", {"notice": "n2"}, "丸山さん: アラートを受け取りました", id="another action"),
        pytest.param("flown", {}, "丸山さん: flown", id="an action without words shows by its name"),
    ],
)
def test_an_event_is_told_in_words(action: str, detail: dict[str, Any], text: str) -> None:
    assert told(action, **detail) == text


def test_the_history_is_told_in_english_too() -> None:
    assert told("edited", "en", version=2) == "丸山: Saved version 2"
    assert told("stopped", "en", "bridge") == "the bridge: Sending stopped"


# The sender and the list


def details(lang: Locale = "ja", **changes: Any) -> dict[str, str]:
    found = disclosures(in_state("open", lang, **changes), acknowledge=False).details
    return {row.label: row.value for row in found}


def test_the_details_name_the_sender_the_list_and_the_version() -> None:
    data = in_state("open")
    assert details() == {
        "差出人": "みどりショップ運営事務局 <support@example.jp>",
        "名簿": "ショップ会員(全員)",
        "言語": "日本語 12,408",
        "文字コード": "UTF-8",
        "版": "1(02:10 ブリッジ)",
        "照合値": checksum(data.version.texts["ja"]),
        "送れない行": "1",
    }


def test_the_details_leave_out_what_there_is_none_of() -> None:
    found = details(audience=replace(AUDIENCE, encoding="", locales={}, bad=(), bad_total=0, duplicates=3))
    assert "文字コード" not in found
    assert "言語" not in found
    assert found["送れない行"] == "ありません"
    assert found["重複"] == "3件(1通だけ送ります)"


def test_every_language_of_the_list_is_counted() -> None:
    both = replace(AUDIENCE, locales={"ja": 12_370, "en": 38})
    assert details("en", audience=both)["Languages"] == "Japanese 12,370 / English 38"


@pytest.mark.parametrize(
    "lang, known, total, lines",
    [
        ("ja", (), 0, ()),
        ("ja", (BAD,), 1, ("3行目: 宛先がありません",)),
        ("en", (BAD,), 1, ("line 3: no address",)),
        ("ja", (BAD,), 5, ("3行目: 宛先がありません", "ほか4行")),
        ("en", (BAD, BAD), 1002, ("line 3: no address", "line 3: no address", "1,000 more rows")),
    ],
)
def test_bad_rows_are_named_and_counted(
    lang: Locale, known: tuple[UnusableRow, ...], total: int, lines: tuple[str, ...]
) -> None:
    data = in_state("open", lang, audience=replace(AUDIENCE, bad=known, bad_total=total))
    assert disclosures(data, acknowledge=False).bad == lines
