"""The blocks to paste of docs/sources, as the tests run them."""

import re
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "docs" / "sources"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.stem != "README")


def block(page: str, language: str, number: int = 0) -> str:
    """The n-th block of that language of a sender's page, as it is pasted."""
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)
    return found[number]


def theirs(page: str) -> Any:
    """The YAML that is pasted at the sender: the second block, after the one for bridge.yaml."""
    return yaml.safe_load(block(page, "yaml", 1))
