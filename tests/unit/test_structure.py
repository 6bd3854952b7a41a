"""The house of DESIGN.md §8: imports point one way, the core is pure, and only clock.py knows the time."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "bridge").rglob("*.py"))

# A module may import what stands on an earlier line, and its own package.
LAYERS = [
    {"errors", "core", "resources", "clock", "metrics", "log"},
    {"sources", "letters", "oncall", "store", "delivery"},
    {"config", "keys"},
    {"stages"},
    {"delivery.composing", "delivery.lanes", "delivery.lists", "delivery.marks"},
    {"timer", "web"},
    {"app"},
    {"demo"},
    {"cli"},
]
# What the core is made of besides the standard library: values, a linear-time matcher, a calendar.
CORE_MAY_USE = {"annotated_types", "bridge", "jpholiday", "pydantic", "re2"}
TELLS_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "sleep"),
    ("asyncio", "sleep"),
}


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
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


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_one_way(path):
    module = module_of(path)
    package = module.split(".")[1] if "." in module else ""
    wrong = [
        name
        for name in imports(ast.parse(path.read_text("utf-8")))
        if name.startswith("bridge.") and name.split(".")[1] != package and layer(name) >= layer(module) >= 0
    ]
    assert wrong == []


def test_every_module_has_a_layer():
    modules = [module_of(path) for path in FILES]
    assert [m for m in modules if m != "bridge" and layer(m) < 0] == []


def test_the_core_is_pure():
    used = {
        name.split(".")[0]
        for path in (ROOT / "bridge" / "core").rglob("*.py")
        for name in imports(ast.parse(path.read_text("utf-8")))
    }
    assert used - CORE_MAY_USE - set(sys.stdlib_module_names) == set()
    assert used & {"asyncio", "os", "pathlib", "socket", "subprocess", "threading", "time"} == set()


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_import_hides_in_a_function(path):
    tree = ast.parse(path.read_text("utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [name for function in functions for name in imports(function) if name.startswith("bridge")] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "clock.py"], ids=module_of)
def test_only_the_clock_tells_the_time(path):
    told = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in TELLS_THE_TIME
    ]
    assert told == []
