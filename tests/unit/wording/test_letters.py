"""What the check knows from outside the text: clock, promise, links, names, bilingual letters."""

from dataclasses import replace
from datetime import UTC, datetime

from bridge.wording import Context, Finding, check
from tests.unit.wording.cases import EXAMPLES

CLEAN = next(case for case in EXAMPLES if case.id == "L307")


def findings(body: str, context: Context = CLEAN.context) -> list[Finding]:
    return list(check(replace(CLEAN.letter, body=body), context))


def test_a_passed_promise_is_offered_the_new_time_on_the_letters_own_clock() -> None:
    late = replace(
        CLEAN.context,
        now=datetime(2026, 11, 24, 2, 30, tzinfo=UTC),
        promise=datetime(2026, 11, 24, 3, 30, tzinfo=UTC),
    )
    (finding,) = findings(CLEAN.letter.body, late)
    assert (finding.rule, finding.text) == ("DAT-07", "11月24日(火)11時00分")
    assert finding.replacement == "11月24日(火)12時30分"


def test_a_time_after_midnight_without_a_date_is_tomorrow() -> None:
    night = replace(CLEAN.context, now=datetime(2026, 11, 24, 14, 50, tzinfo=UTC))
    assert findings(CLEAN.letter.body.replace("11月24日(火)11時00分頃", "0時30分頃"), night) == []


def test_only_the_services_own_links_are_allowed_where_they_are_known() -> None:
    body = CLEAN.letter.body.replace("進展が", "https://status.example.jp/incidents/1\n進展が")
    assert findings(body) == []
    assert findings(body, replace(CLEAN.context, public_urls=("https://status.example.jp/",))) == []
    (stray,) = findings(body, replace(CLEAN.context, public_urls=()))
    assert (stray.rule, stray.text) == ("LEK-05", "https://status.example.jp/incidents/1")


def test_a_short_name_is_enough_in_the_subject() -> None:
    long_name = replace(CLEAN.context, service="ミナトクラウド エンタープライズ版")
    assert {f.rule for f in check(CLEAN.letter, long_name)} == {"SUB-04"}
    assert check(CLEAN.letter, replace(long_name, short_name="ミナトクラウド")) == ()


def test_unwrapped_letters_may_have_long_lines() -> None:
    body = CLEAN.letter.body.replace("おり、\n", "おり、")
    assert [finding.rule for finding in findings(body)] == ["CHR-09"]
    assert findings(body, replace(CLEAN.context, wrapped=False)) == []


def test_the_english_half_of_a_bilingual_letter_does_not_disturb_the_japanese_one() -> None:
    english = "\n(English follows)\n\nStarted: about 10:05 JST on Tuesday, 24 November 2026\nNext report: 11:00 JST\n"
    assert findings(CLEAN.letter.body + english) == []
    assert findings(CLEAN.letter.body.replace("━", english + "━", 1)) == []


def test_carriage_returns_of_a_web_form_change_nothing() -> None:
    assert findings(CLEAN.letter.body.replace("\n", "\r\n")) == []
