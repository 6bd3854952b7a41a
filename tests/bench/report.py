"""docs/performance.md: each bench writes its own section, of one run, with the machine that it ran on."""

import platform
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
HEAD = """# Performance

Written by `make bench`, not by hand. Each section is one run, ours and its peers in turn: ratios hold within a
section, never between two. Processor time is that of the whole process, of all its threads.
"""


@dataclass(frozen=True)
class Row:
    """One figure. `goal` as in the words of whoever set it; empty where none was set."""

    what: str
    ours: str
    peer: str = ""
    ratio: str = ""
    goal: str = ""


def write(title: str, why: str, rows: Sequence[Row], note: str = "") -> None:
    """Puts the section in the place of the one of this title, or at the end."""
    lines = [
        f"## {title}",
        "",
        why,
        "",
        _machine(),
        "",
        "| figure | ours | peer | ratio | goal |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {row.what} | {row.ours} | {row.peer} | {row.ratio} | {row.goal} |" for row in rows]
    section = "\n".join([*lines, "", *([note, ""] if note else [])])
    page = PAGE.read_text("utf-8") if PAGE.exists() else HEAD
    before = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    page = before.sub(lambda _: section, page) if before.search(page) else page.rstrip() + "\n\n" + section
    PAGE.write_text(page.rstrip() + "\n", "utf-8")
    print("\n".join(lines[6:]))


def _machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="ascii"))
    cores = Path("/proc/cpuinfo").read_text(encoding="ascii").count("processor\t")
    load = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {model[1] if model else platform.machine()}, {cores} cores, load "
        f"{load} at the end; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )
