"""The page of a decided notice: the hold, the sending, how it ended, or that nothing is sent."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.core.values import Locale
from bridge.web.views.deck import Button, Choice
from bridge.web.views.letters import checksum
from bridge.web.views.page_data import FailedRow, Related
from bridge.web.views.progress import SHOWN_FAILURES, Hold, progress
from tests.web.samples import AUDIENCE, DECIDED, DRAFT, PEOPLE, approved, at, in_state, notice

ROW = FailedRow("c@customer.example", "failed", "550")


@pytest.mark.parametrize(
    "state, look, live",
    [
        ("hold", "hold", True),
        ("hold over", "sending", True),
        ("sending", "sending", True),
        ("sent", "sent", False),
        ("stopped", "stopped", False),
        ("dismissed", "closed", False),
        ("superseded", "closed", False),
    ],
)
def test_a_page_looks_as_far_as_its_notice_is(state: str, look: str, live: bool) -> None:
    view = progress(in_state(state))
    assert (view.look, view.live) == (look, live)


@pytest.mark.parametrize(
    "state, heading, lead",
    [
        ("hold", "まだ送っていません", ""),
        (
            "hold over",
            "送信を始めます",
            "この画面は閉じて大丈夫です。終わったらメールでお知らせします。",
        ),
        ("sending", "送信しています", "この画面は閉じて大丈夫です。終わったらメールでお知らせします。"),
        ("sent", "12,405名に送信しました", "3名に届いていません。検知から6分40秒。"),
        ("sent, individual", "2名に送信しました", ""),
        ("stopped", "送信は止まっています", "7,912名には送信済みです。残り4,496名への送信を止めました。"),
        (
            "dismissed",
            "佐藤さんが「送らない」と決めました",
            "02:16、理由は誤検知。\nお客様にはだれにも届いていません。\n呼び出しは止まりました。",
        ),
        ("superseded", "置き換わりました", "この下書きは第二報に置き換わりました。"),
        (
            "superseded, fires again",
            "取りやめました",
            "アラートが再び出たので、この下書きは使いません。あなたの操作は不要です。",
        ),
    ],
)
def test_the_heading_says_how_it_stands(state: str, heading: str, lead: str) -> None:
    view = progress(in_state(state))
    assert (view.heading, view.lead) == (heading, lead)
    assert view.title.startswith(f"{heading}: みどりショップ ")


def test_who_decided_not_to_send_is_not_told_to_themselves() -> None:
    view = progress(in_state("dismissed", person=PEOPLE["sato"]))
    assert view.heading == "「送らない」と決めました"


def test_a_draft_replaced_by_one_that_is_gone_is_replaced_by_a_newer_one() -> None:
    view = progress(in_state("superseded", successor=None))
    assert (view.lead, view.successor) == ("この下書きは新しい下書きに置き換わりました。", None)


@pytest.mark.parametrize(
    "counts, lead",
    [
        ({"sent": 12_408}, "検知から6分40秒。"),
        ({"sent": 1, "unknown": 2}, "2名は届いたか確認できません。検知から6分40秒。"),
        ({"failed": 1, "unknown": 2}, "1名に届いていません。2名は届いたか確認できません。"),
    ],
)
def test_the_end_of_a_sending_tells_what_did_not_arrive(counts: Any, lead: str) -> None:
    assert progress(in_state("sent", counts=counts)).lead == lead


def test_the_end_of_a_sending_tells_whom_the_list_left_out() -> None:
    sent = replace(DECIDED["sent"]["notice"], audience_digest="d1")
    odd = replace(AUDIENCE, bad_total=40, as_of=at(9, 0, day=23))
    done = {"notice": sent, "counts": {"sent": 12_408}, "audience": odd, "previous_count": 20_000}
    assert progress(in_state("sent", **done)).lead == (
        "名簿の40行には送れませんでした。前回は20,000名でした。名簿は11月23日(月)9時00分のものです。検知から6分40秒。"
    )
    assert progress(in_state("sent", "en", **done)).lead.startswith("40 rows of the list could not be used. ")
    later = {**done, "audience": replace(odd, digest="d2")}
    assert progress(in_state("sent", **later)).lead == "検知から6分40秒。", "the list of now is another one"


# The hold


@pytest.mark.parametrize(
    "now, seconds, percent",
    [
        (at(2, 16, 30), "10", 100),
        (at(2, 16, 33), "7", 70),
        (at(2, 16, 39), "1", 10),
        pytest.param(at(2, 16, 39) + timedelta(milliseconds=500), "1", 5, id="half a second is one more"),
        pytest.param(at(2, 16, 20), "20", 100, id="a clock that stepped back"),
    ],
)
def test_the_hold_counts_its_seconds_down(now: datetime, seconds: str, percent: int) -> None:
    assert progress(in_state("hold", now=now)).hold == Hold(
        seconds,
        percent,
        "何もしなければ 02:16:40 に送り始めます。この画面を閉じても送信されます。",
        DRAFT.texts["ja"].subject,
    )


def test_after_the_hold_there_is_none() -> None:
    assert progress(in_state("hold over")).hold is None


# The button


@pytest.mark.parametrize(
    "state, press",
    [
        ("hold", Button("取り消す", "承認前に戻ります。だれにも届きません", "cancel")),
        ("hold over", None),
        ("sending", Button("残りの送信を止める", "すでに送ったメールは取り消せません", "stop")),
        ("stopped", Button("残り4,496名に送信する", "送信済みの方には届きません", "resume")),
        ("stopped, first of two waits", None),
        ("sent", None),
        ("dismissed", Button("やはり知らせる", "新しい下書きを用意します。まだ送りません", "reopen")),
        ("dismissed, all over", None),
    ],
)
def test_a_decided_notice_has_one_button_or_none(state: str, press: Button | None) -> None:
    assert progress(in_state(state)).press == press


@pytest.mark.parametrize(
    "changes, successor",
    [
        ({}, Choice("第二報を開く", "/approve/another")),
        pytest.param({"successor": Related("update", 2)}, None, id="no link for this person"),
        pytest.param({"notice": notice(state="dismissed")}, None, id="it was not replaced"),
    ],
)
def test_the_way_to_the_newer_draft_is_this_persons_own(
    changes: dict[str, Any], successor: Choice | None
) -> None:
    assert progress(in_state("superseded", **changes)).successor == successor


# What a screen reader says


@pytest.mark.parametrize(
    "state, spoken",
    [
        ("hold", ""),
        ("sending", "12,408名のうち6,204名以上に送信済みです"),
        ("sent", "12,405名に送信しました"),
        ("stopped", "送信は止まっています"),
        ("dismissed", ""),
    ],
)
def test_a_screen_reader_is_told_quarters_and_the_end(state: str, spoken: str) -> None:
    assert progress(in_state(state)).spoken == spoken


# The parts of the page


@pytest.mark.parametrize(
    "state, parts",
    [
        ("hold", set()),
        ("sending", {"sending", "then", "record"}),
        ("sent", {"sending", "then", "record"}),
        ("stopped", {"sending", "record"}),
        ("stopped, list changed", {"unsent", "record"}),
        ("dismissed", {"record"}),
    ],
)
def test_each_state_has_its_own_parts(state: str, parts: set[str]) -> None:
    view = progress(in_state(state))
    assert {name for name in ("sending", "then", "record", "unsent") if getattr(view, name)} == parts


@pytest.mark.parametrize(
    "state, said",
    [("hold", True), ("sending", True), ("stopped", True), ("sent", False), ("dismissed", False)],
)
def test_a_mail_server_that_is_down_is_said_while_mail_waits(state: str, said: bool) -> None:
    view = progress(in_state(state, relay_problem="接続できません"))
    words = "メールサーバーに送れません(接続できません)。つながりしだい、続きを送ります。"
    assert view.relay == (words if said else "")
    assert progress(in_state(state, relay_problem=None)).relay == ""


@pytest.mark.parametrize(
    "rows, failed, unknown, shown, more",
    [
        (0, 0, 0, 0, ""),
        (3, 3, 0, 3, ""),
        (3, 3, 2, 3, "ほか2件"),
        (100, 100, 0, 100, ""),
        (100, 1500, 7, 100, "ほか1,407件"),
        (150, 150, 0, SHOWN_FAILURES, "ほか50件"),
        pytest.param(0, 5, 0, 0, "", id="none is known by its address"),
    ],
)
def test_failures_are_named_up_to_a_hundred(
    rows: int, failed: int, unknown: int, shown: int, more: str
) -> None:
    counts = {"failed": failed, "unknown": unknown}
    view = progress(in_state("sent", failed=(ROW,) * rows, counts=counts))
    assert (len(view.failures), view.failures_more) == (shown, more)


# The letter and its proof


@pytest.mark.parametrize(
    "state, captions",
    [
        ("sent", ["送った手紙(版1)"]),
        ("stopped", ["送った手紙(版1)"]),
        pytest.param("stopped, list changed", ["お客様に届くメール(版1)"], id="none of it left"),
        ("sent, individual", ["1通目: c1@customer.example", "2通目: c2@customer.example"]),
        ("dismissed", ["送らなかった下書き(版1)"]),
        ("superseded", []),
    ],
)
def test_the_letters_are_those_that_customers_got(state: str, captions: list[str]) -> None:
    assert [each.caption for each in progress(in_state(state)).letters] == captions


def test_a_batch_under_way_does_not_send_hundreds_of_letters_every_two_seconds() -> None:
    going = replace(DECIDED["sent, individual"]["notice"], state="sending")
    assert progress(in_state("sent, individual", notice=going)).letters == ()


def test_the_proof_names_version_checksum_people_and_time() -> None:
    proof = progress(in_state("sent")).proof
    assert proof == f"版1。照合値 {checksum(DRAFT.texts['ja'])}。承認: 丸山さん、02:16。"


def test_the_proof_of_a_batch_is_over_all_its_letters() -> None:
    letters = DECIDED["sent, individual"]["letters"]
    assert checksum(*(each.text for each in letters)) in progress(in_state("sent, individual")).proof


def test_a_letter_sent_by_policy_names_the_policy() -> None:
    by_policy = replace(DECIDED["sent"]["notice"], approvals=(), approved_by="policy")
    assert "承認: 設定(自動)、02:16。" in progress(in_state("sent", notice=by_policy)).proof


def test_the_proof_is_of_the_version_that_was_approved() -> None:
    older = approved(state="sent", version=3, approved_version=2, finished_at=at(2, 18))
    assert progress(in_state("sent", notice=older)).proof.startswith("版2。")


@pytest.mark.parametrize(
    "state", ["dismissed", "stopped, first of two waits", "stopped, text changed, two people"]
)
def test_what_nobody_approved_has_no_proof(state: str) -> None:
    assert progress(in_state(state)).proof == ""


@pytest.mark.parametrize("state", DECIDED)
def test_only_a_text_that_was_changed_in_the_database_is_read_again(state: str) -> None:
    assert progress(in_state(state)).reread is (state == "stopped, text changed, two people")


@pytest.mark.parametrize(
    "lang, heading", [("ja", "佐藤さんが「送らない」と決めました"), ("en", "佐藤 decided not to send")]
)
def test_the_page_is_in_the_readers_language(lang: Locale, heading: str) -> None:
    assert progress(in_state("dismissed", lang)).heading == heading
