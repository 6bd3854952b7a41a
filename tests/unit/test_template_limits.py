"""A template of a company may say what it likes, and cannot keep the bridge from ringing."""

import sys
from pathlib import Path

import pytest

from bridge.core.values import LOCALES
from bridge.letters import limits
from bridge.letters.limits import MAX_STEPS
from bridge.letters.render import LetterError, Letters
from bridge.resources import shipped
from tests.unit.midori import alert
from tests.unit.test_render import SENT, facts

SIXTY = "{% set s = '" + "x" * 60 + "' %}"
LOOPS = SIXTY + "".join(f"{{% for a{n} in s %}}" for n in range(6)) + "{% endfor %}" * 6


def own(folder: Path, text: str) -> Letters:
    place = folder / "mail" / "ja"
    place.mkdir(parents=True)
    (place / "first.txt.j2").write_text(text + "\n本文", encoding="utf-8")
    return Letters(folder)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LOOPS, id="loops inside of loops"),
        pytest.param(LOOPS.replace("\n", "").replace(" %}", "%}"), id="all on one line"),
        pytest.param("{% set x = 'ab' %}" + "{% set x = x ~ x %}\n" * 32, id="a doubling text"),
        pytest.param("{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 32, id="a doubling text on one line"),
        pytest.param("{% set x = 'ab' %}" + "{% set x = x + x %}" * 32, id="a doubling text by plus"),
        pytest.param("{% set x = ['a'] %}" + "{% set x = x + x %}" * 32, id="a doubling list"),
        pytest.param("{% set x = 'a' %}" + "{% set x = [x, x] %}" * 40 + "{{ x }}", id="lists of lists"),
        pytest.param(
            "{% set x = 'a' %}" + "{% set x = (x, x) %}" * 40 + "{{ x|length }}", id="tuples of tuples"
        ),
        pytest.param("{% set x = 'a' %}" + "{% set x = {'a': x, 'b': x} %}" * 40 + "{{ x }}", id="mappings"),
        pytest.param(
            "{{ 'a'" + "|replace('a', 'aaaaaaaaaa')" * 9 + "|length }}", id="a replacement of a replacement"
        ),
        pytest.param(
            "{% set x = '" + "y" * 999 + "' %}{{ x|join(x)|join(x)|length }}", id="a text joined by itself"
        ),
        pytest.param(
            "{% set x = 'ab' %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 32, id="a doubling block"
        ),
        pytest.param(
            "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}{% set x = 'ab' %}" + "{% set x = m(x) %}" * 32,
            id="a doubling macro",
        ),
        pytest.param(
            "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
            id="a macro without an end",
        ),
        pytest.param("{% include 'ja/first.txt.j2' %}", id="a template that includes itself"),
        pytest.param(
            SIXTY + "{% macro m() %}{% for a in s for b in s %}{% endfor %}{% endmacro %}",
            id="not a template",
        ),
    ],
)
def test_a_template_that_would_not_end_is_refused_and_gives_way(tmp_path: Path, text: str) -> None:
    letters = own(tmp_path, text)
    with pytest.raises(LetterError, match=r"ja/first\.txt\.j2"):
        letters.render(SENT, "ja", wrap=None)
    written, problem = letters.render_safe(SENT, "ja", wrap=None)
    assert written == Letters().render(SENT, "ja", wrap=None)
    assert problem is not None


def test_a_shipped_letter_stays_far_within_the_limits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in shipped("templates/mail").glob("*/*.j2"):
        copy = tmp_path / "mail" / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(limits, "MAX_STEPS", MAX_STEPS // 20)
    said = facts(*(alert(fingerprint=str(n)) for n in range(30)))
    for locale in LOCALES:
        assert Letters(tmp_path).render(said, locale, wrap=None) == Letters().render(said, locale, wrap=None)


def test_what_was_traced_before_is_traced_afterwards(tmp_path: Path) -> None:
    before = sys.gettrace()
    with pytest.raises(LetterError):
        own(tmp_path, LOOPS).render(SENT, "ja", wrap=None)
    assert sys.gettrace() is before
