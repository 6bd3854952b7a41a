"""The rule of tests/conftest.py: CI skips nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts.bridge import ROOT


@pytest.mark.parametrize("ci, outcome", [("true", "1 failed"), ("", "1 skipped")])
def test_a_skipped_test_fails_under_ci_only(tmp_path: Path, ci: str, outcome: str) -> None:
    (tmp_path / "test_gap.py").write_text(
        "import pytest\n\ndef test_gap():\n    pytest.skip('no such program')\n"
    )
    words = ["-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    ran = subprocess.run(
        [sys.executable, *words, tmp_path],
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert outcome in ran.stdout.splitlines()[-1], ran.stdout + ran.stderr
