"""What people may do on the console, as a table. Their approval links are another matter: a link names its person.

Deciding about a letter is not in it: that happens on the personal page alone (docs/design.md §6.4).
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from bridge.core.settings import Escalation, Person, Role

Act = Literal["see", "open_own_page", "upload", "drill"]
"""`see`: every page. `open_own_page`: the way to one's own approval page. `upload`: a batch of individual apologies,
which is a draft. `drill`: to begin a drill, and to have oneself rung on trial."""

ALLOWED: Mapping[Role, frozenset[Act]] = {
    "view": frozenset({"see"}),
    "approve": frozenset({"see", "open_own_page", "upload", "drill"}),
    "admin": frozenset({"see", "open_own_page", "upload", "drill"}),
}


def role_of(person: Person, escalations: Iterable[Escalation]) -> Role | None:
    """The role that the configuration gives; else `approve` for whoever is rung; else none, which sees nothing."""
    if person.role is not None:
        return person.role
    return "approve" if any(person.id in each.people() for each in escalations) else None


def may(role: Role | None, act: Act) -> bool:
    """Whether somebody in that role may do it."""
    return role is not None and act in ALLOWED[role]
