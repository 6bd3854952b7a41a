"""docs/configuration.md and config/bridge.yaml keep up with the models."""

import re
from pathlib import Path

from bridge.cli.api_reference import api_reference, described
from bridge.cli.reference import reference
from bridge.web.pages import Pages

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


def test_the_page_of_the_api_is_what_the_routes_say():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert page == api_reference(), "run: python -m bridge.cli.api_reference > docs/api.md"


def test_every_call_says_what_it_does_and_what_it_answers():
    for call in described().operations:
        assert call.what.endswith("."), call.path
        assert call.answer[:3] in ("200", "201"), call.path
        assert "anything" not in call.answer, call.path


def test_the_page_of_a_running_bridge_names_every_call_and_loads_nothing():
    page = Pages().api(described())
    assert all(f"{call.method} {call.path}" in page.html for call in described().operations)
    assert re.findall(r"<(?:script|link|img|iframe)|https?://", page.html) == []
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
