"""The demo's inbox in a browser."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Browser

from bridge.demo.inbox import Inbox
from bridge.demo.sink import Mail
from tests.parts.chromium import DESKTOP, PHONE, Screen, page

HOME = "http://127.0.0.1:8025/"
LINK = "http://127.0.0.1:8080/approve/" + "a" * 60
AT = datetime(2026, 11, 20, 17, 10, tzinfo=UTC)
MAILS = (
    Mail(
        "maruyama@example.jp",
        "bridge@example.jp",
        "【残り15分】みどりショップ第一報",
        f"承認を。\n\n{LINK}\n",
        AT,
    ),
    Mail("customer1@example.jp", "support@example.jp", "【重要】みどりショップ(第一報)", "お客様各位\n", AT),
)
SCREENS = [PHONE, Screen(320, 640, phone=True), DESKTOP]


async def never() -> None:
    raise AssertionError("nobody pressed the button")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen.width}px")
def test_it_fits_the_screen_and_its_own_content_policy(
    browser: Browser, screen: Screen, colours: Literal["light", "dark"]
) -> None:
    inbox = Inbox(
        MAILS,
        on_call=["maruyama@example.jp"],
        public_url="http://127.0.0.1:8080",
        end_alert=never,
        settle=timedelta(minutes=5),
    )
    answer = inbox.answer("ja")
    with page(browser, screen, colours=colours) as opened:
        opened.route(HOME, lambda route: route.fulfill(body=bytes(answer.body), headers=dict(answer.headers)))
        opened.goto(HOME)
        assert opened.evaluate("document.documentElement.scrollWidth") <= screen.width
        assert (
            opened.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            != "rgba(0, 0, 0, 0)"
        )
        assert opened.get_by_role("link", name=LINK).is_visible()
        for place in opened.locator("a, summary, button").all():
            box = place.bounding_box()
            assert box
            assert box["height"] >= 48
