"""Draws docs/pages/*.png anew: `.venv/bin/python -m tests.web.take_screenshots`."""

from pathlib import Path
from typing import Literal

from bridge.core.values import Locale
from tests.parts.chromium import DESKTOP, PHONE, SMALL_PHONE, Screen, chromium
from tests.web.console_pages import MAKE as CONSOLE
from tests.web.test_pages_in_chromium import MAKE as LETTERS

FOLDER = Path(__file__).parents[2] / "docs" / "pages"
Shot = tuple[str, str, Locale, Screen, Literal["light", "dark"]]
SHOTS: tuple[Shot, ...] = (
    ("open", "open", "ja", PHONE, "light"),
    ("open-english", "open", "en", SMALL_PHONE, "light"),
    ("second-person-dark", "second person", "ja", SMALL_PHONE, "dark"),
    ("finding", "error", "ja", PHONE, "light"),
    ("hold-dark", "hold", "ja", PHONE, "dark"),
    ("sending", "sending", "ja", PHONE, "light"),
    ("conflict", "conflict", "ja", PHONE, "light"),
    ("update-dark", "update", "ja", PHONE, "dark"),
    ("recovery", "recovery", "ja", PHONE, "light"),
    ("console", "home, three open", "ja", DESKTOP, "light"),
    ("console-phone-dark", "home, three open", "ja", PHONE, "dark"),
    ("timeline", "timeline, told", "ja", DESKTOP, "light"),
    ("deliveries-english", "deliveries, failed", "en", PHONE, "light"),
    ("people", "people, one refused", "ja", PHONE, "light"),
)


def take() -> None:
    """One picture per shot, at one device pixel per CSS pixel so that the files stay small."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, state, lang, screen, colours in SHOTS:
            context = browser.new_context(
                viewport={"width": screen.width, "height": screen.height},
                is_mobile=screen.phone,
                color_scheme=colours,
            )
            tab = context.new_page()
            tab.set_content({**LETTERS, **CONSOLE}[state](lang).html)
            tab.screenshot(path=FOLDER / f"{name}.png")
            context.close()


if __name__ == "__main__":
    take()
