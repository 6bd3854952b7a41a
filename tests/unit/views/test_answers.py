"""The page with the questions of a recovery or final report."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bridge.core.facts import Answers
from bridge.core.model import LeftOut
from bridge.core.next_notice import WrongDay
from bridge.core.values import Locale
from bridge.web.views.answers import answers, asks
from tests.web.samples import ASKING, DECIDED, EVERY, OPEN, at, in_state, notice

ASKED = ASKING["recovery"]


@pytest.mark.parametrize("state", EVERY)
def test_the_page_asks_until_somebody_has_answered(state: str) -> None:
    asked = ("recovery", "recovery, ended by hand", "recovery, still firing", "recovery, one kept out")
    assert asks(in_state(state)) is (state in asked)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"notice": OPEN["update"]["notice"]}, id="a kind that asks for news"),
        pytest.param({"version": replace(ASKED["version"], edited_by="sato")}, id="somebody edited it"),
        pytest.param({"notice": DECIDED["recovery sent, cause owed"]["notice"]}, id="it was sent"),
        pytest.param(
            {"version": OPEN["recovery, cause known"]["version"], "earlier": ()}, id="the cause is known"
        ),
        pytest.param(
            {"notice": notice("recovery", approvals=OPEN["second person"]["notice"].approvals, version=2)},
            id="this person has approved it",
        ),
    ],
)
def test_the_page_does_not_ask_when(changes: dict[str, Any]) -> None:
    assert not asks(in_state("recovery", **changes))


def test_the_honest_defaults_are_chosen() -> None:
    view = answers(in_state("recovery"), {})
    assert (view.title, view.heading) == ("復旧を知らせる: みどりショップ 復旧報告", "復旧を知らせる")
    assert not view.cause_known
    assert view.cause_note == "12月1日(火)までに報告すると約束します"
    assert (view.cause_by, view.first_day) == ("2026-12-01", "2026-11-24")
    assert (view.answers.cause, view.answers.remedy, view.wrong) == ("", "", None)


def test_the_answers_so_far_are_filled_in() -> None:
    view = answers(in_state("recovery, cause known"), {})
    assert view.cause_known
    assert view.answers.cause == "設定の誤りによるものでした。"
    assert view.answers.remedy == "設定を元に戻しました。"


@pytest.mark.parametrize(
    "late, day",
    [
        pytest.param(timedelta(), "2026-12-01", id="the promised day"),
        pytest.param(timedelta(days=7), "2026-12-01", id="that day itself"),
        pytest.param(timedelta(days=8), "2026-12-09", id="it is over: five working days from today"),
    ],
)
def test_the_questions_never_propose_a_day_that_is_over(late: timedelta, day: str) -> None:
    assert answers(in_state("recovery", now=ASKED["now"] + late), {}).cause_by == day


def test_without_a_promise_five_working_days_are_proposed() -> None:
    told = in_state("recovery").facts.model_copy(update={"answers": Answers()})
    version = replace(ASKED["version"], facts=told.to_dict())
    assert answers(in_state("recovery", version=version), {}).cause_by == "2026-12-01"


def test_today_is_the_day_where_the_service_is() -> None:
    assert answers(in_state("recovery", now=at(0, 5, day=25)), {}).first_day == "2026-11-25"


@pytest.mark.parametrize(
    "wrong, lang, start", [("day_over", "ja", "エラー: "), ("not_a_day", "en", "Error: ")]
)
def test_what_was_given_with_a_wrong_day_comes_back(wrong: WrongDay, lang: Locale, start: str) -> None:
    given = {"cause_by": "2020-01-01", "remedy": "証明書を更新しました。", "cause": ""}
    view = answers(in_state("recovery", lang), given, wrong)
    assert view.title.startswith(start)
    assert not view.heading.startswith(start)
    assert (view.cause_by, view.wrong, view.cause_known) == ("2020-01-01", wrong, False)
    assert view.answers.remedy == "証明書を更新しました。"


def test_a_wrong_day_opens_the_cause_although_one_was_given() -> None:
    assert not answers(in_state("recovery"), {"cause": "設定の誤り"}, "day_over").cause_known
    assert answers(in_state("recovery"), {"cause": "設定の誤り"}).cause_known


# How the disturbance ended


@pytest.mark.parametrize(
    "state, lang, lead, firing",
    [
        (
            "recovery",
            "ja",
            "3時32分にアラートがすべて止まり、15分続いています。障害は約1時間22分間でした。",
            "",
        ),
        (
            "recovery",
            "en",
            "Every alert ended at 03:32, 15 min ago. The disturbance lasted about 1 hour 22 minutes.",
            "",
        ),
        (
            "recovery, ended by hand",
            "ja",
            "3時32分に丸山さんが復旧としました。障害は約1時間22分間でした。",
            "復旧としたとき、アラートが1件続いていました",
        ),
        (
            "recovery, still firing",
            "ja",
            "3時32分にアラートがすべて止まり、15分続いています。障害は約1時間22分間でした。",
            "アラートが1件続いています(LoginErrors)",
        ),
    ],
)
def test_the_page_begins_with_how_the_disturbance_ended(
    state: str, lang: Locale, lead: str, firing: str
) -> None:
    view = answers(in_state(state, lang), {})
    assert (view.lead, view.firing) == (lead, firing)


def test_an_end_of_just_now_does_not_last_for_zero_minutes() -> None:
    view = answers(in_state("recovery", now=at(3, 32, 40)), {})
    assert view.lead == "3時32分にアラートがすべて止まりました。障害は約1時間22分間でした。"


def test_an_alert_that_was_kept_out_is_said_before_all_is_called_over() -> None:
    warning = LeftOut("LoginErrors", "severity", "warning", at(3, 46))
    (told,) = answers(in_state("recovery", left_out=(warning,)), {}).left_out
    assert told == (
        "LoginErrors(severityがwarning)は、この障害のアラートに数えていません。03:46 にも受け取りました。"
        "続いていないか確かめてください。"
    )
    assert answers(in_state("recovery"), {}).left_out == ()


def test_an_end_that_no_alert_outlived_ended_by_itself() -> None:
    quiet = replace(ASKED["incident"], ended_by="maruyama", firing_at_end=0)
    view = answers(in_state("recovery", incident=quiet), {})
    assert view.lead.startswith("3時32分にアラートがすべて止まり")
    assert view.firing == ""


def test_an_end_by_hand_is_told_only_where_the_letter_tells_that_end() -> None:
    later = replace(in_state("recovery, ended by hand").incident, resolved_at=at(3, 40))
    assert answers(in_state("recovery, ended by hand", incident=later), {}).lead.startswith(
        "3時32分にアラートが"
    )


def test_a_letter_without_an_end_has_no_lead() -> None:
    told = in_state("recovery").facts.model_copy(update={"recovered_at": None})
    version = replace(ASKED["version"], facts=told.to_dict())
    assert answers(in_state("recovery", version=version), {}).lead == ""


# A final report


def final(**changes: Any) -> Any:
    return in_state("recovery", notice=notice("final", base_at=at(3, 37), due_at=at(3, 52)), **changes)


def test_a_final_report_asks_for_the_cause_and_tells_no_recovery() -> None:
    view = answers(final(), {})
    assert view.heading == "原因と再発防止策を知らせる"
    assert (view.lead, view.not_recovered, view.cause_known) == ("", "", True)


def test_a_recovery_report_can_be_said_to_be_too_early() -> None:
    view = answers(in_state("recovery"), {})
    assert view.not_recovered == "?do=not_recovered#not_recovered"
    assert view.dismiss == "?do=dismiss#dismiss"
    assert view.sheets.acknowledge


@pytest.mark.parametrize("minute, late", [(51, False), (52, True), (53, True)])
def test_the_deadline_is_shown_once_it_has_passed(minute: int, late: bool) -> None:
    assert (answers(in_state("recovery", now=at(3, minute)), {}).late is not None) is late


def test_the_first_day_is_one_that_a_date_field_takes() -> None:
    assert date.fromisoformat(answers(in_state("recovery"), {}).first_day)
