"""What is said of a letter's words before any rule: refused, cut, or Japanese where customers read English."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bridge.core.facts import MAX_ANSWER_CHARS, Answers, Facts, build
from bridge.core.model import Alert, AudienceFacts, Text, Version
from bridge.core.settings import Service
from bridge.core.values import Locale, LocalText
from bridge.letters.render import Letters
from bridge.stages.word_findings import of_language, of_words
from tests.parts.midori import minutes
from tests.stages.office import office
from tests.stages.samples import configured, firing
from tests.unit.midori import RECEIVED, alert, incident, service

IN_BOTH: dict[str, Any] = {
    "company": {"ja": "みどり商事株式会社", "en": "Midori Trading Co."},
    "sender": {
        "name": {"ja": "みどりショップ運営事務局", "en": "Midori Shop Support"},
        "email": "support@example.jp",
    },
}
QUOTED = re.compile("「(.*?)」")
BOTH = AudienceFacts("shop-customers", 40, "d", {"ja": 32, "en": 8})


def written(*alerts: Alert, **changes: Any) -> tuple[Service, Version]:
    """A service, and its first report in every language."""
    shop = service(**{"wrap": None, **IN_BOTH, **changes})
    told = build(shop, incident(), alerts or [alert()], "first", drafted_at=RECEIVED)
    texts, _ = Letters().texts(told, shop)
    return shop, Version("n1", 1, texts, told.to_dict(), None, None, RECEIVED)


def places(service: Service, version: Version, audience: AudienceFacts) -> tuple[str, ...]:
    """What a finding names as Japanese."""
    return tuple(
        place for one in of_language(service, version, audience) for place in QUOTED.findall(one.why)
    )


def facts(*alerts: Alert, **answers: str) -> Facts:
    said = Answers(**answers)
    return build(service(), incident(), alerts or [alert()], "first", drafted_at=RECEIVED, answers=said)


@pytest.mark.parametrize(
    "words, why, why_en",
    [
        (
            "{{ $labels.x }}",
            "アラートの customer_impact_ja は使いません。テンプレートの変数が展開されていません。",
            "The alert's customer_impact_ja is not used: a template variable was not filled in.",
        ),
        (
            "N/A",
            "アラートの customer_impact_ja は使いません。中身のない言葉です。",
            "The alert's customer_impact_ja is not used: it says nothing.",
        ),
    ],
)
def test_words_that_are_none_are_said_with_the_reason(words: str, why: str, why_en: str) -> None:
    (found,) = of_words(facts(alert(customer_impact_ja=words)))
    assert (found.rule, found.severity, found.text) == ("BRG-06", "warning", words)
    assert (found.why, found.why_en) == (why, why_en)


def test_words_too_long_for_a_letter_are_refused_and_never_cut_inside_a_sentence() -> None:
    told = facts(alert(customer_impact_ja="検索結果が表示されない場合があり、" * 12))
    assert [impact.ja for impact in told.impacts] == ["全ユーザーのログイン機能"]
    (found,) = of_words(told)
    assert found.why.endswith("長すぎます(120字まで)。")


def test_a_persons_text_that_is_too_long_ends_with_a_mark_and_is_said_to_be_cut() -> None:
    told = facts(cause="設定の誤りによるものでした。" * 200)
    assert len(told.answers.cause) == MAX_ANSWER_CHARS
    assert told.answers.cause.endswith("…")
    (found,) = of_words(told)
    assert (found.rule, found.severity) == ("BRG-07", "warning")
    assert of_words(facts(cause="設定の誤り…")) == []


async def test_a_refused_word_is_found_on_the_page_and_keeps_a_letter_from_leaving_by_itself(
    database_url: str,
) -> None:
    async with office(database_url, configured(at_deadline="send")) as made:
        await made.post(replace(firing(), annotations={"customer_impact_ja": "<no value>"}))
        assert [one.rule for one in await made.findings()] == ["BRG-06"]
        await made.tick()
        [ring, *_] = await made.claim("oncall")
        body = (await made.written(ring)).body
        assert "アラートの customer_impact_ja は使いません。中身のない言葉です。" in body
        await made.wait(minutes(20))
        assert (await made.newest()).state == "awaiting_approval"


@pytest.mark.parametrize(
    "changes, named",
    [
        pytest.param(
            {"company": LocalText(ja="みどり商事株式会社")}, ("みどり商事株式会社",), id="the company"
        ),
        pytest.param(
            {"sender": {"name": "みどりショップ運営事務局", "email": "support@example.jp"}},
            ("みどりショップ運営事務局",),
            id="the signature",
        ),
        pytest.param(
            {"impact": [{"text": "全ユーザーのログイン機能"}]},
            ("全ユーザーのログイン機能",),
            id="an impact of the service",
        ),
        pytest.param({"contact": "お問い合わせ窓口"}, ("お問い合わせ窓口",), id="the contact"),
        pytest.param({}, (), id="all of it is in English too"),
    ],
)
def test_what_readers_of_english_would_get_in_japanese_is_named(
    changes: dict[str, Any], named: tuple[str, ...]
) -> None:
    shop, version = written(**changes)
    assert places(shop, version, BOTH) == named


def test_a_service_without_an_english_name_has_no_english_letter_and_says_so() -> None:
    shop, version = written(name=LocalText(ja="みどりショップ"))
    (found,) = of_language(shop, version, BOTH)
    assert (found.rule, found.severity) == ("BRG-08", "warning")
    assert found.why.startswith("英語の手紙がありません。英語を選んだ8名にも日本語で届きます。")
    assert found.why_en.startswith("There is no English letter: 8 readers of English get the Japanese one.")


def test_the_finding_counts_the_readers() -> None:
    shop, version = written(company=LocalText(ja="みどり商事株式会社"))
    (found,) = of_language(shop, version, BOTH)
    assert found.why == (
        "英語の手紙に日本語が残っています(8名に届きます): 「みどり商事株式会社」。"
        "文面を直すか、設定に英語を書いてください。"
    )


def test_an_alerts_own_words_without_english_are_named_too() -> None:
    shop, version = written(alert("Other", customer_impact_ja="請求書の発行"))
    assert places(shop, version, BOTH) == ("請求書の発行",)


def test_nobody_is_warned_where_nobody_reads_english() -> None:
    shop, version = written(name=LocalText(ja="みどりショップ"))
    assert places(shop, version, replace(BOTH, locales={"ja": 40})) == ()


@pytest.mark.parametrize(
    "changes", [{"bilingual": True}, {"locale": "en"}], ids=["in both languages", "in English"]
)
def test_a_service_whose_letters_are_in_english_anyway_is_warned_whoever_reads_them(
    changes: dict[str, Any],
) -> None:
    shop, version = written(company=LocalText(ja="みどり商事株式会社"), **changes)
    assert "みどり商事株式会社" in places(shop, version, replace(BOTH, locales={"ja": 40}))


def test_a_person_who_put_it_into_english_is_not_warned() -> None:
    shop, version = written(company=LocalText(ja="みどり商事株式会社"))
    texts: dict[Locale, Text] = {**version.texts, "en": Text("Sign-in", "Customers cannot sign in.")}
    assert places(shop, replace(version, texts=texts), BOTH) == ()
