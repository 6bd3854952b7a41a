"""Which alerts fire and which have ended: the list that a page folds, and the note before all is called over."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.core.model import LeftOut
from bridge.web.views.alerts import AlertLine, alert_list, left_out, still_firing, warns_of_left_out
from tests.web.samples import FIRES, OVER, at, in_state

STORM = replace(OVER, name="ItemErrors", count=1_000, since=at(2, 4), until=at(3, 20))


def test_what_fires_and_what_has_ended_is_listed_with_times_and_source() -> None:
    told = alert_list(in_state("open", alerts=(FIRES, STORM), firing=1, alert_count=1_001))
    assert told is not None
    assert told.title == "アラート(続いている 1件、止まった 1,000件)"
    assert told.firing == (AlertLine("LoginErrors", "02:10 から。alertmanager より"),)
    assert told.ended == (AlertLine("ItemErrors(1,000件)", "02:04 から 03:20 まで。alertmanager より"),)
    assert told.more == ""


def test_the_list_is_told_in_english() -> None:
    told = alert_list(in_state("open", "en", alerts=(FIRES, STORM), firing=1, alert_count=1_001))
    assert told is not None
    assert told.title == "Alerts (1 firing, 1,000 ended)"
    assert [line.told for line in (*told.firing, *told.ended)] == [
        "since 02:10, from alertmanager",
        "02:04 to 03:20, from alertmanager",
    ]


def test_what_is_not_listed_is_counted() -> None:
    told = alert_list(in_state("open", alerts=(FIRES, STORM), firing=4, alert_count=1_234))
    assert told is not None
    assert (told.title, told.more) == ("アラート(続いている 4件、止まった 1,230件)", "ほか233件")


def test_an_end_by_hand_is_not_told_as_the_sources_own() -> None:
    told = alert_list(in_state("open", alerts=(replace(OVER, by_hand=True, name=""),), firing=0))
    assert told is not None
    (line,) = told.ended
    assert line.name == "名前のないアラート"
    assert line.told == (
        "02:10 から。03:32 に手で復旧としました。alertmanager からは、止まったと聞いていません。"
    )


def test_an_end_that_nobody_measured_is_told_beside_the_alert_that_counts_as_firing() -> None:
    told = alert_list(in_state("open", alerts=(replace(FIRES, end_note="MissingSeries"),), firing=1))
    assert told is not None
    (line,) = told.firing
    assert line.told.endswith(
        "alertmanager からは終わりが届きましたが、測って確かめたものではありません(MissingSeries)。"
        "続いているものとして扱っています。"
    )


def test_without_alerts_there_is_no_list() -> None:
    assert alert_list(in_state("open", alerts=())) is None


@pytest.mark.parametrize(
    "changes, words",
    [
        ({}, "アラートが1件続いています(LoginErrors)"),
        (
            {"alerts": (FIRES, replace(FIRES, name="ItemErrors")), "firing": 7},
            "アラートが7件続いています(LoginErrors ほか)",
        ),
        ({"alerts": (replace(FIRES, name=""),)}, "アラートが1件続いています"),
        ({"alerts": (OVER,), "firing": 0}, ""),
    ],
)
def test_what_still_fires_is_named(changes: dict[str, Any], words: str) -> None:
    assert still_firing(in_state("recovery, still firing", **changes)) == words


WARNING = LeftOut("LoginErrors", "severity", "warning", at(3, 46))
BARE = LeftOut("LoginErrors", "severity", "", at(3, 46))


def test_what_was_kept_out_says_by_which_label() -> None:
    bare, warning = left_out(in_state("recovery", "en", left_out=(BARE, WARNING)))
    assert warning.startswith("LoginErrors (severity is warning) is not counted in this incident.")
    assert bare.startswith("LoginErrors (without severity) is not counted in this incident.")
    assert "last received at 03:46" in bare


def test_only_a_letter_that_says_all_is_over_warns_of_it() -> None:
    assert len(warns_of_left_out(in_state("recovery", left_out=(WARNING,)))) == 1
    assert warns_of_left_out(in_state("open", left_out=(WARNING,))) == ()
    listed = alert_list(in_state("open", left_out=(WARNING,)))
    assert listed is not None
    assert len(listed.left_out) == 1
