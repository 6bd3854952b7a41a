"""The table of rules: every rule by its own good and bad example, and how many rules there are."""

from collections import Counter
from typing import Any

import pytest

from bridge.wording import Context, Letter, Rule, all_rules, check
from tests.unit.wording.cases import NOW

KNOWN: dict[str, dict[str, Any]] = {
    "LEK-06": {"staff": ("佐藤",)},
    "LEK-08": {"other_customers": ("みどり商事株式会社",)},
    "CHR-10": {"charset": "iso2022_jp"},
    "REL-04": {"service": "みどりショップ", "services": ("みどりショップ", "あおば予約")},
}
TEXT_RULES = [pytest.param(rule, id=rule.id) for rule in all_rules() if rule.scope == "text"]
FAMILIES = dict(
    zip(
        [
            "EXP",
            "SPC",
            "MIN",
            "BLM",
            "PLH",
            "SUB",
            "NUM",
            "FLD",
            "LEK",
            "HON",
            "CHR",
            "DAT",
            "TON",
            "LAW",
            "MAL",
            "REL",
            "APO",
            "TYP",
        ],
        (5, 8, 4, 4, 7, 6, 2, 16, 10, 12, 12, 12, 7, 3, 5, 4, 5, 3),
        strict=True,
    )
)


def rules_found(rule: Rule, text: str) -> set[str]:
    kind = min(rule.kinds, default="recovery")
    locale = "ja" if "ja" in rule.locales else "en"
    context = Context(**{"now": NOW, **KNOWN.get(rule.id, {})})
    return {finding.rule for finding in check(Letter(kind, "", text, locale), context, "sentence")}


@pytest.mark.parametrize("rule", TEXT_RULES)
def test_the_rule_finds_its_bad_example(rule: Rule) -> None:
    assert rule.id in rules_found(rule, rule.bad)


@pytest.mark.parametrize("rule", TEXT_RULES)
def test_no_rule_finds_anything_in_a_good_example(rule: Rule) -> None:
    assert rules_found(rule, rule.good) == set()


# What the examples of other scopes are examples of: a kind, a subject, facts of the letter.
GIVEN: dict[str, dict[str, Any]] = {
    "SUB-02": {"kind": "first"},
    "SUB-03": {"kind": "first"},
    "SUB-04": {"kind": "first", "service": "みどりショップ"},
    "SUB-05": {"subject": "【重要】【復旧報告】みどりショップ 接続障害復旧のお知らせ"},
    "NUM-01": {"kind": "update", "report_no": 2},
    "FLD-06": {"service": "support@example.jp"},
}
WHOLE_RULES = [
    pytest.param(rule, id=rule.id) for rule in all_rules() if rule.scope in ("subject", "body", "full")
]


def finds(rule: Rule, text: str) -> bool:
    """Whether the rule finds something in an example of a whole subject, body or letter."""
    facts = {"now": NOW, "kind": min(rule.kinds, default="recovery"), "subject": "", **GIVEN.get(rule.id, {})}
    kind, subject = facts.pop("kind"), facts.pop("subject")
    locale = "ja" if "ja" in rule.locales else "en"
    letter = Letter(kind, text if rule.scope == "subject" else subject, text, locale)
    return rule.id in {finding.rule for finding in check(letter, Context(**facts))}


@pytest.mark.parametrize("rule", WHOLE_RULES)
def test_a_rule_about_a_whole_subject_or_body_finds_its_bad_example_and_not_its_good_one(rule: Rule) -> None:
    assert finds(rule, rule.bad)
    assert not finds(rule, rule.good)


def test_the_rule_about_several_recipients_is_the_only_one_whose_examples_are_not_text() -> None:
    assert [rule.id for rule in all_rules() if rule.scope == "mail"] == ["MAL-01"]
    one, three = ("a@example.com",), ("a@example.com", "b@example.com", "c@example.jp")
    for to, found in ((one, set()), (three, {"MAL-01"})):
        context = Context(to=to, domains=("example.jp",))
        assert {finding.rule for finding in check(Letter("first", "", ""), context, "sentence")} == found


def test_a_charset_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LookupError):
        check(Letter("first", "", "本文"), Context(charset="utf-9"))


def test_there_are_a_hundred_and_twenty_five_rules_for_japanese_letters() -> None:
    japanese = [rule for rule in all_rules() if not rule.id.startswith("EN-")]
    assert Counter(rule.id.partition("-")[0] for rule in japanese) == FAMILIES
    assert Counter(rule.severity for rule in japanese) == {"error": 64, "warning": 60, "info": 1}
    assert len({rule.id for rule in all_rules()}) == len(all_rules())


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in all_rules()])
def test_every_rule_says_why_in_both_languages_in_a_short_line(rule: Rule) -> None:
    assert rule.why.endswith("。")
    assert rule.why_en.endswith(".")
    assert len(rule.why) <= 60
    assert len(rule.why_en) <= 110


def test_the_unknown_kind_is_read_by_the_rules_for_all() -> None:
    assert all(
        rule.reads("postmortem", "ja") for rule in all_rules() if not rule.kinds and "ja" in rule.locales
    )
    assert not any(rule.reads("postmortem", "ja") for rule in all_rules() if rule.kinds)


def test_a_rule_reads_the_language_of_its_folder_and_a_shared_one_reads_every_language() -> None:
    assert {rule.locales for rule in all_rules() if rule.id.startswith("EN-")} == {frozenset({"en"})}
    shared = {"LEK": 10, "CHR": 7, "PLH": 3, "MAL": 4, "REL": 1}
    assert Counter(rule.id.partition("-")[0] for rule in all_rules() if len(rule.locales) == 2) == shared
