"""Foreseen trouble is one line when it begins or changes, and one when it is over."""

from bridge.errors import StorageDown
from bridge.loops.trouble import Trouble
from tests.parts.logged import logged


def test_trouble_that_lasts_is_said_once_and_its_end_once() -> None:
    with logged() as lines:
        trouble = Trouble("marks_wait")
        trouble.over()
        for _ in range(50):
            trouble.met(StorageDown("The database cannot commit now"))
        trouble.met(StorageDown("disk full"))
        trouble.over()
        trouble.over()
    assert [(line["event"], line["level"], line.get("error")) for line in lines] == [
        ("marks_wait", "warning", "The database cannot commit now"),
        ("marks_wait", "warning", "disk full"),
        ("marks_wait_over", "info", None),
    ]
