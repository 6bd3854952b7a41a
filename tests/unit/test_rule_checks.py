"""`bridge check` finds rules that can be loaded and yet do not mean what they say."""

import copy
import json
from typing import Any

import pytest

from bridge.cli.rule_checks import check_rules
from bridge.config import loads
from bridge.config.document import dotted
from tests.parts.midori import ESCALATION, PEOPLE, SHOP
from tests.stages.samples import CONFIG, FILE


def found(**changes: Any) -> dict[str, str]:
    """The findings of the sample configuration with these sections, by place."""
    tree = {**CONFIG, "services": {"shop": {**SHOP, "match": ['service="shop"']}}, **changes}
    config = loads(json.dumps(tree, ensure_ascii=False), FILE, {})
    return {dotted(place): what for place, what in check_rules(config)}


def shop(**changes: Any) -> dict[str, Any]:
    return {"shop": {**SHOP, "match": ['service="shop"'], **changes}}


def test_the_sample_has_none() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    "changes, place, words",
    [
        pytest.param(
            {"services": {**shop(), "point": {**SHOP, "match": ['service="shop"']}}},
            "services.point.match", "the same as of shop", id="two services with one matcher",
        ),
        pytest.param(
            {"services": shop(match=['service=~".*"'])},
            "services.shop.match[0]", "holds for every alert", id="a matcher that holds for everything",
        ),
        pytest.param(
            {"services": shop(match=["service=“shop”"])},
            "services.shop.match[0]", "typographic quotes", id="typographic quotes",
        ),
        pytest.param(
            {"services": shop(policy={"first_report_within": "12m"})},
            "escalations.shop.remind_at", "13m is after the deadline of shop, first_report_within: 12m",
            id="a ring after the deadline",
        ),
        pytest.param(
            {"services": shop(policy={"update_ring_before": "30m"})},
            "services.shop.policy", "update_ring_before (30m) is not shorter than update_every (30m)",
            id="an update that rings at once",
        ),
        pytest.param(
            {"people": {**PEOPLE, "tanaka": {"name": "田中", "email": "tanaka@example.jp"}}},
            "people.tanaka", "nobody rings this person", id="a person whom nobody rings",
        ),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_mean_what_it_says_is_found(
    changes: dict[str, Any], place: str, words: str
) -> None:
    findings = found(**changes)
    assert list(findings) == [place]
    assert words in findings[place]


def test_a_condition_that_two_services_share_in_part_is_no_finding() -> None:
    both = {**shop(), "point": {**SHOP, "match": ['service="shop"', 'alertname="PointErrors"']}}
    assert found(services=both) == {}


def test_rings_up_to_the_deadline_are_in_order() -> None:
    escalation = {**copy.deepcopy(ESCALATION), "remind_at": ["0m", "15m"]}
    assert found(escalations={"shop": escalation}) == {}
