"""The browser other tests look through."""

from playwright.sync_api import Browser

from tests.parts.chromium import DESKTOP, PHONE, Screen, page


def test_pages_open_at_the_size_and_colours_asked_for(browser: Browser) -> None:
    def looks(screen: Screen, dark: bool) -> object:
        with page(browser, screen, colours="dark" if dark else "light") as opened:
            opened.set_content(
                "<title>みどりショップ</title><meta name=viewport content='width=device-width'>"
            )
            return opened.evaluate(
                "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, document.title]"
            )

    assert looks(PHONE, dark=True) == [390, True, "みどりショップ"]
    assert looks(DESKTOP, dark=False) == [1280, False, "みどりショップ"]
