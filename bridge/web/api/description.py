"""The API for its readers, from its own OpenAPI: docs/api.md and the page /docs show the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A field of a body, an answer or a query. `note` is empty where there is nothing to add."""

    name: str
    type: str
    note: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `curl` is its command line; `content` the type of its body, empty without one."""

    method: str
    path: str
    what: str
    content: str
    query: tuple[FieldDescription, ...]
    body: tuple[FieldDescription, ...]
    answer: str
    curl: str


@dataclass(frozen=True, slots=True)
class NamedShape:
    """A shape that answers are made of."""

    name: str
    fields: tuple[FieldDescription, ...]


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """Everything under /api/v1."""

    operations: tuple[Operation, ...]
    shapes: tuple[NamedShape, ...]
    problems: tuple[tuple[int, str], ...]


def describe(openapi: Schema) -> ApiDescription:
    """The description in an OpenAPI document of ours."""
    schemas: Mapping[str, Schema] = openapi["components"]["schemas"]
    operations = tuple(_operations(openapi, schemas))
    shapes = (
        NamedShape(_named(name), _fields(shape)) for name, shape in schemas.items() if name.endswith("Out")
    )
    return ApiDescription(operations, tuple(shapes), _problems(openapi))


def _operations(openapi: Schema, schemas: Mapping[str, Schema]) -> Iterator[Operation]:
    for path, methods in openapi["paths"].items():
        for method, one in methods.items():
            content, body = _body(one, schemas)
            query = [each for each in one.get("parameters", ()) if each["in"] == "query"]
            yield Operation(
                method=method.upper(),
                path=path,
                what=one["description"],
                content=content,
                query=tuple(_field(each["name"], each["schema"], required=False) for each in query),
                body=body,
                answer=_answer(one),
                curl=_curl(method.upper(), path, content),
            )


def _body(operation: Schema, schemas: Mapping[str, Schema]) -> tuple[str, tuple[FieldDescription, ...]]:
    for content, given in operation.get("requestBody", {}).get("content", {}).items():
        names = [name for name in schemas if name in _type(given["schema"]).split(" or ")]
        return content, tuple(field for name in names for field in _fields(schemas[name]))
    return "", ()


def _answer(operation: Schema) -> str:
    """`201 Notice`: the status of success and the shape that comes with it."""
    status, given = next((code, one) for code, one in operation["responses"].items() if code < "300")
    return f"{status} {_type(given['content']['application/json']['schema'])}"


def _problems(openapi: Schema) -> tuple[tuple[int, str], ...]:
    """The answers that any call may give, with what they mean."""
    found = {
        int(status): str(one["description"])
        for methods in openapi["paths"].values()
        for operation in methods.values()
        for status, one in operation["responses"].items()
        if int(status) >= HTTPStatus.BAD_REQUEST
    }
    return tuple(sorted(found.items()))


def _fields(shape: Schema) -> tuple[FieldDescription, ...]:
    required = shape.get("required", ())
    return tuple(
        _field(name, one, required=name in required) for name, one in shape.get("properties", {}).items()
    )


def _field(name: str, schema: Schema, *, required: bool) -> FieldDescription:
    bounds = {"maxLength": "at most {} characters", "minimum": "at least {}", "maximum": "at most {}"}
    notes = ["required"] if required else []
    notes += [words.format(schema[key]) for key, words in bounds.items() if key in schema]
    if schema.get("default") not in (None, ""):
        notes.append(f"default {schema['default']}")
    return FieldDescription(name, _type(schema), ", ".join(notes))


def _type(schema: Schema) -> str:
    """`text`, `time or null`, `list of Finding`."""
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{word}`" for word in schema["enum"])
    if schema.get("type") == "array":
        return "two numbers" if "prefixItems" in schema else f"list of {_type(schema['items'])}"
    formats = {"date-time": "time", "date": "day"}
    plain = {
        "string": "text",
        "integer": "number",
        "object": "mapping",
        "null": "null",
        "boolean": "true or false",
    }
    return formats.get(schema.get("format", "")) or plain.get(schema.get("type", ""), "anything")


def _named(name: str) -> str:
    return name.removesuffix("Out")


def _curl(method: str, path: str, content: str) -> str:
    words = ["curl", '-H "Authorization: Bearer $TOKEN"']
    if content == "text/csv":
        words += ["-H 'Content-Type: text/csv' --data-binary @FILE.csv"]
    elif method == "POST":
        words += ["-H 'Content-Type: application/json' -d '{}'"]
    return " ".join([*words, f"$BRIDGE{path}"])
