"""SECURITY.md names a defence and a test for every threat, and each test exists under that name."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
THREATS = [row for row in ROWS if row[0].strip() != "threat"]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def defined_in(file: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return {
        node.name for node in ast.walk(tree) if isinstance(node, functions) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", THREATS, ids=lambda row: row[0].strip())
def test_every_threat_has_a_defence_and_a_test(row: list[str]) -> None:
    _, defence, named = row
    assert defence.strip()
    assert re.fullmatch(r"`tests/[\w/]+\.py::\w+`(?:, `tests/[\w/]+\.py::\w+`)*", named.strip())


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_is_named_exists(file: str) -> None:
    assert {name for named, name in NAMED if named == file} - defined_in(file) == set()


def test_no_security_test_is_missing_in_the_table() -> None:
    files = sorted(path.relative_to(ROOT) for path in (ROOT / "tests/faults").glob("test_security_*.py"))
    assert {str(file) for file in files} <= {file for file, _ in NAMED}
    assert len(THREATS) > 30
