"""The kinds of letters, by what the rules ask of them. No other file of the wording check names a kind.

A new kind of notice is one row of `CLASSES`. A rule never asks for a kind, only for a class of kinds.
"""

from collections.abc import Mapping
from enum import Flag, auto


class KindClass(Flag):
    """What a kind of letter is like. A kind is in several classes, and a rule may read several."""

    ANY = auto()
    """Every letter, and also one of a kind that is not in the table."""
    TO_EVERYONE = auto()
    """A report to all customers of the service."""
    TO_ONE_PERSON = auto()
    """A letter to one customer, about the harm to that customer."""
    ABOUT_THE_FUTURE = auto()
    """The failure goes on: little is certain, and a next report must be announced."""
    ABOUT_THE_PAST = auto()
    """The failure is over: its end, cause and prevention must be told."""
    OPENING = auto()
    """The first that customers hear of the failure."""
    FOLLOW_UP = auto()
    """Customers had a report before this one: it must say what has changed."""
    CLOSING = auto()
    """The last report: nothing may stay open after it."""
    CORRECTING = auto()
    """It takes back what an earlier letter said."""


CLASSES: Mapping[str, KindClass] = {
    "first": KindClass.TO_EVERYONE | KindClass.ABOUT_THE_FUTURE | KindClass.OPENING,
    "update": KindClass.TO_EVERYONE | KindClass.ABOUT_THE_FUTURE | KindClass.FOLLOW_UP,
    "recovery": KindClass.TO_EVERYONE | KindClass.ABOUT_THE_PAST,
    "final": KindClass.TO_EVERYONE | KindClass.ABOUT_THE_PAST | KindClass.CLOSING,
    "individual": KindClass.TO_ONE_PERSON,
    "correction": KindClass.CORRECTING,
}
ALIASES = {"followup": "update"}
"""Kinds by the names that texts from outside the bridge use."""


def classes_of(kind: str) -> KindClass:
    """The classes of a kind. A kind that is not in the table is a letter and nothing more."""
    return KindClass.ANY | CLASSES.get(ALIASES.get(kind, kind), KindClass.ANY)


def kinds_in(classes: KindClass) -> frozenset[str]:
    """The kinds that are in any of these classes. Empty when the classes hold every letter."""
    if KindClass.ANY in classes:
        return frozenset()
    return frozenset(kind for kind, its_classes in CLASSES.items() if its_classes & classes)
