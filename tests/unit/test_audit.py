"""What is installed is pinned by its hash, and audited.

scripts/audit.py: red for a known hole or a wrong lock file, not for the network, and never green by silence.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOUND: dict[str, Any] = {"name": "jinja2", "version": "3.1.6", "vulns": []}
HOLED: dict[str, Any] = {
    "name": "jinja2",
    "version": "3.1.5",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"], "aliases": [], "description": ""}],
}
UNKNOWN: dict[str, Any] = {"name": "jinja2", "skip_reason": "Dependency not found on PyPI"}


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    "out, err, code, line",
    [
        pytest.param(report(SOUND), "", 0, "no known hole in 1 packages", id="sound"),
        pytest.param(
            report(SOUND, HOLED), "", 1, "jinja2 3.1.5: PYSEC-1, mended in 3.1.6", id="a known hole"
        ),
        pytest.param(report(UNKNOWN), "No known vulnerabilities found", 0, "not audited", id="a mirror"),
        pytest.param(report(SOUND, UNKNOWN), "", 0, "knows nothing of 1 more", id="one package unknown"),
        pytest.param(
            "", "ERROR: Tip: your network may be blocking this", 0, "cannot be reached", id="refused"
        ),
        pytest.param(
            "", "requests.exceptions.ConnectionError: x", 0, "cannot be reached", id="no name server"
        ),
        pytest.param("", "ERROR: a: no hash", 1, "ERROR: a: no hash", id="a wrong lock file"),
        pytest.param("", "No module named pip_audit", 1, "No module named", id="not installed"),
    ],
)
def test_the_audit_says_what_it_knows(tmp_path: Path, out: str, err: str, code: int, line: str) -> None:
    """A stand-in for pip-audit says what the real one was seen to say."""
    (tmp_path / "pip_audit.py").write_text(
        f"import sys\nsys.stdout.write({out!r})\nsys.stderr.write({err!r})\nsys.exit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/audit.py", "requirements.lock"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, line in done.stdout) == (code, True), done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 1


LOCKS = sorted(ROOT.glob("requirements*.lock"))
LEFT_TO_THE_PERSON_WHO_PINS = "lock/bin/pip install"  # `make lock` itself, which nobody runs unattended


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_to_one_version_and_its_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.M).strip())
    assert len(entries) > 5
    assert [
        entry
        for entry in entries
        if not re.match(r"[\w.\[\]-]+==[\w.+-]+ ", entry) or "--hash=sha256:" not in entry
    ] == []


def test_nothing_is_installed_that_is_not_pinned() -> None:
    lines = [line for name in ("Makefile", ".ci/run") for line in (ROOT / name).read_text().splitlines()]
    installing = [line for line in lines if "pip install" in line and LEFT_TO_THE_PERSON_WHO_PINS not in line]
    assert installing
    assert [line for line in installing if "--require-hashes" not in line and "--no-deps" not in line] == []
    assert [
        lock.name
        for lock in LOCKS
        if not any(f"--require-hashes --no-deps -r {lock.name}" in line for line in installing)
    ] == []
