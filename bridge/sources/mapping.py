"""Which part of a sender's JSON is which part of an alert: JMESPath (jmespath.org), compiled when it is loaded."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError, ParseError
from jmespath.functions import Functions
from pydantic import BeforeValidator, Field

from bridge.core.settings import Zone
from bridge.core.values import Model
from bridge.errors import SourceError


class Expression:
    """A JMESPath expression. Raises ValueError for a text that is none, with the column and JMESPath's own words."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self._compiled = _compile(text)
        except ParseError as error:
            where = f"column {error.lex_position + 1}: " if error.lex_position is not None else ""
            raise ValueError(f"not JMESPath: {where}{_words(error)}. See jmespath.org") from None
        except JMESPathError as error:
            raise ValueError(f"not JMESPath: {_words(error)}. See jmespath.org") from None
        for name in _functions(self._compiled.parsed):
            if name not in Functions.FUNCTION_TABLE:
                raise ValueError(f"not JMESPath: no function {name}(). See jmespath.org")

    def __str__(self) -> str:
        return self._text

    def of(self, value: object, field: str) -> Any:
        """What the expression finds in a value. Raises SourceError naming the field where it cannot be applied."""
        try:
            return self._compiled.search(value)
        except Exception as error:  # a type that a function does not take, a number without end
            raise SourceError(field, f"{self._text}: {_words(error)}") from None


@cache
def _compile(text: str) -> Any:
    return jmespath.compile(text)


def _words(error: Exception) -> str:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return first.removeprefix("Invalid jmespath expression: ")[:200].rstrip(" .:")


def _functions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "function_expression":
            yield node["value"]
        for child in node.get("children", ()):
            yield from _functions(child)


def _expression(value: object) -> object:
    return Expression(value) if isinstance(value, str) else value


def _by_name(value: object) -> object:
    if not isinstance(value, dict):
        return _expression(value)
    found = {}
    for name, written in value.items():
        try:
            found[str(name)] = _expression(written)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if not isinstance(found[str(name)], Expression):
            raise ValueError(f"{name}: must be a JMESPath expression. Put it in quotes")
    return found


Jmes = Annotated[Expression, BeforeValidator(_expression)]
JmesByName = Annotated[Mapping[str, Expression] | Expression, BeforeValidator(_by_name)]


class Statuses(Model):
    """What the words of `status` mean."""

    firing: tuple[str, ...] = Field(default=("firing",), description="words for an alert that fires")
    resolved: tuple[str, ...] = Field(default=("resolved",), description="words for one that has ended")
    still: tuple[str, ...] = Field(
        default=(), description="words that neither begin nor end anything; `*`: every other word"
    )


class AlertMapping(Model):
    """Where the parts of an alert are. Each key that is written takes the place of the preset's, if there is one."""

    accepts: Jmes | None = Field(default=None, description="must hold for the body, or it is refused")
    typical: Jmes | None = Field(
        default=None,
        description="what tells the body from another sender's of the same shape, where one is guessed",
    )
    strict_json: bool = Field(default=True, description="`false`: texts may hold raw line ends, as of Gatus")
    inside: Jmes | None = Field(
        default=None, description="where the body is inside of what is posted, in base64, as Pub/Sub does"
    )
    alerts: Jmes = Field(
        default=Expression("@"),
        description="the list of alerts in the body, or the only one; default: the body",
    )
    ignore: Jmes | None = Field(default=None, description="true for an entry that is no alert")
    test: Jmes | None = Field(default=None, description="true for what a test button sends")
    fingerprint: Jmes | None = Field(
        default=None, description="the identity of the condition: no time, value, severity or message"
    )
    status: Jmes | None = Field(default=None, description="a word of `statuses`")
    statuses: Statuses = Field(default=Statuses(), description="what the words of `status` mean")
    starts_at: Jmes | None = Field(default=None, description="when it began; default: the receipt")
    ends_at: Jmes | None = Field(default=None, description="when it ended; default: the receipt")
    as_of: Jmes | None = Field(
        default=None, description="when the sender said so: what is older changes nothing"
    )
    end_note: Jmes | None = Field(
        default=None,
        description="why an end measured nothing, as in `closed by hand`; such an end ends nothing",
    )
    time_format: Literal["epoch_s", "epoch_ms"] | None = Field(
        default=None, description="of numbers; default: by their size"
    )
    zone: Zone | None = Field(default=None, description="of times that are written without one")
    labels: JmesByName = Field(default={}, description="expressions by label, or one that yields an object")
    words: Jmes | None = Field(
        default=None, description="a text, or a list of them, whose `key=value` or `key:value` are labels too"
    )
    tags: Jmes | None = Field(
        default=None, description="an object of texts, or of lists of which the first counts: labels too"
    )
    severities: Mapping[str, str] = Field(default={}, description="the sender's words for severity, and ours")
    annotations: JmesByName = Field(default={}, description="as `labels`")
    url: Jmes | None = Field(default=None, description="a page about the alert")

    def over(self, base: Self) -> Self:
        """The base with the keys that were written here in their place."""
        return base.model_copy(update={key: getattr(self, key) for key in self.model_fields_set})
