"""The console in a browser, with its own content policy: what fits, what can be pressed, what everybody can use."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from bridge.core.values import LOCALES, Locale
from bridge.web.pages import Page
from bridge.web.views.home import home
from tests.parts.chromium import DESKTOP, PHONE, SMALL_PHONE, page
from tests.web import console_samples as samples
from tests.web.console_pages import CONSOLE, MAKE, PAGES
from tests.web.samples import NOW
from tests.web.test_pages_in_chromium import (
    CHECKS,
    COLOURS,
    DEPENDS_ON,
    SCREENS,
    TOO_LOW,
    axe,
    one_tab,
    serve,
)

URL = "http://127.0.0.1:8080/"


@pytest.fixture(scope="module")
def show(browser: Browser) -> Iterator[Callable[[Page], Tab]]:
    with one_tab(browser, URL) as shown:
        yield shown


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("name", MAKE)
def test_everybody_can_use_it_on_every_screen(show: Callable[[Page], Tab], name: str, lang: Locale) -> None:
    tab = show(MAKE[name](lang))
    for screen in SCREENS:  # a phone at last, where tables become rows
        tab.set_viewport_size({"width": screen.width, "height": screen.height})
        assert tab.evaluate("document.documentElement.scrollWidth") <= screen.width, screen
        assert tab.evaluate(TOO_LOW) == [], screen
    for colours in COLOURS:
        tab.emulate_media(color_scheme=colours)
        assert tab.evaluate(CHECKS) == [], colours
        assert axe(tab, DEPENDS_ON[colours]) == [], colours
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE.width


def test_the_menu_of_a_phone_opens_without_script(browser: Browser) -> None:
    with page(browser, script=False) as tab:
        serve(tab, lambda: CONSOLE["home, three open"]("ja"))
        tab.goto(URL)
        assert not tab.get_by_role("link", name="名簿", exact=True).is_visible()
        tab.get_by_text("メニュー").click()
        assert tab.get_by_role("link", name="名簿", exact=True).is_visible()
        tab.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})
        assert tab.get_by_role("link", name="名簿", exact=True).count() == 1


def test_cards_are_kept_in_place_and_a_new_one_is_only_announced(browser: Browser) -> None:
    later = samples.frame(now=NOW.replace(minute=NOW.minute + 1))
    fewer: dict[str, Any] = {"incidents": (samples.SOON, samples.TOLD)}
    more: dict[str, Any] = {"incidents": (samples.RECOVERED, samples.TOLD, samples.SOON), "frame": later}
    story = [home(samples.home_data(**each)) for each in (fewer, more)]
    shown = [PAGES.console("home", each, live=True) for each in story]
    with page(browser) as tab:
        tab.clock.install()
        serve(tab, lambda: shown.pop(0) if len(shown) > 1 else shown[0])
        tab.goto(URL)
        names = tab.locator("[data-card]").evaluate_all("cards => cards.map(card => card.dataset.card)")
        assert not tab.locator("#news").is_visible()
        tab.evaluate("document.querySelector('[data-card] .button').mine = 'kept'")
        assert tab.locator("[data-card] .n b").first.inner_text() == "4"
        tab.clock.run_for(2_000)
        tab.get_by_text("新しい障害があります").wait_for()
        assert tab.locator("[data-card] .n b").first.inner_text() == "3"
        assert (
            tab.locator("[data-card]").evaluate_all("cards => cards.map(card => card.dataset.card)") == names
        )
        assert tab.evaluate("document.querySelector('[data-card] .button').mine") == "kept"


def test_the_timeline_prints_without_its_menu(browser: Browser) -> None:
    with page(browser, DESKTOP) as tab:
        serve(tab, lambda: CONSOLE["timeline, told"]("ja"))
        tab.goto(URL)
        tab.emulate_media(media="print")
        assert not tab.locator("header").is_visible()
        assert tab.locator("#course").is_visible()
        assert not tab.get_by_role("button", name="ログアウト").is_visible()


def test_a_dot_stays_inside_the_picture_on_a_phone(browser: Browser) -> None:
    newest = replace(samples.firsts()[0], received_at=NOW)
    made = PAGES.console("home", home(samples.home_data(firsts=(newest,))), live=True)
    with page(browser, SMALL_PHONE, script=False) as tab:
        serve(tab, lambda: made)
        tab.goto(URL)
        dot = tab.locator("svg.plot circle").bounding_box()
        assert dot
        assert dot["x"] + dot["width"] <= SMALL_PHONE.width
