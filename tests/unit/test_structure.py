"""The house of docs/design.md §15: imports point one way, the core is pure, and only clock.py knows the time."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from bridge.core.kinds import KINDS

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "bridge").rglob("*.py"))

# A module may import what stands on an earlier line, and its own package.
LAYERS = [
    {"plugins"},
    {"errors", "core", "resources", "clock", "metrics", "log"},
    {"wording"},
    {"sources", "letters", "oncall", "store", "smtp", "audiences"},
    {"config", "keys"},
    {"stages"},
    {"loops", "web"},
    {"app"},
    {"demo"},
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


def trees() -> Iterator[tuple[str, ast.AST]]:
    """Every module with its syntax tree."""
    yield from ((module_of(path), ast.parse(path.read_text("utf-8"))) for path in FILES)


def test_imports_point_one_way():
    wrong = [
        f"{module} imports {name}"
        for module, tree in trees()
        for name in imports(tree)
        if name.startswith("bridge.")
        and name.split(".")[1] != module.partition(".")[2].split(".")[0]
        and layer(name) >= layer(module) >= 0
    ]
    assert wrong == []


def test_every_module_has_a_layer():
    assert [module for module, _ in trees() if module != "bridge" and layer(module) < 0] == []


def test_the_core_is_pure():
    core = [tree for module, tree in trees() if module.startswith("bridge.core")]
    used = {name.split(".")[0] for tree in core for name in imports(tree)}
    assert used - CORE_MAY_USE - set(sys.stdlib_module_names) == set()
    assert used & {"asyncio", "os", "pathlib", "socket", "subprocess", "threading", "time"} == set()


def test_no_import_hides_in_a_function():
    hidden = [
        f"{module}: {name}"
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in imports(node)
        if name.startswith("bridge")
    ]
    assert hidden == []


def test_only_the_clock_tells_the_time():
    told = [
        f"{module}: {node.value.id}.{node.attr}"
        for module, tree in trees()
        if module != "bridge.clock"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in TELLS_THE_TIME
    ]
    assert told == []


def test_a_kind_is_named_only_where_it_is_specified():
    """Everything else asks its specification: one more kind is one more file (docs/design.md §2)."""
    at_home = ("bridge.core.kinds.", "bridge.core.next_notice", "bridge.store.migrations", "bridge.wording.")
    homonyms = {"bridge.letters.render"}  # Jinja has a filter called `first`
    named = {
        module
        for module, tree in trees()
        if not module.startswith(at_home)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in KINDS
    }
    assert named == homonyms
