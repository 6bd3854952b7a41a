"""What `bridge check` has found, as a value: the command prints it, and a page of the console shows it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

Level = Literal["error", "warning", "ok", "note"]
"""`error`: to be mended, the command exits 1. `note`: neither good nor bad, as when a sender posted last."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Lines by their level. An error and a warning read `file:line: key: what is wrong. What to do`."""

    error: tuple[str, ...] = ()
    warning: tuple[str, ...] = ()
    ok: tuple[str, ...] = ()
    note: tuple[str, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[tuple[Level, str]]) -> "CheckReport":
        found: dict[Level, list[str]] = {"error": [], "warning": [], "ok": [], "note": []}
        for level, line in lines:
            found[level].append(line)
        return cls(**{level: tuple(each) for level, each in found.items()})

    def to_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    @classmethod
    def from_text(cls, text: str) -> "CheckReport":
        """What `to_text` made. Raises ValueError for anything else."""
        try:
            return cls(**{level: tuple(lines) for level, lines in json.loads(text).items()})
        except (TypeError, AttributeError) as error:
            raise ValueError(str(error)) from None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A report and when it was made; None where the check did not come to its end."""

    at: datetime
    report: CheckReport | None
