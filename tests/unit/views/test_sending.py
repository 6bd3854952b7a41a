"""How far a sending is, what came before it and what is still to come."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.web.views.disclosures import Moment
from bridge.web.views.sending import Count, after_detection, milestones, quarter, sending, to_come
from tests.web.samples import AUDIENCE, DECIDED, RECEIVED, at, facts, in_state, version

STARTED = at(2, 16, 40)


def hundred(state: str = "sending", **counts: int) -> Any:
    """A letter to a hundred customers."""
    waiting = replace(DECIDED["sending"]["notice"], state=state, recipients=100)
    return in_state(
        "sending", notice=waiting, audience=replace(AUDIENCE, count=100), counts=counts, now=at(2, 17, 20)
    )


def test_every_state_that_has_deliveries_is_counted() -> None:
    view = sending(hundred(sent=50, deferred=4, failed=3, unknown=2, queued=40, sending=1))
    assert (view.sent, view.total) == ("50", "/ 100名")
    assert view.counts == (
        Count("ok", "送信済み", "50"),
        Count("rest", "順番待ち", "41"),
        Count("wait", "再送待ち", "4"),
        Count("stop", "届かなかった", "3"),
        Count("stop", "不明", "2"),
    )


def test_what_was_sent_is_counted_even_when_it_is_nothing() -> None:
    assert sending(hundred()).counts == (
        Count("ok", "送信済み", "0"),
        Count("rest", "順番待ち", "100"),
    )


def test_more_deliveries_than_the_list_had_are_the_total() -> None:
    view = sending(hundred(sent=90, failed=20))
    assert (view.total, view.counts[1].name) == ("/ 110名", "届かなかった")


@pytest.mark.parametrize(
    "counts, done, failed",
    [
        ({}, "0.0", "0.0"),
        ({"sent": 50}, "50.0", "0.0"),
        ({"sent": 100}, "100.0", "0.0"),
        ({"sent": 50, "failed": 10}, "50.0", "10.0"),
        ({"sent": 50, "failed": 5, "unknown": 5}, "50.0", "10.0"),
        pytest.param({"sent": 99_999, "failed": 1}, "99.4", "0.6", id="a single failure can be seen"),
    ],
)
def test_the_bar_shows_what_was_sent_and_what_failed(counts: dict[str, int], done: str, failed: str) -> None:
    view = sending(hundred(**counts))
    assert (view.done, view.failed) == (done, failed)


def test_a_letter_to_nobody_has_an_empty_bar() -> None:
    nobody = in_state("sending", audience=replace(AUDIENCE, count=0), counts={})
    nobody = replace(nobody, notice=replace(nobody.notice, recipients=0))
    assert (sending(nobody).done, quarter(nobody)) == ("0.0", "")


@pytest.mark.parametrize(
    "sent, after, as_of",
    [
        pytest.param(0, 40, "02:17 現在", id="nothing was sent yet"),
        pytest.param(50, 40, "02:17 現在、あと約40秒。", id="half of it in forty seconds"),
        pytest.param(99, 40, "02:17 現在、あと約10秒。", id="never less than ten seconds"),
        pytest.param(25, 39, "02:17 現在、あと約2分。", id="from two minutes on in minutes"),
        pytest.param(20, 31, "02:17 現在、あと約2分。", id="120 seconds are two minutes"),
        pytest.param(10, 40, "02:17 現在、あと約6分。", id="six minutes"),
        pytest.param(10, 41, "02:17 現在、あと約7分。", id="a minute that has begun counts"),
        pytest.param(100, 40, "02:17 現在", id="everything was sent"),
    ],
)
def test_the_end_is_estimated_by_the_speed_so_far(sent: int, after: int, as_of: str) -> None:
    data = hundred(sent=sent)
    begun = replace(data.notice, sending_at=data.now - timedelta(seconds=after))
    assert sending(replace(data, notice=begun)).as_of == as_of


@pytest.mark.parametrize("after, estimated", [(2.9, False), (3, True)])
def test_too_short_a_sample_says_nothing(after: float, estimated: bool) -> None:
    data = hundred(sent=10)
    begun = replace(data.notice, sending_at=data.now - timedelta(seconds=after))
    assert ("あと約" in sending(replace(data, notice=begun)).as_of) is estimated


def test_a_stopped_sending_has_no_end() -> None:
    assert sending(hundred("stopped", sent=50)).as_of == "02:17 現在"
    assert not any("見込み" in line.text for line in to_come(hundred("stopped", sent=50)))


@pytest.mark.parametrize(
    "sent, words",
    [
        (24, ""),
        (25, "100名のうち25名以上に送信済みです"),
        (49, "100名のうち25名以上に送信済みです"),
        (50, "100名のうち50名以上に送信済みです"),
        (75, "100名のうち75名以上に送信済みです"),
        (100, "100名のうち75名以上に送信済みです"),
    ],
)
def test_a_screen_reader_hears_each_quarter_once(sent: int, words: str) -> None:
    assert quarter(hundred(sent=sent)) == words


def test_a_quarter_that_is_no_whole_number_is_rounded_to_what_is_true() -> None:
    data = in_state("sending", counts={"sent": 2}, audience=replace(AUDIENCE, count=7))
    seven = replace(data, notice=replace(data.notice, recipients=7))
    assert quarter(seven) == "7名のうち2名以上に送信済みです"


# What came before


def lines(moments: tuple[Moment, ...]) -> list[tuple[str, str]]:
    return [(moment.clock, moment.text + moment.strong) for moment in moments]


def test_a_first_report_is_told_from_its_detection_to_its_end() -> None:
    assert lines(milestones(in_state("sent"))) == [
        ("02:10", "異常を検知"),
        ("02:16", "丸山さんが版1を承認"),
        ("02:16", "送信開始。検知から6分40秒。"),
        ("02:18", "送信終了"),
    ]
    assert milestones(in_state("sent"))[0].at == RECEIVED.isoformat()


def test_a_letter_that_began_with_no_alert_has_no_detection() -> None:
    texts = [line.text for line in milestones(in_state("recovery sent, cause owed"))]
    assert texts == ["丸山さんが版1を承認", "送信開始。", "送信終了"]


@pytest.mark.parametrize(
    "accepted, clock, took",
    [
        (at(3, 22, 5), "03:22", "検知から1時間12分。"),
        pytest.param(None, "02:16", "", id="the mail server has taken none yet"),
    ],
)
def test_the_clock_from_detection_stops_when_the_mail_server_took_the_first_mail(
    accepted: datetime | None, clock: str, took: str
) -> None:
    waited = replace(DECIDED["sent"]["notice"], first_accept_at=accepted, finished_at=at(3, 24))
    data = in_state("sent", notice=waited, now=at(3, 25))
    assert after_detection(data) == took
    assert (clock, f"送信開始。{took}") in lines(milestones(data))


def test_a_sending_that_goes_on_has_not_finished() -> None:
    ended = replace(DECIDED["stopped"]["notice"], finished_at=at(2, 18))
    assert not any("終了" in text for _, text in lines(milestones(in_state("stopped", notice=ended))))


# What is still to come


def test_the_next_draft_and_the_next_promise_are_told_ahead() -> None:
    assert lines(to_come(in_state("sent"))) == [
        ("03:00", "続報の下書きを丸山さんに届けます"),
        ("03:10", "お客様に約束した次回のご報告"),
    ]


def test_the_end_of_the_sending_comes_first() -> None:
    assert lines(to_come(in_state("sending")))[0] == ("02:17", "全員への送信が終わる見込み")


def test_what_comes_next_is_the_time_that_customers_read() -> None:
    told = version(facts(promise_at=at(3, 7, 20)))
    assert [clock for clock, _ in lines(to_come(in_state("sent", version=told)))] == ["02:57", "03:10"]


@pytest.mark.parametrize("state, promised", [("open", True), ("settling", True), ("recovered", False)])
def test_a_promise_is_told_while_the_disturbance_goes_on(state: Any, promised: bool) -> None:
    incident = replace(in_state("sent").incident, state=state)
    assert bool(to_come(in_state("sent", incident=incident))) is promised


def test_an_owed_report_of_the_cause_is_to_come() -> None:
    assert lines(to_come(in_state("recovery sent, cause owed"))) == [
        ("12月1日(火) 10:00", "最終報の下書きを丸山さんに届けます"),
        ("12月1日(火)", "お客様に約束した原因の報告"),
    ]


@pytest.mark.parametrize(
    "final_at",
    [
        pytest.param(None, id="it was reported meanwhile"),
        pytest.param(at(10, 0) + timedelta(days=8), id="another letter promised another day"),
    ],
)
def test_a_cause_that_this_letter_does_not_owe_is_not_to_come(final_at: datetime | None) -> None:
    told = replace(DECIDED["recovery sent, cause owed"]["incident"], final_at=final_at)
    assert to_come(in_state("recovery sent, cause owed", incident=told)) == ()
