"""The table of docs/wording.md, made from the rules: `python -m bridge.cli.rule_reference docs/wording.md`."""

import sys
from pathlib import Path

from bridge.wording import all_rules

HEADING = "## The rules\n"
_NOTE = """
<!-- The table is made by `python -m bridge.cli.rule_reference docs/wording.md`; a test compares. -->

| rule | severity | letters | why |
|---|---|---|---|
"""


def with_table(page: str) -> str:
    """The page with the table of all rules in place of what stands below its heading.

    Raises ValueError when the page has no such heading."""
    if HEADING not in page:
        raise ValueError(f"no heading {HEADING.strip()!r}")
    return page.partition(HEADING)[0] + HEADING + _NOTE + "".join(_rows())


def _rows() -> list[str]:
    return [
        f"| {rule.id} | {rule.severity} | {', '.join(sorted(rule.kinds)) or 'all'} | {rule.why_en} |\n"
        for rule in all_rules()
    ]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
