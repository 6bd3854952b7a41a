"""What the page says became known after a person edited the letter."""

import pytest

from bridge.core.facts import Facts, build
from bridge.core.model import Alert
from bridge.core.values import Locale
from bridge.letters.fact_diff import news
from tests.unit.midori import FIRED, RECEIVED, alert, ended, incident, minutes, service


def facts(*alerts: Alert, after: float = 0) -> Facts:
    drafted = RECEIVED + minutes(after)
    return build(
        service(), incident(), alerts, "first", drafted_at=drafted, promise_at=drafted + minutes(60), number=1
    )


OLD = facts(alert())
PAYMENT = alert("PaymentErrors")
BEFORE = alert("PaymentErrors", starts_at=FIRED - minutes(10))


@pytest.mark.parametrize(
    "new, labels",
    [
        pytest.param(facts(alert(), after=5), [], id="a later promise alone"),
        pytest.param(facts(alert(), PAYMENT), ["影響範囲"], id="more is affected"),
        pytest.param(facts(alert(), BEFORE), ["発生日時", "影響範囲"], id="more, and since earlier"),
        pytest.param(facts(ended()), ["復旧日時"], id="it ended"),
        pytest.param(facts(ended(), PAYMENT), ["影響範囲", "復旧を確認した範囲"], id="a part works again"),
    ],
)
def test_each_changed_fact_is_named_as_the_letter_names_it(new: Facts, labels: list[str]) -> None:
    assert [difference.label for difference in news(OLD, new, "ja")] == labels


def test_once_all_has_recovered_no_part_of_it_is_said_to_be_none() -> None:
    part, whole = facts(ended(), PAYMENT), facts(ended(), ended("PaymentErrors"))
    assert part.recovered_impacts
    assert [difference.label for difference in news(part, whole, "ja")] == ["復旧日時", "影響範囲"]


@pytest.mark.parametrize(
    "locale, old, new",
    [
        ("ja", "全ユーザーのログイン機能", "全ユーザーのログイン機能、決済機能"),
        ("en", "Sign-in for all users", "Sign-in for all users; Payments"),
    ],
)
def test_both_sides_are_told_in_the_readers_language(locale: Locale, old: str, new: str) -> None:
    (difference,) = news(OLD, facts(alert(), alert("PaymentErrors", starts_at=FIRED + minutes(1))), locale)
    assert (difference.old, difference.new) == (old, new)
