"""docs/templates.md is true: it names every fact, every word and every filter, with what they really give."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bridge.core.facts import Answers, Facts, build
from bridge.core.kinds import KINDS
from bridge.core.values import LOCALES
from bridge.letters.render import Letters
from bridge.letters.sandbox import FILTERS
from bridge.letters.view import view
from bridge.resources import shipped
from tests.unit.midori import RECEIVED, alert, incident, minutes, service

DOC = (Path(__file__).parents[2] / "docs/templates.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOC.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def sample() -> Facts:
    """The second report of the sample incident: payments have joined the sign-in failure."""
    at, of = incident(), service()
    before = build(of, at, [alert()], "first", drafted_at=RECEIVED, number=1)
    alerts = [alert(), alert("PaymentErrors")]
    return build(
        of,
        at,
        alerts,
        "update",
        drafted_at=RECEIVED + minutes(50),
        promise_at=RECEIVED + minutes(110),
        number=2,
        previous=before,
        answers=Answers(status="決済の再開準備をしております。"),
    )


def cell(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "yes" if value is True else "no" if value is False else str(value or "")


def test_every_fact_is_listed_with_its_description() -> None:
    described = [[f"`{name}`", field.description] for name, field in Facts.model_fields.items()]
    assert rows("What a letter is made of") == described


def test_every_word_is_listed_with_what_it_gives_for_the_sample() -> None:
    ja, en = (asdict(view(sample(), locale)) for locale in LOCALES)
    listed = [[name.strip("`"), ja, en] for name, _, ja, en in rows("Words")]
    assert listed == [[name, cell(ja[name]), cell(en[name])] for name in ja if name not in ("row", "own")] + [
        ["row", "", ""],
        ["own", "", ""],
    ]


def test_every_filter_is_listed() -> None:
    assert re.findall(r"`(\w+)`", section("Filters").strip().split("\n")[0]) == list(FILTERS)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_shipped_file_is_listed(locale: str) -> None:
    files = sorted(file.name for file in (shipped("templates/mail") / locale).iterdir())
    listed = set(re.findall(r"`([\w.]+\.j2)`", section("Files")))
    assert {f"{kind}.{part}.j2" for kind in KINDS for part in ("subject", "txt")} <= set(files)
    assert [file for file in files if file.startswith("_") and file not in listed] == []


def test_the_example_in_the_page_works(tmp_path: Path) -> None:
    example = section("An example").split("```jinja\n")[1].split("```")[0]
    folder = tmp_path / "mail/ja"
    folder.mkdir(parents=True)
    (folder / "_signature.txt.j2").write_text(example, encoding="utf-8")
    expected = section("An example").split("```text\n")[1].split("```")[0]
    assert Letters(tmp_path).render(sample(), "ja", wrap=35).body.endswith(expected)
