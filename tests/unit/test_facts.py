"""What a letter may say: the customers' words and the times, and nothing else of an alert."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.facts import MAX_IMPACTS, Answers, Facts, build, changed, covers
from bridge.core.impact import MAX_IMPACT_CHARS
from bridge.core.model import Alert, Kind
from bridge.core.sanitise import one_line
from bridge.core.values import LocalText
from bridge.letters.view import view
from tests.unit.midori import FIRED, LOGIN, PAYMENT, RECEIVED, alert, ended, incident, minutes, service

NOW = RECEIVED + minutes(1)


def facts(*alerts: Alert, kind: Kind = "first", **more: Any) -> Facts:
    return build(service(), incident(), alerts, kind, **{"drafted_at": NOW, **more})


def test_the_start_is_the_alerts_less_the_detection_delay() -> None:
    assert facts(alert()).started_at == FIRED - minutes(2)


@pytest.mark.parametrize("over, began", [(-3, FIRED - minutes(2)), (-2, RECEIVED), (9, RECEIVED)])
def test_a_disturbance_that_comes_back_begins_after_its_last_end(over: float, began: datetime) -> None:
    assert facts(alert(), over_at=FIRED + minutes(over)).started_at == began


def test_the_earliest_start_wins() -> None:
    assert facts(alert(), alert("PaymentErrors", starts_at=FIRED - minutes(9))).started_at == FIRED - minutes(
        9
    )


@pytest.mark.parametrize(
    "starts_at",
    [
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), id="1970"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), id="year 1"),
        pytest.param(RECEIVED + timedelta(days=2), id="the future"),
    ],
)
def test_a_lost_clock_gives_way_to_the_time_of_receipt(starts_at: datetime) -> None:
    assert facts(alert(starts_at=starts_at)).started_at == RECEIVED - minutes(2)


@pytest.mark.parametrize(
    "annotations, ja, en",
    [
        pytest.param({}, "全ユーザーのログイン機能", "Sign-in for all users", id="the service's words"),
        pytest.param(
            {"customer_impact_ja": "会員ページ"}, "会員ページ", "Sign-in for all users", id="ja wins"
        ),
        pytest.param(
            {"customer_impact_ja": "会員ページ", "customer_impact_en": "Member pages"},
            "会員ページ",
            "Member pages",
            id="both win",
        ),
        pytest.param(
            {"customer_impact_ja": " \n\u200b"},
            "全ユーザーのログイン機能",
            "Sign-in for all users",
            id="blank",
        ),
    ],
)
def test_the_annotation_wins_over_the_service(annotations: dict[str, str], ja: str, en: str) -> None:
    (impact,) = facts(replace(alert(), annotations=annotations)).impacts
    assert (impact.ja, impact.en) == (ja, en)


def test_an_alert_nobody_has_words_for_is_known_as_such() -> None:
    unknown = facts(alert("DiskFull"))
    assert (unknown.impacts, unknown.impact_known) == ((), False)


def test_a_persons_scope_is_knowledge() -> None:
    assert facts(alert("DiskFull"), answers=Answers(scope="商品検索")).impact_known


def test_different_impacts_are_listed_once_each_from_the_earliest() -> None:
    said = facts(alert("PaymentErrors", starts_at=FIRED + minutes(1)), alert(), alert(name="LoginErrors"))
    assert [impact.ja for impact in said.impacts] == ["全ユーザーのログイン機能", "決済機能"]


def test_a_storm_of_impacts_is_cut_and_counted() -> None:
    storm = [alert(f"A{n}", customer_impact_ja=f"機能{n:03}") for n in range(300)]
    assert (len(facts(*storm).impacts), facts(*storm).more_impacts) == (MAX_IMPACTS, 300 - MAX_IMPACTS)


def test_nothing_else_of_an_alert_gets_through() -> None:
    loud = alert(summary="5xx ratio", description="web-1.internal", runbook_url="https://wiki.example.jp")
    said = json.dumps(facts(loud).to_dict())
    assert not any(leak in said for leak in ("5xx", "web-1", "wiki", "LoginErrors", "alertmanager"))


@given(st.text(st.characters(), max_size=400))
def test_foreign_text_becomes_one_visible_line(text: str) -> None:
    said = one_line(text, MAX_IMPACT_CHARS)
    assert len(said) <= MAX_IMPACT_CHARS
    assert said.isprintable() or "\u3000" in said
    assert said == said.strip()
    said.encode()


def test_a_label_of_ten_megabytes_is_cut_before_it_is_read() -> None:
    assert len(one_line("あ" * 10_000_000, 120)) == 120


def test_all_ended_before_approval_is_a_fact() -> None:
    said = facts(ended(after=3), ended("PaymentErrors", after=5), drafted_at=FIRED + minutes(9))
    assert said.recovered_at == FIRED + minutes(5)


def test_while_anything_fires_nothing_has_recovered() -> None:
    said = facts(ended(), alert("PaymentErrors"))
    assert said.recovered_at is None
    assert [impact.ja for impact in said.impacts] == ["決済機能"]
    assert [impact.ja for impact in said.recovered_impacts] == ["全ユーザーのログイン機能"]


def test_an_end_before_its_start_is_not_printed() -> None:
    assert facts(ended(after=-600)).recovered_at == FIRED - minutes(2)


@pytest.mark.parametrize("previous, combined", [(None, True), (facts(alert()), False)])
def test_a_recovery_that_follows_no_letter_is_combined(previous: Facts | None, combined: bool) -> None:
    assert facts(ended(), kind="recovery", previous=previous).combined is combined


def test_a_recovery_declared_while_an_alert_fires_is_confirmed_when_it_is_drafted() -> None:
    said = facts(ended(), alert("PaymentErrors"), kind="recovery", drafted_at=FIRED + minutes(90))
    assert said.recovered_at == FIRED + minutes(90)


def test_a_recovery_names_all_that_was_affected_even_when_ended_by_hand() -> None:
    said = facts(ended(), alert("PaymentErrors"), kind="recovery", recovered_at=FIRED + minutes(1))
    assert [impact.ja for impact in said.impacts] == ["全ユーザーのログイン機能", "決済機能"]
    assert said.recovered_at == FIRED + minutes(1)


BEFORE = facts(alert(), promise_at=NOW + minutes(60))


@pytest.mark.parametrize(
    "alerts, more, news",
    [
        pytest.param([alert()], {"promise_at": NOW + minutes(120)}, (), id="a new promise alone is none"),
        pytest.param([alert(), alert("PaymentErrors")], {}, ("scope",), id="the scope grew"),
        pytest.param([alert(), ended("PaymentErrors")], {}, ("partly_recovered",), id="a part recovered"),
        pytest.param([ended()], {"drafted_at": NOW + minutes(60)}, ("recovered",), id="all recovered"),
        pytest.param([alert(starts_at=FIRED - minutes(7))], {}, ("started",), id="it began earlier"),
        pytest.param([alert(starts_at=FIRED + timedelta(seconds=9))], {}, (), id="the same printed minute"),
        pytest.param(
            [alert()], {"answers": Answers(status="切り替え中です。")}, ("status",), id="a person's words"
        ),
        pytest.param([alert()], {"answers": Answers(scope="会員全員")}, ("scope",), id="a person's scope"),
        pytest.param([alert()], {"answers": Answers(cause="証明書")}, ("cause",), id="the cause"),
        pytest.param(
            [alert()], {"answers": Answers(customer_actions="再ログイン")}, ("actions",), id="a request"
        ),
    ],
)
def test_an_update_names_the_facts_that_changed_for_customers(
    alerts: list[Alert], more: dict[str, Any], news: tuple[str, ...]
) -> None:
    assert facts(*alerts, previous=BEFORE, **more).changes == news


def test_firing_again_after_a_confirmed_recovery_is_news() -> None:
    recovered = facts(ended(after=1), drafted_at=NOW + minutes(5))
    assert changed(recovered, facts(alert(), drafted_at=NOW + minutes(9))) == ("refired",)


def test_an_impact_that_recovered_earlier_is_no_news_when_all_has_recovered() -> None:
    partly = facts(alert("PaymentErrors"), ended(), kind="update", previous=BEFORE)
    over = facts(
        ended(), ended("PaymentErrors"), kind="update", previous=partly, drafted_at=NOW + minutes(60)
    )
    assert (over.changes, over.added_impacts) == (("recovered",), ())
    third = alert("Mail", status="resolved", ends_at=NOW, customer_impact_ja="メールの送信")
    more = facts(ended(), ended("PaymentErrors"), third, kind="update", previous=partly)
    assert [impact.ja for impact in more.added_impacts] == ["メールの送信"]


def test_a_recovery_that_was_reported_is_not_told_again_when_something_comes_back() -> None:
    over = facts(ended(), ended("PaymentErrors"), kind="update", previous=BEFORE)
    back = facts(ended(), alert("PaymentErrors"), kind="update", previous=over)
    assert "partly_recovered" not in back.changes
    assert [impact.ja for impact in back.recovered_impacts] == ["全ユーザーのログイン機能"]


def test_what_the_last_report_did_not_name_is_told_apart() -> None:
    said = facts(alert(), alert("PaymentErrors"), kind="update", previous=BEFORE)
    assert [impact.ja for impact in said.added_impacts] == ["決済機能"]


def test_facts_survive_their_record() -> None:
    said = facts(
        alert(),
        kind="update",
        number=2,
        previous=BEFORE,
        promise_at=NOW + timedelta(seconds=7),
        answers=Answers(cause_by=date(2026, 11, 30), status="一行目\n二行目"),
    )
    assert Facts.from_dict(json.loads(json.dumps(said.to_dict()))) == said


def test_a_record_with_a_field_of_another_release_is_read() -> None:
    assert Facts.from_dict({**BEFORE.to_dict(), "eta": "x"}) == BEFORE


@pytest.mark.parametrize("representative, read", [("丸山", "丸山"), ("", None)])
def test_facts_of_a_release_that_knew_one_language_of_a_name_are_read(representative, read):
    old = {**BEFORE.to_dict(), "company": "みどり商事株式会社", "representative": representative}
    facts = Facts.from_dict(old)
    assert facts.company.get("en") == "みどり商事株式会社"
    assert (facts.representative and facts.representative.get("ja")) == read


def test_a_persons_words_keep_their_lines_and_lose_what_is_invisible() -> None:
    said = facts(alert(), answers=Answers(cause="一\u202e行目\r\n二行目\x00  "))
    assert said.answers.cause == "一行目\n二行目"


def test_an_incident_without_alerts_still_has_facts() -> None:
    assert facts().started_at == FIRED


def test_a_row_of_a_batch_is_cleaned() -> None:
    assert facts(alert()).for_row({"name": "佐藤\r\nBcc: x"}).row == {"name": "佐藤 Bcc: x"}


def test_a_symptom_that_is_over_gives_way_to_one_that_is_not() -> None:
    other = {**PAYMENT, "subject": "決済できない事象"}
    said = build(
        service(impact=[LOGIN, other]), incident(), [ended(), alert("PaymentErrors")], "first", drafted_at=NOW
    )
    assert said.symptom == LocalText(ja="決済できない事象")


@pytest.mark.parametrize("after, later", [(minutes(2), False), (minutes(9), True)])
def test_a_symptom_that_began_later_than_the_disturbance_is_told_apart(after: timedelta, later: bool) -> None:
    """It did not happen "since about 2:10", when something else began."""
    other = {**PAYMENT, "subject": "決済できない事象"}
    pays = alert("PaymentErrors", starts_at=FIRED + after)
    midori = replace(incident(), received_at=RECEIVED + minutes(60))
    said = build(
        service(impact=[LOGIN, other]), midori, [ended(), pays], "update", drafted_at=NOW + minutes(60)
    )
    assert (said.symptom, said.symptom_later) == (LocalText(ja="決済できない事象"), later)
    assert ("決済" in view(said, "ja").symptom_from_start) is not later


def test_a_symptom_that_is_over_is_not_said_to_happen_now() -> None:
    assert facts(ended(), alert("PaymentErrors")).symptom is None
    assert facts(ended(), alert("PaymentErrors"), kind="recovery").symptom == BEFORE.symptom


def test_a_later_letter_does_not_name_a_symptom_that_is_over() -> None:
    said = facts(ended(), alert("PaymentErrors"), kind="update", previous=BEFORE)
    assert said.symptom is None
    assert facts(ended(), ended("PaymentErrors"), kind="recovery", previous=said).symptom == BEFORE.symptom


def test_the_symptom_comes_from_the_service_alone() -> None:
    assert facts(alert(customer_impact_ja="会員ページ")).symptom == LocalText.model_validate(LOGIN["subject"])


def test_a_persons_words_for_the_scope_stay_while_the_alerts_say_the_same() -> None:
    told = facts(alert(), answers=Answers(scope="会員番号でのログイン"))
    same = facts(alert(), kind="update", previous=told)
    assert (same.answers.scope, same.changes) == ("会員番号でのログイン", ())
    grown = facts(alert(), alert("PaymentErrors"), kind="update", previous=told)
    assert (grown.answers.scope, [impact.ja for impact in grown.added_impacts]) == ("", ["決済機能"])


def test_a_request_that_no_longer_stands_is_no_news() -> None:
    asked = facts(alert(), answers=Answers(customer_actions="再度ログインしてください。"))
    assert facts(alert(), kind="update", previous=asked).changes == ()


@pytest.mark.parametrize(
    "more, covered",
    [
        pytest.param({}, True, id="the same words, later"),
        pytest.param({"annotations": {"customer_impact_ja": "決済"}}, False, id="other words"),
        pytest.param({"starts_at": FIRED - minutes(1)}, False, id="began earlier"),
        pytest.param({"status": "resolved", "ends_at": FIRED + minutes(1)}, False, id="an end"),
    ],
)
def test_a_letter_covers_alerts_that_add_nothing(more: dict[str, Any], covered: bool) -> None:
    another = replace(alert(), fingerprint="another", **more)
    assert covers(facts(alert()), [another], service(), incident()) is covered
