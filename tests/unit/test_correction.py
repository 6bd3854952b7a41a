"""訂正: what a correction says of the letter that it corrects, and what it owes afterwards."""

from datetime import datetime
from typing import get_args

import pytest

from bridge.core.facts import Answers, Facts, build
from bridge.core.kinds import KINDS, spec_of
from bridge.core.kinds.correction import Nature, facts_about
from bridge.core.values import LOCALES, Locale, LocalText
from bridge.letters.render import Letters
from bridge.wording import Context, Letter, check
from tests.parts.midori import FIRED, alert, ended, incident, minutes, service

SENT_AT = FIRED + minutes(7)
SUBJECT = LocalText(
    ja="【重要】【障害報告】みどりショップ ログインできない事象(第一報)", en="Midori Shop: sign-in failure"
)
WRONG = LocalText(ja="全ユーザーのログイン機能", en="Sign-in for all users")
RIGHT = {"ja": "法人契約のお客様のログイン機能", "en": "Sign-in for business customers"}
NATURES: tuple[Nature, ...] = get_args(Nature)
LETTERS = Letters()


def correction(nature: Nature, right: str = "", *, over: bool = False) -> Facts:
    own = facts_about(nature, right, SUBJECT, WRONG, SENT_AT)
    drafted_at = FIRED + minutes(40)
    return build(
        service(),
        incident(),
        [ended(after=20) if over else alert()],
        "correction",
        drafted_at=drafted_at,
        promise_at=drafted_at + minutes(60) if spec_of("correction").owes_report(own) else None,
        answers=Answers(own=own),
    )


def body(facts: Facts, locale: Locale = "ja") -> str:
    return LETTERS.render(facts, locale, wrap=None).body


@pytest.mark.parametrize("over", [False, True], ids=["going on", "over"])
@pytest.mark.parametrize("right", ["", "given"])
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("nature", NATURES)
def test_a_correction_that_nobody_typed_at_can_be_sent(
    nature: Nature, locale: Locale, right: str, over: bool
) -> None:
    facts = correction(nature, RIGHT[locale] if right else "", over=over)
    text = LETTERS.render(facts, locale, wrap=35)
    context = Context(
        now=facts.drafted_at,
        zone=service().timezone,
        service=service().name.get(locale),
        promise=facts.promise_at,
        domains=("example.jp",),
    )
    assert check(Letter("correction", text.subject, text.body, locale), context) == ()


@pytest.mark.parametrize("nature", NATURES)
def test_it_names_the_letter_that_it_corrects(nature: Nature) -> None:
    text = body(correction(nature))
    assert f"件名：{SUBJECT.ja}" in text
    assert "送信日時：2026年11月21日(土) 2時19分" in text


def test_its_subject_says_that_it_corrects_and_apologises() -> None:
    subjects = [LETTERS.render(correction("no_incident"), locale, wrap=None).subject for locale in LOCALES]
    assert [text.split()[0] for text in subjects] == ["【訂正とお詫び】みどりショップ", "[Correction"]


def test_what_is_right_stands_beside_what_was_wrong() -> None:
    text = body(correction("wrong_fact", RIGHT["ja"]))
    assert "誤：全ユーザーのログイン機能\n正：法人契約のお客様のログイン機能\n" in text


def test_what_is_not_known_yet_is_promised_for_a_time() -> None:
    facts = correction("wrong_fact")
    assert "正：正しい内容は確認のうえ、2026年11月21日(土) 3時55分頃までに改めてご連絡いたします。" in body(
        facts
    )
    assert "全ユーザー" not in body(facts)


def test_no_incident_speaks_of_no_disturbance_going_on() -> None:
    text = body(correction("no_incident"))
    assert "該当する障害は発生しておりません。" in text
    assert "現在の状況" not in text


def test_whoever_should_not_have_got_it_is_asked_to_delete_it() -> None:
    assert "破棄してくださいますよう" in body(correction("wrong_list"))
    assert "Please delete" in body(correction("wrong_list"), "en")


@pytest.mark.parametrize(
    "nature, right, owes, retracts",
    [
        pytest.param("no_incident", "", False, True, id="there was nothing"),
        pytest.param("wrong_fact", "", True, False, id="the right content is owed"),
        pytest.param("wrong_fact", "法人契約", False, False, id="the right content is told"),
        pytest.param("wrong_list", "", False, False, id="nothing more to tell them"),
    ],
)
def test_what_it_owes_afterwards(nature: Nature, right: str, owes: bool, retracts: bool) -> None:
    own = facts_about(nature, right, SUBJECT, WRONG, SENT_AT)
    spec = spec_of("correction")
    assert (spec.owes_report(own), spec.retracts(own)) == (owes, retracts)


def test_the_moment_of_sending_is_kept_with_its_zone() -> None:
    own = facts_about("wrong_list", "", SUBJECT, None, SENT_AT)
    assert datetime.fromisoformat(own["sent_at"]) == SENT_AT
    assert "wrong_ja" not in own


def test_every_report_can_be_corrected_but_no_apology_and_no_correction() -> None:
    assert [kind for kind in KINDS if not spec_of(kind).correctable] == ["individual", "correction"]
