"""A company's own terms, from our list and from prh dictionaries."""

import pytest
import yaml

from bridge.wording import Context, Letter, apply, check, parse_terms


def mend(terms: str, text: str) -> str:
    letter = Letter("recovery", "", text)
    return apply(letter, check(letter, Context(terms=parse_terms(yaml.safe_load(terms))), "sentence")).body


def test_our_list_names_pattern_replacement_reason_and_severity() -> None:
    terms = parse_terms(
        [{"pattern": "カスタマ", "replacement": "カスタマー", "reason": "表記の統一", "severity": "error"}]
    )
    (finding,) = check(Letter("first", "", "カスタマ窓口です。"), Context(terms=terms), "sentence")
    assert (finding.rule, finding.severity, finding.why) == ("TRM-01", "error", "表記の統一")
    assert (finding.text, finding.replacement) == ("カスタマ", "カスタマー")
    assert finding.because("en") == "表記の統一", "the company's own words, in whatever language"


def test_a_term_without_a_reason_says_where_it_comes_from() -> None:
    terms = parse_terms([{"pattern": "カスタマ", "replacement": "カスタマー"}])
    (finding,) = check(Letter("first", "", "カスタマ窓口です。"), Context(terms=terms), "sentence")
    assert finding.because("ja").startswith("社内の用語集")
    assert finding.because("en").startswith("The company's list")


def test_a_match_inside_the_wanted_word_is_no_finding() -> None:
    assert mend("[{pattern: カスタマ, replacement: カスタマー}]", "カスタマー窓口とカスタマ係です。") == (
        "カスタマー窓口とカスタマー係です。"
    )


@pytest.mark.parametrize(
    ("terms", "mended"),
    [
        ("rules: [{expected: サーバー, pattern: サーバ}]", "サーバーのWebです。"),
        ("rules: [{expected: サーバー, patterns: [さーば, /サーバ/]}]", "サーバーのWebです。"),
        ("rules: [{expected: WEB, pattern: /web/i}]", "サーバのWEBです。"),
        ("{version: 1, rules: [{expected: WEB}]}", "サーバのWEBです。"),
        ("rules: [{expected: $1版, pattern: /(Web)です/}]", "サーバのWeb版。"),
    ],
    ids=["plain text", "several patterns", "flags", "expected alone", "groups"],
)
def test_prh_dictionaries_are_read(terms: str, mended: str) -> None:
    assert mend(terms, "サーバのWebです。") == mended


def test_a_term_found_across_a_line_break_is_mended() -> None:
    assert (
        mend("[{pattern: お客さま, replacement: お客様}]", "すべてのお客\nさまへ。") == "すべてのお客様へ。"
    )


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("サーバ", "expected a list of terms"),
        ([{"pattern": "a", "reasn": "b"}], "entry 1: unknown key reasn"),
        ([{"pattern": "a"}, {"pattern": ""}], "entry 2: `pattern` must be a non-empty text"),
        ([{"pattern": "("}], "entry 1: RE2 cannot read the pattern"),
        ([{"pattern": "a", "severity": "fatal"}], "severity must be one of error, warning, info"),
        ({"rules": [{"pattern": "a"}]}, "prh rule 1: `expected` must be a text"),
        ({"rules": [], "imports": ["a.yml"]}, "`imports` are not followed"),
    ],
)
def test_a_bad_list_says_which_entry_and_what_is_wrong(value: object, says: str) -> None:
    with pytest.raises(ValueError, match=r"^terms: ") as error:
        parse_terms(value)
    assert says in str(error.value)


def test_a_broken_pattern_is_said_once_and_in_plain_text(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"RE2 cannot read the pattern '\(サーバ': missing \): ") as refused:
        parse_terms([{"pattern": "(サーバ"}])
    assert "b'" not in str(refused.value)
    assert capfd.readouterr().err == ""


def test_no_terms_are_fine() -> None:
    assert parse_terms(None) == ()
