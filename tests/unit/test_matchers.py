"""Alertmanager's matcher syntax. Rows marked AM restate what its own parsers were seen to do."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.matchers import Matcher, Matchers, all_match, parse_matchers

CLASSIC_NAME = st.from_regex(r"\A[a-zA-Z_:][a-zA-Z0-9_:]{0,10}\Z")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
OPS = st.sampled_from(["=", "!="])


@pytest.mark.parametrize(
    "text, name, op, value",
    [
        pytest.param('service="shop"', "service", "=", "shop", id="quoted"),
        pytest.param("service=shop", "service", "=", "shop", id="bare"),
        pytest.param(' a  !=  "b c" ', "a", "!=", "b c", id="spaces around every part are dropped"),
        pytest.param("a=b c", "a", "=", "b c", id="AM: a bare value may hold spaces"),
        pytest.param('a=" b "', "a", "=", " b ", id="spaces inside quotes stay"),
        pytest.param("a=", "a", "=", "", id="AM: the value may be empty"),
        pytest.param('a="',  None, None, "not a matcher", id="a quote without its partner"),
        pytest.param('a="b"c', None, None, "not a matcher", id="text after the closing quote"),
        pytest.param('a=b"c', None, None, "not a matcher", id="a quote in a bare value"),
        pytest.param(r'a="x\"y\\z\nw"', "a", "=", 'x"y\\z\nw', id="the three classic escapes"),
        pytest.param(r'a="\d+\t"', "a", "=", r"\d+\t", id="AM: other backslashes are text"),
        pytest.param("a=b\\", "a", "=", "b\\", id="AM: a last backslash is text"),
        pytest.param('severity=~"critical|page"', "severity", "=~", "critical|page", id="expression"),
        pytest.param(r'host!~"web-\d+"', "host", "!~", r"web-\d+", id="negative expression"),
        pytest.param('a=~"x{2}"', "a", "=~", "x{2}", id="braces inside quotes"),
        pytest.param("foo=!bar\\n", "foo", "=", "!bar\n", id="AM: classic where both grammars differ"),
        pytest.param("foo🙂=bar", "foo🙂", "=", "bar", id="AM: UTF-8 name"),
        pytest.param('"クラスタ 1"="東"', "クラスタ 1", "=", "東", id="quoted name"),
        pytest.param(r'"f"="\xf0\x9f\x99\x82"', "f", "=", "🙂", id="AM: bytes of one character"),
        pytest.param(r'"f"="\U0001f642\u3042\101"', "f", "=", "🙂あA", id="AM: code points"),
        pytest.param(r'"f"="\xf0\x9f"', None, None, "not valid UTF-8", id="AM: half a character"),
        pytest.param(r'"f"=~"\d+"', None, None, "not an escape", id="AM: unknown escape after a quoted name"),
        pytest.param(r'"f"="\ud800"', None, None, "not a character", id="half a surrogate pair"),
        pytest.param('"f"="a\nb"', None, None, "line break", id="raw line break in the UTF-8 grammar"),
        pytest.param('"f"="b",', "f", "=", "b", id="AM: one trailing comma"),
        pytest.param('""="b"', None, None, "label name", id="empty name"),
        pytest.param("foo!bar", None, None, "not a matcher", id="AM: no operator"),
        pytest.param("", None, None, "not a matcher", id="nothing"),
        pytest.param('a=~"("', None, None, "RE2", id="broken expression"),
        pytest.param(r'a=~"(x)\\1"', None, None, "RE2", id="no back references in RE2"),
    ],
)  # fmt: skip
def test_the_text_of_a_matcher_is_read_as_alertmanager_reads_it(text, name, op, value):
    if name is None:
        with pytest.raises(ValueError, match=value):
            parse_matchers(text)
    else:
        assert parse_matchers(text) == Matchers((Matcher(name, op, value),))


@pytest.mark.parametrize(
    "text, said",
    [
        pytest.param('a="b",c!="d"', 'a="b" c!="d"', id="AM: a comma between"),
        pytest.param('{a="b",c!="d"}', 'a="b" c!="d"', id="AM: braces around"),
        pytest.param('{ a=b , c =~ "d|e" , }', 'a="b" c=~"d|e"', id="spaces, and a comma at the end"),
        pytest.param(
            "service=shop,severity=critical", 'service="shop" severity="critical"', id="AM: bare values"
        ),
        pytest.param('a="x,y",b="}"', 'a="x,y" b="}"', id="commas and braces inside quotes are text"),
        pytest.param(
            r'a="x\\",y=",",b="z"', r'a="x\\" y="," b="z"', id="a backslash before the closing quote"
        ),
        pytest.param(r"a=b\"c,d=e", r'a="b\"c" d="e"', id="AM: an escaped quote opens nothing"),
        pytest.param('{"クラスタ"="東",a="b"}', '"クラスタ"="東" a="b"', id="UTF-8 names"),
        pytest.param('{a="b"}', 'a="b"', id="braces around one"),
    ],
)
def test_one_text_may_hold_several_matchers_as_alertmanager_s_own_list_entries_do(text, said):
    assert " ".join(map(str, parse_matchers(text).all)) == said


@pytest.mark.parametrize(
    "text, why",
    [
        pytest.param('{a="b"', "one brace", id="an open brace"),
        pytest.param("a=b}", "one brace", id="a closing brace"),
        pytest.param("{}", "not a matcher", id="braces around nothing"),
        pytest.param(",", "not a matcher", id="a comma alone"),
        pytest.param('a="b",,c="d"', "not a matcher", id="AM: two commas"),
        pytest.param('a="b" c="d"', "not a matcher", id="no comma"),
    ],
)
def test_a_list_that_alertmanager_refuses_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        parse_matchers(text)


@pytest.mark.parametrize(
    "text, labels, holds",
    [
        pytest.param('a="x"', {"a": "x"}, True, id="equal"),
        pytest.param('a!="x"', {"a": "x"}, False, id="not equal"),
        pytest.param('a=""', {}, True, id="a missing label is empty"),
        pytest.param('a!="x"', {}, True, id="a missing label differs from a value"),
        pytest.param('a=~".+"', {}, False, id="a missing label has no character"),
        pytest.param('a=~"crit|page"', {"a": "critical"}, False, id="anchored at the end"),
        pytest.param('a=~"crit|page"', {"a": "homepage"}, False, id="anchored at the start"),
        pytest.param('a=~"a|ab"', {"a": "ab"}, True, id="any branch may cover the whole"),
        pytest.param('a=~"x"', {"a": "x\n"}, False, id="a line feed at the end is part of the value"),
        pytest.param('a=~"東.都"', {"a": "東京都"}, True, id="a dot is one character, not one byte"),
        pytest.param('a=~"(?i)critical"', {"a": "CRITICAL"}, True, id="flags"),
        pytest.param('a!~"x.*"', {"a": "xyz"}, False, id="negative expression"),
    ],
)
def test_a_matcher_holds_for_labels(text, labels, holds):
    assert parse_matchers(text).matches(labels) is holds


def test_all_matchers_must_hold_and_none_hold_for_everything():
    both = [parse_matchers('a="1"'), parse_matchers('b="2"')]
    assert all_match(both, {"a": "1", "b": "2"})
    assert not all_match(both, {"a": "1"})
    assert all_match([], {"a": "1"})


def test_an_expression_that_would_backtrack_for_ever_answers_at_once():
    assert not parse_matchers('a=~"(a+)+b"').matches({"a": "a" * 100_000})


@given(name=CLASSIC_NAME | TEXT.filter(bool), op=OPS, value=TEXT)
def test_a_matcher_written_and_read_again_is_the_same(name, op, value):
    matcher = Matcher(name, op, value)
    assert parse_matchers(str(matcher)) == Matchers((matcher,))


@given(st.lists(st.builds(Matcher, CLASSIC_NAME | TEXT.filter(bool), OPS, TEXT), min_size=1, max_size=4))
def test_a_list_of_matchers_written_and_read_again_is_the_same(matchers):
    assert parse_matchers("{" + ", ".join(map(str, matchers)) + "}") == Matchers(tuple(matchers))


@given(value=TEXT)
def test_equal_and_not_equal_are_opposites(value):
    labels = {"a": value}
    assert Matcher("a", "=", value).matches(labels)
    assert not Matcher("a", "!=", value).matches(labels)


@given(TEXT)
def test_any_text_is_a_matcher_or_a_value_error(text):
    with suppress(ValueError):
        parse_matchers(text)
