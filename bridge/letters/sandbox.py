"""The sandbox of letters: templates can neither reach out, nor grow a text, nor run for long.

Loops and calls are counted, and every text that a template builds is measured. Six loops in each other over sixty
customers would otherwise keep the whole process busy for an hour, rings included.
"""

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from itertools import count
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_CHARS = 100_000
MAX_STEPS = 20_000
FILTERS = ("default", "first", "join", "last", "length", "lower", "replace", "trim", "upper")
_COUNTED, _MEASURED = "counted steps", "measured text"  # no template can name them: they have a blank

_steps: ContextVar[Iterator[int]] = ContextVar("steps")


class LetterSandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, without what could grow a text or run for long."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def bounded(self) -> None:
        """Begin to count the steps of one rendering."""
        _steps.set(count(1))

    def only_ours(self) -> None:
        """Leave the few filters that letters need, and no globals."""
        self.globals.clear()
        kept = {name: self.filters[name] for name in FILTERS}
        self.filters = {**kept, _COUNTED: _counted, _MEASURED: _measured}

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Only sums, and short ones."""
        if operator != "+":
            raise SecurityError(f"{operator} is not available in a letter")
        return _measured(left + right)

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A macro that calls itself is a loop, too."""
        _step()
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Fields of our own values only: methods of texts, lists and rows are out of reach."""
        return not callable(value) and super().is_safe_attribute(obj, attr, value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template, with every loop counted and every joined or filtered text measured."""
        template = super()._parse(source, name, filename)
        for loop in template.find_all(nodes.For):
            loop.iter = _filtered(loop.iter, _COUNTED)
        _measure(template)
        return template


def _measure(node: nodes.Node) -> None:
    """Put the measure around what can make a longer text of shorter ones, at any depth."""
    for name, value in list(node.iter_fields()):
        if isinstance(value, list):
            setattr(node, name, [_measured_node(each) for each in value])
        elif isinstance(value, nodes.Node):
            setattr(node, name, _measured_node(value))


def _measured_node(node: Any) -> Any:
    if not isinstance(node, nodes.Node):
        return node
    _measure(node)
    grows = isinstance(node, nodes.Concat) or (
        isinstance(node, nodes.Filter) and node.name in ("replace", "join")
    )
    return _filtered(node, _MEASURED) if grows else node


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@pass_context
def _counted(_context: Context, items: Iterable[Any]) -> list[Any]:
    """The items, each of which is one step. A list, because `loop.length` asks for it.

    It takes the context, so that Jinja2 does not work it out while it compiles.
    """
    found = list(items)
    for _ in found:
        _step()
    return found


def _measured(value: Any) -> Any:
    if isinstance(value, str | list | tuple) and len(value) > MAX_CHARS:
        raise SecurityError(f"longer than {MAX_CHARS} characters")
    return value


def _step() -> None:
    if next(_steps.get()) > MAX_STEPS:
        raise SecurityError(f"more than {MAX_STEPS} turns of loops")
