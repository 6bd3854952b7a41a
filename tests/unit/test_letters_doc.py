"""docs/letters/ shows what the shipped templates really write, and the wording check has nothing to say to it."""

import pytest

from bridge.core.facts import Facts
from bridge.core.values import Locale
from bridge.letters.render import Letters
from bridge.wording import Context, Letter, check
from tests.unit.correspondence import FOLDER, letters, pages


def test_the_folder_holds_what_the_templates_write() -> None:
    shown = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt")}
    assert shown == pages(), "run: python -m tests.unit.correspondence"


@pytest.mark.parametrize("facts, locale", [pytest.param(f, at, id=name) for name, f, at in letters()])
def test_no_letter_needs_an_apology_of_its_own(facts: Facts, locale: Locale) -> None:
    text = Letters().render(facts, locale, wrap=None)
    context = Context(
        now=facts.drafted_at,
        service=facts.service.get(locale),
        report_no=facts.number,
        cause_confirmed=bool(facts.answers.cause),
        domains=("example.jp",),
        public_urls=facts.public_urls,
        wrapped=False,
    )
    assert check(Letter(facts.kind, text.subject, text.body, locale), context) == ()
