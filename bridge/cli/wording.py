"""`bridge wording FILE.jsonl`: check texts without a bridge running, one JSON object a line.

    {"id": "a1", "kind": "first", "scope": "sentence", "text": "まもなく復旧いたします。"}
    {"id": "a2", "kind": "followup", "scope": "full", "subject": "…", "body": "…", "ctx": {"report_no": 2}}

`ctx` is what is known besides the text. Its keys are those of `bridge.wording.Context`.
"""

import argparse
import codecs
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bridge import clock
from bridge.cli.commands import add_command
from bridge.core.dates import JAPAN
from bridge.errors import BridgeError
from bridge.wording import Context, Finding, Letter, check

SHOWN = ("rule", "severity", "field", "span", "text", "replacement")

Names = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]


class Unreadable(BridgeError):
    """The file cannot be checked. `str()` says in which line and why."""


class Line(BaseModel):
    """A mapping in the file. Unknown keys are ignored, and null means that the key is absent."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: each for key, each in value.items() if each is not None}


class Known(Line):
    """The `ctx` of a line."""

    now: datetime | None = None
    service: str = ""
    services: Names = ()
    report_no: int | None = None
    eta_confirmed: bool = False
    cause_confirmed: bool = False
    staff: Names = ()
    other_customers: Names = ()
    domains: Names = ()
    public_urls: Names | None = None
    to: Names = ()
    cc: Names = ()
    charset: str = "utf-8"

    @field_validator("charset")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise ValueError(f"no charset {value}") from None

    def context(self, now: datetime) -> Context:
        """The context for the check. A time without an offset is Japan's. Without a time, `now` is used."""
        told = self.now or now
        at = told if told.tzinfo else told.replace(tzinfo=JAPAN)
        return Context(**{**dict(self), "now": at})


class WordingCase(Line):
    """One line: a text and how much of a letter it is."""

    id: Any = None
    kind: str = ""
    scope: Literal["sentence", "subject", "full"]
    text: str = ""
    subject: str = ""
    body: str = ""
    locale: str = "ja"
    ctx: Known = Field(default_factory=Known)

    def letter(self) -> Letter:
        if self.scope == "subject":
            return Letter(self.kind, self.subject or self.text, self.body, self.locale)
        if self.scope == "sentence":
            return Letter(self.kind, "", self.text or self.body, self.locale)
        return Letter(self.kind, self.subject, self.body or self.text, self.locale)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "wording")
    parser.add_argument("file", type=Path, metavar="FILE.jsonl", help="keys as docs/wording.md lists them")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 when nothing was found, 1 when something was, 2 when the file cannot be read."""
    try:
        cases = read_cases(args.file)
    except Unreadable as error:
        print(f"bridge wording: {error}", file=sys.stderr)
        return 2
    now = clock.now()
    found = [check(case.letter(), case.ctx.context(now), case.scope) for case in cases]
    for case, findings in zip(cases, found, strict=True):
        print(_line({"id": case.id, "findings": [_shown(each) for each in findings]}))
    return 1 if any(found) else 0


def read_cases(path: Path) -> list[WordingCase]:
    """Every line of the file. Raises Unreadable naming file and line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: {error}") from None
    return [_case(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _case(path: Path, number: int, line: str) -> WordingCase:
    try:
        return WordingCase.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path}:{number}: not JSON: {error.msg} at column {error.colno}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "line"
        raise Unreadable(f"{path}:{number}: {where}: {first['msg']}") from None


def _line(found: dict[str, Any]) -> str:
    """One line of JSON. Half a surrogate pair stays an escape, because UTF-8 cannot carry it."""
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def _shown(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in SHOWN}
