"""Asks pip-audit whether a lock file names versions with known holes. Exit 1 when it does, or when the file is wrong.

`python scripts/audit.py requirements.lock`, with the Python that has pip-audit. Advisories that cannot be reached
are one line and exit 0: a test run must not depend on somebody else's server. Nor may silence pass for health:
behind a mirror of the package index pip-audit skips every package that it finds no page for, and says "No known
vulnerabilities found".
"""

import json
import re
import subprocess
import sys
from typing import Any

SECONDS = 120
# pip-audit's own word for it, or the error of a library that it does not catch
UNREACHABLE = re.compile(r"network may be blocking|requests\.exceptions\.|urllib3\.exceptions\.|ServiceError")


def main(lock: str) -> int:
    """Print what is to be said of the lock file, and return the exit code."""
    words = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off", "-r", lock]
    command = [sys.executable, "-m", "pip_audit", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        print(f"{lock}: not audited: the advisories did not come within {SECONDS} s")
        return 0
    code, lines = judge(done.stdout, done.stderr)
    for line in lines:
        print(f"{lock}: {line}")
    return code


def judge(out: str, err: str) -> tuple[int, list[str]]:
    """The exit code and what to print, from what pip-audit wrote."""
    try:
        packages = json.loads(out)["dependencies"]
    except ValueError:
        why = (err.strip().splitlines() or ["pip-audit said nothing"])[-1][:200]
        unreachable = UNREACHABLE.search(err)
        return (0, [f"not audited: the advisories cannot be reached ({why})"]) if unreachable else (1, [why])
    holes = [_told(package, hole) for package in packages for hole in package.get("vulns", [])]
    if holes:
        return 1, holes
    skipped = sum("skip_reason" in package for package in packages)
    if skipped == len(packages):
        return 0, ["not audited: the index that answers here has no advisories"]
    unknown = f"; the index knows nothing of {skipped} more" if skipped else ""
    return 0, [f"no known hole in {len(packages) - skipped} packages{unknown}"]


def _told(package: dict[str, Any], hole: dict[str, Any]) -> str:
    mended = ", ".join(hole["fix_versions"]) or "no version"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
