"""`--config` is taken wherever the help offers it, before the action and after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.cli.main import parser

GIVEN = ("--config", "here/bridge.yaml")
ACTIONS = {
    "incidents": [[], ["list"], ["show", "id"], ["verify"]],
    "links": [["revoke", "--person", "maruyama"]],
}


def orders() -> Iterator[tuple[str, ...]]:
    for command, actions in ACTIONS.items():
        for action in actions:
            yield (command, *GIVEN, *action)
            yield (command, *action, *GIVEN)


@pytest.mark.parametrize("words", list(orders()), ids=" ".join)
def test_the_configuration_may_be_named_before_the_action_or_after_it(words: tuple[str, ...]) -> None:
    assert parser().parse_args(words).config == Path("here/bridge.yaml")


@pytest.mark.parametrize("words", ["incidents", "incidents list", "links revoke"])
def test_without_one_the_usual_place_is_meant(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIDGE_CONFIG", raising=False)
    assert parser().parse_args(words.split()).config == Path("config/bridge.yaml")


def test_the_later_one_counts() -> None:
    args = parser().parse_args(["incidents", "--config", "a.yaml", "verify", "--config", "b.yaml"])
    assert args.config == Path("b.yaml")
