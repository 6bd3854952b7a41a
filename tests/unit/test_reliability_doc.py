"""docs/reliability.md names a test for every promise and every fault, and each exists under that name."""

import re
from pathlib import Path

import pytest

from tests.unit.test_security_doc import defined_in

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
ROWS = [
    line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| (?!promise|fault)", line)
]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_promise_and_every_fault_has_a_test(row: list[str]) -> None:
    assert len(row) in (2, 3)
    assert re.fullmatch(r"`tests/[\w/]+\.py::\w+`(?:, `tests/[\w/]+\.py::\w+`)*", row[-1])


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_is_named_exists(file: str) -> None:
    assert {name for named, name in NAMED if named == file} - defined_in(file) == set()


def test_no_file_of_fault_tests_is_missing() -> None:
    """Those of threats are in SECURITY.md."""
    threats = re.compile(r"test_(security|fuzz)_")
    files = {
        str(path.relative_to(ROOT))
        for folder in ("faults", "soak")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        if not threats.match(path.name)
    }
    assert files <= {file for file, _ in NAMED}
