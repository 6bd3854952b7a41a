"""Every labelled case, and what that says about each family."""

from collections import Counter

import pytest

from bridge.wording import all_rules
from tests.unit.wording.cases import EXAMPLES, MORE, Case

SEVERITY = {rule.id: rule.severity for rule in all_rules()}
FAMILIES = sorted({rule.id.partition("-")[0] for rule in all_rules() if not rule.id.startswith("EN")})


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in [*EXAMPLES, *MORE]])
def test_a_labelled_text_gets_its_findings_and_no_other(case: Case) -> None:
    found = {finding.rule for finding in case.findings}
    assert found - case.optional == case.expected - (case.optional - found)


def test_no_example_gets_a_false_error() -> None:
    false = [
        (case.id, finding.rule, finding.text)
        for case in [*EXAMPLES, *MORE]
        for finding in case.findings
        if finding.severity == "error" and finding.rule not in case.expected | case.optional
    ]
    assert false == []


def test_report_precision_and_recall_by_family(capsys: pytest.CaptureFixture[str]) -> None:
    results = [(case, {finding.rule for finding in case.findings}) for case in EXAMPLES + MORE]
    scores = {family: score(results, family) for family in FAMILIES}
    with capsys.disabled():
        print("\nfamily  right  false  missed  precision  recall")
        for family, (right, false, missed) in scores.items():
            print(
                f"{family:6}  {right:5}  {false:5}  {missed:6}  {right / (right + false):9.2f}"
                f"  {right / (right + missed):6.2f}"
            )
    assert all(right > 0 and false == missed == 0 for right, false, missed in scores.values())


def score(results: list[tuple[Case, set[str]]], family: str) -> tuple[int, int, int]:
    """(right, false, missed) over rules of one family; a rule counts once a text."""
    totals: Counter[str] = Counter()
    for case, rules in results:
        found = {rule for rule in rules if rule.startswith(family + "-")}
        wanted = {rule for rule in case.expected if rule.startswith(family + "-")}
        totals["right"] += len(found & wanted)
        totals["false"] += len(found - wanted - case.optional)
        totals["missed"] += len(wanted - found)
    return totals["right"], totals["false"], totals["missed"]


def test_every_rule_has_a_text_that_it_finds_and_near_ones_that_it_does_not() -> None:
    found = Counter(rule for case in [*EXAMPLES, *MORE] for rule in case.expected)
    assert [rule.id for rule in all_rules() if not rule.id.startswith("EN") and not found[rule.id]] == []
    assert sum(not case.expected for case in MORE) > 200
