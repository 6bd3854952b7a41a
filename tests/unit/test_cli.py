"""The command line: quick to start, known by its own table, quiet in a pipe, and described by docs/cli.md."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.cli.cli_reference import cli_reference
from bridge.cli.commands import COMMANDS
from bridge.cli.completion import completion
from bridge.cli.main import main, parser
from bridge.config import load
from tests.unit.test_setup import installed

ROOT = Path(__file__).parents[2]
BRIDGE = Path(sys.executable).with_name("bridge")
LOADED = "import sys; from bridge.cli.main import main\ntry: main(sys.argv[1:])\nfinally: print(*sys.modules)"


def loaded_by(*words: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    ran = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=False)
    return set(ran.stdout.splitlines()[-1].split())


def parsers(of: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield of
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


DATABASE = {"sqlalchemy", "alembic", "psycopg", "bridge.store.tables"}
SERVER = {"fastapi", "uvicorn", "uvloop", "apscheduler", "bridge.app"}
RULES = {
    "bridge.wording.ja.tone",
    "bridge.wording.en.claims",
}  # two families of many: all are imported, or none


def test_help_loads_no_library() -> None:
    assert loaded_by("--help") & {"pydantic", "sqlalchemy", "jinja2", "asyncio", "email", "re2"} == set()


@pytest.mark.parametrize(
    "words", ["oncall", "sources list", "sources show zabbix", "alert none.json", "check --ready", "update x"]
)
def test_a_command_that_opens_no_database_imports_none_and_writes_no_letter(words: str) -> None:
    assert loaded_by(*words.split()) & {*DATABASE, *SERVER, *RULES, "jinja2"} == set()


@pytest.mark.parametrize("words", ["check", "init", "incidents list", "migrate --help", "preview --help"])
def test_a_command_does_not_load_the_web_server(words: str) -> None:
    assert loaded_by(*words.split()) & {*SERVER, *RULES} == set()


def test_a_start_does_not_wait_for_the_api_the_wording_rules_or_what_most_installations_lack() -> None:
    program = "import sys, bridge.cli.serve; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    later = {"fastapi", "alembic", "psycopg", "cryptography", "rich", *RULES}
    assert set(ran.stdout.split()) & later == set()


def test_a_check_reads_no_rule_of_the_wording() -> None:
    rules = ("bridge.wording.ja.", "bridge.wording.en.", "bridge.wording.shared.")
    assert [name for name in loaded_by("check", "--config", "none") if name.startswith(rules)] == []


def test_a_command_does_not_look_for_garbage_at_every_turn_while_it_imports() -> None:
    """Nothing of that is any: it was 200 times, a tenth of the processor time of `bridge check`."""
    program = (
        "import gc; from bridge.cli.main import main\ntry: main(['check', '--config', 'none'])\nfinally: "
    )
    program += "print(sum(each['collections'] for each in gc.get_stats()))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert int(ran.stdout.split()[-1]) <= 30


def test_every_command_is_a_file_of_its_name_and_stands_in_the_table() -> None:
    files = {
        file.stem
        for file in (ROOT / "bridge/cli").glob("*.py")
        if re.search("^def add_parser", file.read_text("utf-8"), re.M)
    }
    assert files == set(COMMANDS)


def test_the_page_is_what_the_parsers_say() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert page == cli_reference(), "run: python -m bridge.cli.cli_reference > docs/cli.md"


def test_every_argument_says_what_it_means() -> None:
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", cli_reference(), re.M)
    assert [name for name, meaning in rows if not meaning.strip()] == []


def test_no_option_may_be_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    assert [one.prog for one in parsers(parser()) if one.allow_abbrev] == []
    with pytest.raises(SystemExit) as refused:
        main(["check", "--conf", "x"])
    assert refused.value.code == 2
    assert "--conf" in capsys.readouterr().err


def test_the_version_is_that_of_the_installation(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"bridge \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


@pytest.mark.parametrize("words", [[], ["nothing"], ["check", "extra"], ["incidents", "list", "--nothing"]])
def test_what_is_no_command_is_a_mistake_of_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2


def test_a_reader_that_leaves_early_leaves_no_traceback(tmp_path: Path) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text('{"scope": "sentence", "text": "まもなく復旧いたします。"}\n' * 2000, encoding="utf-8")
    with subprocess.Popen([BRIDGE, "wording", lines], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.readline()
        ran.stdout.close()
        said = ran.stderr.read()
    assert (said, ran.returncode) == (b"", 1)


def test_who_is_rung_is_listed_for_people_and_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = installed(tmp_path)
    config = ["--config", str(folder / "bridge.yaml")]
    capsys.readouterr()
    assert main(["oncall", *config]) == 0
    said = capsys.readouterr().out
    assert "at once: 丸山 <maruyama@example.jp>\n" in said
    assert "from 10m: 丸山 <maruyama@example.jp>, 佐藤 <sato@example.jp>\n" in said
    assert main(["oncall", "--json", *config]) == 0
    (plan,) = json.loads(capsys.readouterr().out)["services"]
    first, second = plan["steps"]
    assert [person["id"] for person in first["people"]] == ["maruyama"]
    assert [person["id"] for person in second["people"]] == ["maruyama", "sato"]
    assert plan["service"] in load(folder / "bridge.yaml").services


@pytest.mark.parametrize(
    "typed, offered",
    [
        pytest.param(["bridge", "inc"], {"incidents"}, id="a command"),
        pytest.param(["bridge", "incidents", "li"], {"list"}, id="an action"),
        pytest.param(["bridge", "incidents", "list", "--o"], {"--open"}, id="an option of an action"),
        pytest.param(["bridge", "check", "--conf"], {"--config"}, id="an option of a command"),
    ],
)
def test_bash_completes_commands_and_options(typed: list[str], offered: set[str], tmp_path: Path) -> None:
    words = " ".join(f"'{word}'" for word in typed)
    script = f"""{completion()}
COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _bridge; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    ran = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert (set(ran.stdout.split()), ran.stderr) == (offered, "")
