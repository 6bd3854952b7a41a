"""What README and docs say can be done as written: links lead somewhere, commands exist, configuration loads."""

import argparse
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.cli.main import parser
from bridge.config import loads
from tests.parts.programs import installed
from tests.unit.test_structure import LAYERS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SAMPLE = ROOT / "config/bridge.yaml"
TARGET = re.compile(r"(?:\]\(|<img src=\")(?!https?:)([^)\"#]*)(#[^)\"]*)?")
CITING = {".py", ".md", ".j2", ".css", ".js", ".yaml", ".yml", ".toml", ".sh", ".json", ".service"}
FOLDERS = ("bridge", "tests", "templates", "docs", "config", "scripts")
PAGE = re.compile(r"(?<![\w./\"-])[\w./-]*\w\.md\b")  # in quotes it is a path that a program opens
LABEL = re.compile(r"\[[^]]*\]\(")
SIGN = "\N{SECTION SIGN}"  # spelled out, or this file would cite what it only looks for
SECTION = re.compile(rf"(?:([\w./-]*\w\.md) )?{SIGN} ?(\d[\d.]*\b)?")
COMMAND = re.compile(r"(?:/opt/bridge/bin/|`|^ {4})bridge ([a-z][^`\n]*)", re.M)


def commands() -> Iterator[list[str]]:
    """Every `bridge ...` that a page tells people to type, in words."""
    for page in PAGES:
        for words in COMMAND.findall(page.read_text(encoding="utf-8")):
            yield words.partition("#")[0].split()


def blocks(page: str) -> list[dict[str, Any]]:
    """The YAML that a page quotes."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)]


def links(page: Path) -> list[tuple[str, str]]:
    """Every link of a page within the repository: file and anchor, either may be empty."""
    return TARGET.findall(page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sections(page: Path) -> set[str]:
    """The numbers of the headings of a page: `6`, `6.4`."""
    return set(re.findall(r"^#+ (\d+(?:\.\d+)*)\.? ", page.read_text(encoding="utf-8"), re.M))


def dangling(file: Path, text: str) -> list[str]:
    """Every citation in the text of a file that leads to no page or no section of the repository.

    Code names a page from the root of the repository; a page may also name its neighbours, and its own sections.
    The words of a link are left out: where it leads is another test's.
    """
    text = LABEL.sub("](", text) if file.suffix == ".md" else text
    places = (ROOT, file.parent) if file.suffix == ".md" else (ROOT,)

    def page_at(name: str) -> Path | None:
        return next((place / name for place in places if (place / name).is_file()), None)

    found = [f"{file.relative_to(ROOT)}: {name}" for name in PAGE.findall(text) if page_at(name) is None]
    for name, number in SECTION.findall(text):
        page = page_at(name) if name else (file if file.suffix == ".md" else None)
        if page is None or number not in sections(page):
            found.append(f"{file.relative_to(ROOT)}: {name} {SIGN}{number}".replace("  ", " "))
    return found


def subcommands(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [target for target, _ in links(page) if target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_into_a_page_leads_to_a_heading(page: Path) -> None:
    targets = [(page.parent / to if to else page, anchor[1:]) for to, anchor in links(page) if anchor]
    assert [anchor for to, anchor in targets if anchor not in anchors(to)] == []


@pytest.mark.parametrize("folder", [*FOLDERS, "."])
def test_every_page_and_section_that_is_cited_exists(folder: str) -> None:
    files = sorted((ROOT / folder).glob("*" if folder == "." else "**/*"))
    texts = {file: file.read_text("utf-8") for file in files if file.suffix in CITING and file.is_file()}
    assert texts
    assert [found for file, text in texts.items() for found in dangling(file, text)] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"as docs/design.md {SIGN}99 says", id="a section that is not there"),
        pytest.param(f"as docs/design.md {SIGN}6.99 says", id="a subsection that is not there"),
        pytest.param(f"as docs/design.md {SIGN} says", id="a section without a number"),
        pytest.param(f"as {'docs/designs.' + 'md'} says", id="a page that is not there"),
        pytest.param(f"as {'design.' + 'md'} says", id="a page in another folder"),
        pytest.param(f"as DESIGN {SIGN}5 says", id="a section of no page"),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(text: str) -> None:
    assert len(dangling(ROOT / "bridge/clock.py", text)) == 1


def test_a_citation_of_a_section_that_is_there_is_none_of_them() -> None:
    assert dangling(ROOT / "bridge/clock.py", f"as docs/design.md {SIGN}6.4, the order of checks") == []


def test_the_rows_of_the_structure_are_those_that_the_imports_keep_to() -> None:
    design = (ROOT / "docs/design.md").read_text("utf-8")
    rows = re.findall(r"^\| \d+ \| ([^|]+) \|", design[design.index("## 15") : design.index("## 16")], re.M)
    assert [set(re.findall(r"[\w.]+", row)) for row in rows] == LAYERS


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_exists_with_its_options(words: list[str]) -> None:
    assert words[0] in subcommands(parser())
    known, rest = parser(), list(words)
    while rest and rest[0] in subcommands(known):
        known = subcommands(known)[rest.pop(0)]
    options = {option for action in known._actions for option in action.option_strings}
    assert {word for word in rest if word.startswith("--")} <= options


def test_every_file_that_a_command_reads_from_the_repository_is_there() -> None:
    read = {word for words in commands() for word in words if word.startswith("tests/")}
    assert read
    assert [file for file in read if not (ROOT / file).is_file()] == []


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    asked = {
        name for page in PAGES for name in re.findall(r"(?:`|^ {4})make ([a-z]+)", page.read_text(), re.M)
    }
    assert asked
    assert asked <= targets


@pytest.mark.parametrize("block", blocks("docs/production.md"), ids=lambda block: "+".join(block))
def test_the_quoted_settings_load(block: dict[str, Any], tmp_path: Path) -> None:
    settings = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    for section, keys in block.items():
        both = isinstance(settings[section], dict) and isinstance(keys, dict)
        settings[section] = {**settings[section], **keys} if both else keys
    (tmp_path / "secrets").mkdir()
    for name in ("alertmanager.token", "api.token", "smtp", "database"):
        (tmp_path / "secrets" / name).write_text("secret\n")
    loads(json.dumps(settings), tmp_path / "bridge.yaml", {})


def test_the_japanese_guide_gives_the_same_commands_and_settings() -> None:
    def given(page: str) -> list[str]:
        text = (ROOT / page).read_text(encoding="utf-8")
        quoted = re.findall(r"^```\w*\n(.*?)^```|^ {4}(\S[^\n]*\n)", text, re.M | re.S)
        return [re.sub(r" +#.*", "", block or line) for block, line in quoted]

    assert given("docs/production.ja.md") == given("docs/production.md")


def test_the_site_has_every_page() -> None:
    listed = re.findall(r"([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M)
    shown = [page.relative_to(ROOT).as_posix() for page in (*PAGES, ROOT / "config/README.md")]
    assert sorted(listed) == sorted(shown)


def test_a_rotation_appends_to_the_key_file_of_the_installation() -> None:
    page = (ROOT / "docs/production.md").read_text(encoding="utf-8")
    (data_dir,) = {
        block["server"]["data_dir"] for block in blocks("docs/production.md") if "listen" in str(block)
    }
    assert re.findall(r"^ {4}openssl rand -hex 32 >> (.*)", page, re.M) == [f"{data_dir}/keys"]


def test_the_installation_makes_every_file_that_the_sample_names() -> None:
    page = (ROOT / "docs/production.md").read_text(encoding="utf-8")
    made = page[page.index("useradd") : page.index("systemctl")]
    sample = re.findall(r"^ *[a-z_]*(?:_file|csv): \./(?:secrets/)?(\S+)", SAMPLE.read_text("utf-8"), re.M)
    assert sample
    assert [name for name in sample if name not in made] == []


def test_alertmanager_reads_its_token_from_the_same_file_on_every_page() -> None:
    shipped = yaml.safe_load((ROOT / "config/alertmanager.yml").read_text(encoding="utf-8"))
    (quoted,) = blocks("README.md")
    files = {
        hook["http_config"]["authorization"]["credentials_file"]
        for receiver in (*shipped["receivers"], *quoted["receivers"])
        for hook in receiver.get("webhook_configs", ())
    }
    assert len(files) == 1
    assert files.pop() in (ROOT / "docs/production.md").read_text(encoding="utf-8")


def test_the_quoted_alertmanager_configuration_is_one(tmp_path: Path) -> None:
    (quoted,) = blocks("README.md")
    (route,) = quoted["route"]["routes"]
    assert route["receiver"] in {receiver["name"] for receiver in quoted["receivers"]}
    quoted["route"]["receiver"] = route["receiver"]  # it goes into a file that has a default receiver
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump(quoted))
    subprocess.run([installed("amtool"), "check-config", file], check=True, capture_output=True)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.match(r"[\w-]+", line) for line in project["dependencies"]]
    reasons = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([a-z][\w-]+) \|", reasons, re.M)
    assert sorted(listed[listed.index("aiosmtplib") :]) == sorted(name[0] for name in names if name)


def test_every_page_of_docs_can_be_found_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in readme] == []


def test_the_two_readmes_show_the_same_picture_and_promise_the_same_settings() -> None:
    english, japanese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))
    for shared in (
        "docs/pages/open.png",
        "at_deadline: send",
        "on_unknown: hold",
        'make demo DEMO="--speed 30"',
    ):
        assert shared in english
        assert shared in japanese
