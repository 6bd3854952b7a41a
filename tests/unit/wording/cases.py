"""The labelled cases: examples.jsonl (ninety), more.jsonl (ours) and examples2.jsonl (real layouts), read once."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from bridge.wording import Context, Finding, Letter, check

HERE = Path(__file__).parent
NOW = datetime.fromisoformat("2026-11-24T10:20:00+09:00")
TUPLES = ("staff", "other_customers", "services", "domains", "public_urls", "to", "cc")


@dataclass(frozen=True)
class Case:
    id: str
    letter: Letter
    context: Context
    part: Any
    expected: frozenset[str]
    optional: frozenset[str]
    gap: str  # a fault that no rule covered when the case was written; empty for others

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return check(self.letter, self.context, self.part)


def read(name: str) -> list[Case]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [_case(json.loads(line)) for line in lines]


def _case(line: dict[str, Any]) -> Case:
    kind = "update" if line["kind"] == "followup" else line["kind"]
    subject, body = line.get("subject", ""), line.get("text", line.get("body", ""))
    return Case(
        line["id"],
        Letter(kind, subject, body, line.get("locale", "ja")),
        _context(line.get("ctx", {})),
        line["scope"],
        frozenset(line["expect"]),
        frozenset(line.get("optional", ())),
        line.get("gap", ""),
    )


def _context(ctx: dict[str, Any]) -> Context:
    known: dict[str, Any] = {name: tuple(value) if name in TUPLES else value for name, value in ctx.items()}
    known["now"] = datetime.fromisoformat(ctx["now"]) if "now" in ctx else NOW
    return Context(**known)


EXAMPLES = read("examples.jsonl")
MORE = read("more.jsonl")
REAL = read("examples2.jsonl")
