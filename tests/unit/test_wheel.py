"""The wheel carries templates and configuration: letters are rendered from it where there is no checkout."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.parts.setup import setup_answers

CHECKOUT = Path(__file__).parents[2]
RENDER = """
import json, sys
from datetime import UTC, datetime
import bridge
from bridge.core.facts import Facts
from bridge.letters.render import Letters
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import OncallMessages, Renewed
from bridge.resources import shipped

facts = Facts.from_dict(json.load(sys.stdin))
letter = LetterRef(facts.service, "first", 1, __import__("zoneinfo").ZoneInfo("Asia/Tokyo"))
print(json.dumps({
    "home": bridge.__file__,
    "subject": Letters().render(facts, "ja", wrap=35).subject,
    "ring": OncallMessages().write(Renewed(letter, "https://bridge.example.jp/approve/x"), "ja").subject,
    "shipped": [str(shipped(name)) for name in ("config/bridge.yaml", "templates/mail", "templates/web")],
}))
"""
FACTS = {
    "kind": "first",
    "number": 1,
    "service": {"ja": "みどりショップ"},
    "company": "みどり商事株式会社",
    "sender": "みどりショップ運営事務局",
    "contact": {"ja": "support@example.jp"},
    "zone": "Asia/Tokyo",
    "drafted_at": "2026-11-20T17:13:00Z",
    "started_at": "2026-11-20T17:10:00Z",
}


RUN = "import sys; from bridge.cli.main import main; sys.exit(main())"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty venv that holds the unpacked wheel; its dependencies are those of this run."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, CHECKOUT], check=True)
    venv.create(folder / "venv", with_pip=False)
    packages = next((folder / "venv").glob("lib/python*/site-packages"))
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(packages)
    # A path in a .pth file is added without reading the .pth files there: the checkout stays unseen.
    packages.joinpath("dependencies.pth").write_text("\n".join(p for p in sys.path if "site-packages" in p))
    return folder / "venv"


def test_letters_are_rendered_without_a_checkout(home: Path, tmp_path: Path) -> None:
    python = [str(home / "bin/python"), "-I", "-X", "utf8", "-c", RENDER]
    ran = subprocess.run(python, input=json.dumps(FACTS), text=True, capture_output=True, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["subject"] == "【障害・第一報】みどりショップ 障害の状況について"
    assert said["ring"] == "【新しいリンク】みどりショップ第一報"
    assert all(Path(path).is_relative_to(home) for path in [said["home"], *said["shipped"]])


def test_a_new_installation_is_made_without_a_checkout(home: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps(setup_answers()))
    words = ["init", "new", "--yes", "answers.json"]
    python = [str(home / "bin/python"), "-I", "-X", "utf8", "-c", RUN, *words]
    ran = subprocess.run(python, text=True, capture_output=True, cwd=tmp_path, check=False)
    assert "ok       templates" in ran.stdout, ran.stderr
    laid = {str(path.relative_to(tmp_path / "new/samples")) for path in (tmp_path / "new/samples").rglob("*")}
    assert laid >= {"bridge.yaml", "alertmanager.yml", "rules.yml", "bridge.service", "alert.json"}
