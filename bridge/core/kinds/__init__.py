"""The kinds of notices. Each is one module of this package that holds its `SPEC`, and is found by its name."""

from collections.abc import Callable, Mapping

from bridge.core.kinds.spec import Asks, Clock, KindSpec, Own, Promises, Recipients
from bridge.plugins import modules_in

__all__ = [
    "KINDS",
    "SPECS",
    "Asks",
    "Clock",
    "KindSpec",
    "Own",
    "Promises",
    "Recipients",
    "kinds_that",
    "spec_of",
]


def _found() -> Mapping[str, KindSpec]:
    specs = {name: module.SPEC for name, module in modules_in(__name__).items() if hasattr(module, "SPEC")}
    return dict(sorted(specs.items(), key=lambda found: found[1].place))


SPECS: Mapping[str, KindSpec] = _found()
KINDS: tuple[str, ...] = tuple(SPECS)


def spec_of(kind: str) -> KindSpec:
    """The specification of a kind. Raises KeyError for a name that no module has."""
    return SPECS[kind]


def kinds_that(holds: Callable[[KindSpec], bool]) -> tuple[str, ...]:
    """The names of the kinds of which something holds, in the order of a correspondence."""
    return tuple(name for name, spec in SPECS.items() if holds(spec))
