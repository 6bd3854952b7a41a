"""Modules found by their name in a folder: one more source, or one more kind of notice, needs no list."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules_in(package: str) -> Mapping[str, ModuleType]:
    """Every module that lies directly in this package, by its own name, in alphabetical order."""
    path = import_module(package).__path__
    return {found.name: import_module(f"{package}.{found.name}") for found in iter_modules(path)}


def module_called(package: str, name: str) -> ModuleType:
    """The module of that name in this package, imported when it is asked for."""
    return import_module(f"{package}.{name}")
