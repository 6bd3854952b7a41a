"""docs/api.md, made from the routes: `python -m bridge.cli.api_reference > docs/api.md`."""

from collections.abc import Iterable, Iterator
from typing import cast

from fastapi import FastAPI

from bridge.web.api.description import ApiDescription, FieldDescription, Operation, describe
from bridge.web.api.router import api_router
from bridge.web.auth import Guard
from bridge.web.dependencies import Dependencies

_HEAD = """# API

<!-- Made by `python -m bridge.cli.api_reference`; a test compares. Change the routes, not this page. -->

For programs, and for what the command line does through a running bridge (docs/cli.md). A running bridge shows this
at `/docs` and its OpenAPI at `/openapi.json`, on `server.ops_listen` where that is set. Every call needs the token
of `api`:

    BRIDGE=http://127.0.0.1:8080
    TOKEN=$(cat /etc/bridge/secrets/api.token)

Times are RFC 3339 in UTC. Bodies have the limits of webhooks. Fields that are not listed are refused in bodies, and
may come in answers: ignore what you do not know. What each call means: docs/design.md, sections 6.6 and 6.7.
"""


def api_reference() -> str:
    """The page, in Markdown."""
    return _HEAD + "\n" + "\n".join(_lines(described()))


def described() -> ApiDescription:
    """The API as its routes are, without a bridge behind them: nothing is asked while they are described."""
    nobody = cast(Dependencies, None)
    app = FastAPI()
    app.include_router(api_router(nobody, Guard(nobody)))
    return describe(app.openapi())


def _lines(api: ApiDescription) -> Iterator[str]:
    for operation in api.operations:
        yield from _operation(operation)
    yield from (
        "## Refusals",
        "",
        "`application/problem+json` (RFC 9457) with `title`, `status` and, where known, `field`.",
        "",
    )
    yield from ("| status | means |", "|---|---|")
    yield from (f"| {status} | {what} |" for status, what in api.problems)
    yield from ("", "## Shapes", "")
    for shape in api.shapes:
        yield from (f"### {shape.name}", "", *_table("field", shape.fields, notes=False), "")


def _operation(of: Operation) -> Iterator[str]:
    yield from (
        f"## {of.method} {of.path}",
        "",
        of.what,
        "",
        f"    {of.curl}",
        "",
        f"Answers {of.answer}.",
        "",
    )
    if of.query:
        yield from (*_table("query", of.query), "")
    if of.body:
        yield from (*_table("body", of.body), "")


def _table(kind: str, fields: Iterable[FieldDescription], *, notes: bool = True) -> Iterator[str]:
    yield from ((f"| {kind} | type | |", "|---|---|---|") if notes else (f"| {kind} | type |", "|---|---|"))
    for field in fields:
        yield f"| `{field.name}` | {field.type} |" + (f" {field.note} |" if notes else "")


if __name__ == "__main__":
    print(api_reference(), end="")
