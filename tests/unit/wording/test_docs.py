"""docs/wording.md lists the rules as they are."""

from pathlib import Path

import pytest

from bridge.cli.rule_reference import with_table
from bridge.wording import all_rules

DOCS = Path(__file__).parents[3] / "docs" / "wording.md"


def rows() -> list[str]:
    """The table as the page shows it."""
    head = ["| rule | severity | letters | why |", "|---|---|---|---|"]
    return head + [
        f"| {rule.id} | {rule.severity} | {', '.join(sorted(rule.kinds)) or 'all'} | {rule.why_en} |"
        for rule in all_rules()
    ]


def test_the_page_shows_every_rule_with_its_severity_letters_and_reason() -> None:
    shown = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert shown == rows()


def test_the_page_is_what_the_command_makes_of_it() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert page == with_table(page), "run: python -m bridge.cli.rule_reference docs/wording.md"


def test_the_command_replaces_an_old_table_and_leaves_the_prose_alone() -> None:
    made = with_table("# The wording check\n\nProse.\n\n## The rules\n\n| rule |\n|---|\n| OLD-01 |\n")
    assert made.startswith("# The wording check\n\nProse.\n\n## The rules\n")
    assert [line for line in made.splitlines() if line.startswith("|")] == rows()


def test_a_page_without_the_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="## The rules"):
        with_table("# Another page\n")
