"""docs/configuration.md, made from the models: `python -m bridge.cli.reference > docs/configuration.md`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import SecretStr, WithJsonSchema
from pydantic.fields import FieldInfo

from bridge.config import SOURCES, Config
from bridge.config.fitting import secrets_of, settings_of
from bridge.config.sections import Endpoint, Network, Size
from bridge.core.matchers import Matchers
from bridge.core.settings import Policy
from bridge.core.values import LocalText, Model, format_duration
from bridge.sources.mapping import Expression
from bridge.sources.preset import shipped
from bridge.sources.settings import SourceSettings

_TYPES: Mapping[Any, str] = {
    str: "text",
    int: "number",
    float: "pace",
    bool: "true or false",
    timedelta: "duration",
    Path: "path",
    SecretStr: "secret",
    ZoneInfo: "time zone",
    Matchers: "matcher",
    LocalText: "text, or `{ja: …, en: …}`",
    Endpoint: "host:port",
    Size: "size",
    Expression: "JMESPath",
    Network: "address or network",
}
_HEAD = """# Configuration

<!-- Made by `python -m bridge.cli.reference`; a test compares. Change the models, not this page. -->

One YAML file, named by `--config` or `BRIDGE_CONFIG`. [config/bridge.yaml](../config/bridge.yaml) is a
complete sample; `bridge check` says what is wrong with yours, with the line and what to do. SIGHUP or
`POST /-/reload` loads it anew; a file with a mistake is refused whole, and what runs goes on.

- A key that is not in these tables is an error. `null` is as good as not written.
- A **secret** is given as `<key>_file`, a file whose content counts without its last line end, or in place as
  `${VARIABLE}`. It appears in no log, page or message.
- `${VARIABLE}` inside any text is the environment variable; `$${VARIABLE}` is the text `${VARIABLE}`.
- A **path** is relative to the file. A **duration** is written as Prometheus does: `90s`, `15m`, `1h30m`.
- A **matcher** has Alertmanager's syntax: `service="shop"`, `severity=~"critical|page"`, `!=`, `!~`; several with
  commas between, with or without braces around, must all hold. An expression is RE2 and covers the whole value; a
  label that is missing counts as empty.
- Where a text in two languages is asked for, a plain text is the Japanese.
"""


@dataclass(frozen=True)
class SettingRow:
    """One key of the tables."""

    key: str
    type: str
    default: str
    meaning: str


def reference() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(f"\n{_section(key, field)}" for key, field in settings_of(Config).items())


def _section(key: str, field: FieldInfo) -> str:
    rows = list(_rows(key, field, secret=False))
    model = _model_in(field.annotation)
    if model and issubclass(model, SourceSettings):
        model = SourceSettings
        rows += _of_single_sources()
    about = " ".join((model.__doc__ or "").split("\n\n")[0].split()) if model else ""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    lines += [f"| `{row.key}` | {row.type} | {row.default} | {row.meaning} |" for row in rows]
    return "\n".join([f"## {key}", "", *([about, ""] if about else []), *lines, ""])


def _rows(key: str, field: FieldInfo, *, secret: bool) -> Iterator[SettingRow]:
    """A row for the key, unless it only holds other keys, and rows for all keys inside it."""
    inner = _model_in(field.annotation)
    if inner is Policy and key != "policy":
        inner = None  # described once, in its own section
    if inner is None or field.annotation is not inner:
        written = f"{key}` or `{key}_file" if secret else key
        kind = f"{_type(field.annotation)}{_bounds(field)}"
        yield SettingRow(written, kind, _default(field), _cell(field.description or ""))
    if inner is not None:
        prefix, secrets = f"{key}{_repeated(field.annotation)}", secrets_of(inner)
        for name, child in settings_of(
            SourceSettings if issubclass(inner, SourceSettings) else inner
        ).items():
            yield from _rows(
                f"{prefix}.{name}", child, secret=name in secrets and _model_in(child.annotation) is None
            )


def _of_single_sources() -> Iterator[SettingRow]:
    """What single sources may be told besides. A preset's mapping is that of the generic source."""
    common = settings_of(SourceSettings)
    presets = shipped()
    for kind in sorted(SOURCES.keys() - presets.keys()):
        for name, field in settings_of(SOURCES[kind].Settings).items():
            if name not in common:
                yield from _rows(f"sources.{kind}.{name}", field, secret=False)
    named = ", ".join(f"`{kind}`" for kind in presets)
    about = f"of {named}: the keys of `sources.generic.mapping` that are elsewhere than the preset says"
    yield SettingRow("sources.<preset>.mapping", "mapping", "`{}`", about)


def _type(shape: Any) -> str:
    origin, inner = get_origin(shape), get_args(shape)
    if shape in _TYPES:
        return _TYPES[shape]
    if origin is Annotated:
        words = next((one.json_schema or {} for one in inner if isinstance(one, WithJsonSchema)), {})
        return _choice(words["enum"]) if "enum" in words else _type(inner[0])
    if origin is Literal:
        return _choice(inner)
    if origin in (Union, UnionType):
        return " or ".join(_type(choice) for choice in inner if choice is not NoneType)
    if origin in (tuple, frozenset):
        return f"list of {_type(inner[0])}" if _model_in(inner[0]) is None else "list"
    return "mapping"


def _choice(words: Iterable[str]) -> str:
    return " or ".join(f"`{word}`" for word in words)


def _bounds(field: FieldInfo) -> str:
    words = {"gt": "more than", "ge": "at least", "le": "at most"}
    found = [
        (word, getattr(one, name))
        for one in field.metadata
        for name, word in words.items()
        if hasattr(one, name)
    ]
    return "".join(f", {word} {_written(bound)}" for word, bound in found)


def _default(field: FieldInfo) -> str:
    return "required" if field.is_required() else f"`{_written(field.default)}`"


def _written(value: object) -> str:
    """A value as YAML has it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, tuple | frozenset):
        return f"[{', '.join(map(_written, value))}]"
    return "{}" if isinstance(value, Model) else str(value) or '""'


def _model_in(shape: Any) -> type[Model] | None:
    """The model that a key holds, alone, in a list or under names. A text in two languages is not a section."""
    if isinstance(shape, type) and issubclass(shape, Model):
        return None if shape is LocalText else shape
    return next((model for part in get_args(shape) if (model := _model_in(part))), None)


def _repeated(shape: Any) -> str:
    """The ending of the key of a list (`[]`) or of a mapping (`.<name>`) of sections; else empty."""
    return {tuple: "[]", Mapping: ".<name>"}.get(get_origin(shape), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
