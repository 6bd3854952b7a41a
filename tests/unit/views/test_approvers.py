"""The banner of a page: who must approve, and who already has."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.model import Approval
from bridge.web.views.approvers import decided_banner, is_second, needs_two, open_banner, second_waits
from tests.web.samples import DECIDED, OPEN, PEOPLE, approved, at, in_state, notice

SATO = {"person": PEOPLE["sato"]}


@pytest.mark.parametrize(
    "state, changes, banner",
    [
        ("open", {}, ""),
        ("second person", {}, "丸山さんが 02:16 に版2を承認しました。あなたの承認で送信されます。"),
        ("second person, first waits", {}, ""),
        ("second person, editor", {}, "版2はあなたが編集しました。別の人の承認が必要です。"),
        ("second person, editor", {"person": PEOPLE["maruyama"]}, "この手紙には2人の承認が必要です。"),
        ("recovery", {}, ""),
    ],
)
def test_an_open_notice_says_whose_approval_it_needs(
    state: str, changes: dict[str, Any], banner: str
) -> None:
    assert open_banner(in_state(state, **changes)) == banner


OVER = "アラートは 02:14 にすべて止まりました。発生と復旧を1通で伝えるか、送らないかを選べます。"


def test_a_disturbance_that_was_over_before_anyone_approved_is_said_to_be() -> None:
    assert open_banner(in_state("ended before anyone approved")) == OVER


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"firing": 1}, id="one alert still fires"),
        pytest.param({"incident": in_state("open").incident}, id="it never ended"),
        pytest.param({"notice": notice("individual")}, id="the notice did not begin with the detection"),
        pytest.param({"service": OPEN["second person, editor"]["service"]}, id="two people must approve"),
    ],
)
def test_a_disturbance_is_not_called_over_while(changes: dict[str, Any]) -> None:
    assert OVER not in open_banner(in_state("ended before anyone approved", **changes))


@pytest.mark.parametrize(
    "state, changes, banner",
    [
        ("sending", {}, ""),
        ("by another", {}, "丸山さんが 02:16 に承認しました。あなたの操作は不要です。"),
        (
            "sending",
            {"notice": replace(DECIDED["sending"]["notice"], approved_by="policy", approvals=())},
            "期限の 02:16 に、設定により自動で送信しました。",
        ),
        ("dismissed", {}, ""),
        ("stopped", {}, ""),
        ("stopped, list changed", {}, ""),
        ("stopped, list changed, two people", {}, "この手紙には2人の承認が必要です。"),
        ("stopped, first of two waits", {}, ""),
        ("stopped, second person", {}, "丸山さんが 02:18 に版1を承認しました。あなたの承認で送信されます。"),
    ],
)
def test_a_decided_notice_says_who_decided(state: str, changes: dict[str, Any], banner: str) -> None:
    assert decided_banner(in_state(state, **changes)) == banner


def test_both_approvers_of_two_need_not_be_told() -> None:
    both = approved(
        approvals=(Approval("sato", 1, at(2, 15)), Approval("maruyama", 1, at(2, 16))), approved_by="maruyama"
    )
    assert decided_banner(in_state("hold", notice=both, **SATO)) == ""


def test_the_newest_approval_of_this_version_is_the_one_that_is_named() -> None:
    twice = (
        Approval("maruyama", 1, at(2, 11)),
        Approval("maruyama", 2, at(2, 16)),
        Approval("sato", 1, at(2, 17)),
    )
    waits = notice(version=2, state="awaiting_second", approvals=twice)
    data = in_state("second person", notice=waits)
    assert open_banner(data) == "丸山さんが 02:16 に版2を承認しました。あなたの承認で送信されます。"


def test_the_first_of_two_reads_who_is_asked_now() -> None:
    data = in_state("second person, first waits")
    assert second_waits(data) == "あと1人の承認が必要です。佐藤さんを呼び出しています。"
    alone = data.escalation.model_copy(update={"steps": data.escalation.steps[:1]})
    assert second_waits(replace(data, escalation=alone)) == "あと1人の承認が必要です。"


@pytest.mark.parametrize(
    "state, second, two",
    [
        ("stopped, list changed", False, False),
        ("stopped, list changed, two people", False, True),
        ("stopped, text changed, two people", False, True),
        ("stopped, second person", True, False),
    ],
)
def test_a_stopped_letter_knows_whether_it_needs_one_more_or_two(state: str, second: bool, two: bool) -> None:
    data = in_state(state)
    assert (is_second(data), needs_two(data)) == (second, two)


def test_a_list_that_changed_again_needs_two_people_again() -> None:
    data = in_state("stopped, second person")
    again = replace(
        data, audience=replace(data.audience, digest="d3"), service=in_state("second person").service
    )
    assert (is_second(again), needs_two(again)) == (False, True)
