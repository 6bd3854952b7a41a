"""docs/wording.md lists the rules as they are."""

from pathlib import Path

from bridge.wording import RULES

DOCS = Path(__file__).parents[3] / "docs" / "wording.md"


def rows() -> list[str]:
    """The table as the page shows it."""
    head = ["| rule | severity | letters | why |", "|---|---|---|---|"]
    return head + [
        f"| {rule.id} | {rule.severity} | {', '.join(sorted(rule.kinds)) or 'all'} | {rule.why_en} |"
        for rule in RULES
    ]


def test_the_page_shows_every_rule_with_its_severity_letters_and_reason() -> None:
    shown = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert shown == rows()
