"""What each role may do on the console."""

from typing import get_args

import pytest

from bridge.core.roles import Act, may, role_of
from bridge.core.settings import Escalation, Person, Role
from tests.parts import midori

SHOP = Escalation.model_validate(midori.ESCALATION)
MATRIX = {
    None: (),
    "view": ("see",),
    "approve": ("see", "open_own_page", "upload", "drill"),
    "admin": ("see", "open_own_page", "upload", "drill"),
}


@pytest.mark.parametrize("act", get_args(Act))
@pytest.mark.parametrize("role", [None, *get_args(Role)])
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role | None, act: Act) -> None:
    assert may(role, act) is (act in MATRIX[role])


def person(id: str, **more: str) -> Person:
    return Person.model_validate({"name": id, "email": f"{id}@example.jp", "id": id, **more})


@pytest.mark.parametrize(
    "who, role",
    [
        pytest.param(person("maruyama"), "approve", id="rung from the start"),
        pytest.param(person("sato"), "approve", id="rung later"),
        pytest.param(person("boss"), None, id="never rung"),
        pytest.param(person("boss", role="view"), "view", id="never rung, with a role"),
        pytest.param(person("maruyama", role="view"), "view", id="rung, with a role of their own"),
        pytest.param(person("maruyama", role="admin"), "admin", id="rung, and more"),
    ],
)
def test_a_role_is_the_one_that_is_written_else_that_of_the_escalations(
    who: Person, role: Role | None
) -> None:
    assert role_of(who, [SHOP]) == role
