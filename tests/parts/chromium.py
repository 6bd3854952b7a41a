"""Debian's Chromium, driven by Playwright's synchronous API.

While it runs, Playwright occupies the thread's event loop: a module that uses it has no `async` tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import which
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.parts.programs import installed

QUIET = [
    "--no-sandbox",  # refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing from outside loads
]


@dataclass(frozen=True)
class Screen:
    """CSS pixels, and how the person holds it."""

    width: int
    height: int
    phone: bool


PHONE = Screen(390, 844, phone=True)
SMALL_PHONE = Screen(360, 640, phone=True)
DESKTOP = Screen(1280, 800, phone=False)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running headless browser."""
    program = which("chromium-headless-shell") or installed(
        "chromium"
    )  # without a window it does half the work
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(
    browser: Browser,
    screen: Screen = PHONE,
    *,
    colours: Literal["light", "dark"] = "light",
    locale: str = "ja-JP",
    script: bool = True,
) -> Iterator[Page]:
    """A page in a profile of its own. Fails afterwards when it logged an error, such as a refused style;
    its own status is none (the browser logs a page that answers 409, too)."""
    errors: list[str] = []
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        is_mobile=screen.phone,
        has_touch=screen.phone,
        device_scale_factor=2,
        color_scheme=colours,
        locale=locale,
        timezone_id="Asia/Tokyo",
        java_script_enabled=script,
    )
    try:
        opened = context.new_page()
        opened.on("console", lambda said: errors.extend([said.text] * is_error(said, opened)))
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
    finally:
        context.close()
    assert errors == [], "the page logged errors"


def is_error(said: ConsoleMessage, opened: Page) -> bool:
    own_status = said.text.startswith("Failed to load resource") and said.location["url"] == opened.url
    return said.type == "error" and not own_status
