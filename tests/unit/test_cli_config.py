"""`--config` is taken before the action and after it; a file that cannot be used is a finding of every command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.cli.main import main, parser

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


@pytest.mark.parametrize(
    "words",
    [
        "serve",
        "check",
        "preview FILE",
        "alert FILE",
        "incidents list",
        "links revoke --person sato",
        "migrate",
    ],
)
@pytest.mark.parametrize("content", [None, "people: ["])
def test_a_configuration_that_cannot_be_used_is_a_finding_of_every_command(
    words: str, content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bridge.yaml"
    if content is not None:
        file.write_text(content)
    assert main([*words.split(), "--config", str(file)]) == 1
    said = capsys.readouterr()
    assert str(file) in said.out + said.err


@pytest.mark.parametrize("port", ["0", "99999", "-1", "http"])
def test_a_port_that_is_none_is_a_mistake_of_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["demo", "--port", port])
    assert refused.value.code == 2
    assert "--port" in capsys.readouterr().err
