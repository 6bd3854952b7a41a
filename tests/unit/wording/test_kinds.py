"""Rules ask for classes of kinds, so that a new kind of notice is one row of one table."""

import re
from pathlib import Path

import pytest

from bridge import wording
from bridge.core.kinds import KINDS
from bridge.wording import all_rules
from bridge.wording.kinds import CLASSES, KindClass, classes_of, kinds_in

FOLDER = Path(wording.__file__).parent
A_KIND = re.compile(rf"""["'](?:{"|".join(CLASSES)})["']""")


def read_by(kind: str) -> set[str]:
    return {rule.id for rule in all_rules() if rule.reads(kind, "ja")}


def test_every_kind_of_notice_has_its_classes() -> None:
    assert set(CLASSES) == set(KINDS)


def test_only_the_table_names_a_kind() -> None:
    naming = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*.py")
        if A_KIND.search(path.read_text(encoding="utf-8"))
    }
    assert naming == {"kinds.py"}


@pytest.mark.parametrize("kind", [*CLASSES, "followup", "whatever", ""])
def test_a_rule_reads_a_kind_that_is_in_one_of_its_classes(kind: str) -> None:
    wanted = {rule.id for rule in all_rules() if "ja" in rule.locales and rule.letters & classes_of(kind)}
    assert read_by(kind) == wanted


@pytest.mark.parametrize(
    ("classes", "kinds"),
    [
        (KindClass.TO_EVERYONE, {"first", "update", "recovery", "final"}),
        (KindClass.TO_ONE_PERSON, {"individual"}),
        (KindClass.ABOUT_THE_FUTURE, {"first", "update"}),
        (KindClass.ABOUT_THE_PAST, {"recovery", "final"}),
        (KindClass.OPENING, {"first"}),
        (KindClass.FOLLOW_UP, {"update"}),
        (KindClass.CORRECTING, {"correction"}),
        (KindClass.TO_EVERYONE | KindClass.TO_ONE_PERSON, set(CLASSES) - {"correction"}),
        (KindClass.ANY, set()),
        (KindClass.ANY | KindClass.OPENING, set()),
    ],
)
def test_a_class_holds_its_kinds_and_the_class_of_all_is_not_limited(
    classes: KindClass, kinds: set[str]
) -> None:
    assert kinds_in(classes) == kinds


def test_a_kind_that_is_not_in_the_table_gets_the_rules_for_all_and_no_other() -> None:
    for_all = {rule.id for rule in all_rules() if KindClass.ANY in rule.letters and "ja" in rule.locales}
    assert read_by("whatever") == for_all
    assert all(for_all < read_by(kind) for kind in CLASSES)


def test_what_the_command_line_calls_a_followup_is_an_update() -> None:
    assert classes_of("followup") == classes_of("update")
