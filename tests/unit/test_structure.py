"""The house of docs/design.md §15: imports point one way and never in a circle, the core is pure, only clock.py knows
the time, a class name means one thing, and functions take few parameters."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from bridge.core.kinds import KINDS

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "bridge").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# Functions with more than five parameters, constructors left out. The number may only fall.
LONG_SIGNATURES = 7

# A module may import what stands on an earlier line, and its own package.
LAYERS = [
    {"plugins", "redaction"},
    {"errors", "core", "resources", "clock", "metrics", "log"},
    {"wording"},
    {"sources", "letters", "oncall", "store", "smtp", "audiences", "metronome"},
    {"config", "keys"},
    {"stages"},
    {"loops", "web"},
    {"app"},
    {"demo", "setup"},
    {"cli"},
]
# What the core is made of besides the standard library: values, a linear-time matcher, a calendar.
CORE_MAY_USE = {"bridge", "jpholiday", "pydantic", "pydantic_core", "re2"}
TELLS_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "sleep"),
    ("asyncio", "sleep"),
}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in a file's syntax tree, read once for all tests."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imports(of: Iterator[ast.AST] | tuple[ast.AST, ...]) -> Iterator[str]:
    for node in of:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from [alias.name for alias in node.names]


def layer(module: str) -> int:
    """The line of a module: that of its file where it has one of its own, else of its package."""
    parts = module.split(".")[1:]
    names = [".".join(parts[:2]), parts[0]]
    return next((n for name in names for n, line in enumerate(LAYERS) if name in line), -1)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def modules() -> Iterator[tuple[str, tuple[ast.AST, ...]]]:
    """Every module with the nodes of its syntax tree."""
    yield from ((module_of(path), nodes(path)) for path in FILES)


def graph() -> dict[str, set[str]]:
    """The modules of the bridge that each module imports, for types alone too."""
    known = {module_of(path) for path in FILES}
    return {
        module: {name if name in known else name.rpartition(".")[0] for name in imports(found)} & known
        for module, found in modules()
    }


def circles(edges: Mapping[str, set[str]]) -> list[set[str]]:
    """The groups of modules that reach each other: those that one module reaches and that reach it."""
    reached = {start: _reached(edges, start) for start in edges}
    together = {
        frozenset(end for end in reached[start] if start in reached[end]) for start in edges
    }  # empty for a module that does not reach itself
    return sorted((set(group) for group in together if group), key=sorted)


def _reached(edges: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    ahead = list(edges[start])
    while ahead:
        if (module := ahead.pop()) not in found:
            found.add(module)
            ahead += edges[module]
    return found


def test_imports_point_one_way():
    wrong = [
        f"{module} imports {name}"
        for module, found in modules()
        for name in imports(found)
        if name.startswith("bridge.")
        and name.split(".")[1] != module.partition(".")[2].split(".")[0]
        and layer(name) >= layer(module) >= 0
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "edges, found",
    [
        pytest.param({"a": {"b"}, "b": {"c"}, "c": set()}, [], id="a line"),
        pytest.param({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}, [], id="two ways to one module"),
        pytest.param({"a": {"a"}}, [{"a"}], id="a module that imports itself"),
        pytest.param({"a": {"b"}, "b": {"c"}, "c": {"b"}}, [{"b", "c"}], id="a way into a circle"),
        pytest.param(
            {"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"c"}}, [{"a", "b"}, {"c", "d"}], id="two circles"
        ),
    ],
)
def test_circles_are_found(edges, found):
    assert circles(edges) == found


def test_no_files_import_each_other_in_a_circle():
    assert circles(graph()) == []


def test_no_public_class_name_stands_twice():
    places = defaultdict(list)
    for module, found in modules():
        for node in found:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_functions_take_five_parameters_at_most():
    long = [
        f"{module}.{node.name}"
        for module, found in modules()
        for node in found
        if isinstance(node, FUNCTIONS) and node.name != "__init__" and _parameters(node) > 5
    ]
    assert len(long) <= LONG_SIGNATURES, long


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many a caller may give: `self` and `cls` are not counted."""
    given = function.args
    return len({a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)} - {"self", "cls"})


def test_every_module_has_a_layer():
    assert [module for module, _ in modules() if module != "bridge" and layer(module) < 0] == []


def test_the_core_is_pure():
    core = [found for module, found in modules() if module.startswith("bridge.core")]
    used = {name.split(".")[0] for found in core for name in imports(found)}
    assert used - CORE_MAY_USE - set(sys.stdlib_module_names) == set()
    assert used & {"asyncio", "os", "pathlib", "socket", "subprocess", "threading", "time"} == set()


def test_no_import_hides_in_a_function():
    hidden = [
        f"{module}: {name}"
        for module, found in modules()
        for node in found
        if isinstance(node, FUNCTIONS)
        for name in imports(ast.walk(node))
        if name.startswith("bridge")
    ]
    assert hidden == []


def test_imports_are_deferred_in_two_places_alone():
    """Sources, kinds, commands and a database's dialect, and the wording's families: each is found by its name."""
    deferring = {module for module, found in modules() if "importlib.import_module" in imports(found)}
    assert deferring == {"bridge.plugins", "bridge.wording.rules"}


def test_only_the_clock_tells_the_time():
    told = [
        f"{module}: {node.value.id}.{node.attr}"
        for module, found in modules()
        if module != "bridge.clock"
        for node in found
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in TELLS_THE_TIME
    ]
    assert told == []


def test_a_kind_is_named_only_where_it_is_specified():
    """Everything else asks its specification: one more kind is one more file (docs/design.md §2)."""
    at_home = ("bridge.core.kinds.", "bridge.core.next_notice", "bridge.store.migrations", "bridge.wording.")
    homonyms = {"bridge.letters.render"}  # Jinja has a filter called `first`
    homonyms |= {
        f"bridge.cli.{name}" for name in ("commands", "individual", "recovery", "update")
    }  # of commands
    named = {
        module
        for module, found in modules()
        if not module.startswith(at_home)
        for node in found
        if isinstance(node, ast.Constant) and node.value in KINDS
    }
    assert named == homonyms
