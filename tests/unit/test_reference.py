"""docs/configuration.md and config/bridge.yaml keep up with the models."""

import re
from pathlib import Path

from bridge.cli.reference import reference

ROOT = Path(__file__).parents[2]
ROWS = [line.split(" | ") for line in reference().splitlines() if line.startswith("| `")]


def test_the_page_is_what_the_models_say():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == reference(), "run: python -m bridge.cli.reference > docs/configuration.md"


def test_every_key_says_what_it_means():
    assert [row for row in ROWS if len(row) != 4 or not row[3].strip(" |")] == []


def test_the_sample_shows_every_key():
    sample = (ROOT / "config" / "bridge.yaml").read_text(encoding="utf-8")
    last_words = {re.split(r"[.`]", key)[-2] for key, *_ in ROWS}
    assert [word for word in sorted(last_words) if not re.search(rf"\b{word}\b", sample)] == []
