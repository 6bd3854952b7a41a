"""The demo's inbox in a browser."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Browser, Route

from bridge.demo.inbox import Inbox
from bridge.demo.sink import ReceivedMail
from bridge.web.pages import Pages
from tests.parts.chromium import DESKTOP, PHONE, Screen, page

HOME = "http://127.0.0.1:8025/"
SCRIPT = HOME + "static/live.js"
LINK = "http://127.0.0.1:8080/approve/" + "a" * 60
AT = datetime(2026, 11, 20, 17, 10, tzinfo=UTC)
MAILS = (
    ReceivedMail(
        "maruyama@example.jp",
        "bridge@example.jp",
        "【残り15分】みどりショップ第一報",
        f"承認を。\n\n{LINK}\n",
        AT,
    ),
    ReceivedMail(
        "customer1@example.jp", "support@example.jp", "【重要】みどりショップ(第一報)", "お客様各位\n", AT
    ),
)
SCREENS = [PHONE, Screen(320, 640, phone=True), DESKTOP]


async def never() -> None:
    raise AssertionError("nobody pressed the button")


def inbox(mails: Sequence[ReceivedMail]) -> Inbox:
    return Inbox(
        mails,
        on_call=["maruyama@example.jp"],
        public_url="http://127.0.0.1:8080",
        end_alert=never,
        settle=timedelta(minutes=5),
    )


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen.width}px")
def test_it_fits_the_screen_and_its_own_content_policy(
    browser: Browser, screen: Screen, colours: Literal["light", "dark"]
) -> None:
    answer = inbox(MAILS).answer("ja")
    with page(browser, screen, colours=colours) as opened:
        opened.route(HOME, lambda route: route.fulfill(body=bytes(answer.body), headers=dict(answer.headers)))
        opened.route(
            SCRIPT, lambda route: route.fulfill(body=Pages().live_js(), content_type="text/javascript")
        )
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


def test_new_mails_arrive_by_themselves_and_what_is_open_stays_open(browser: Browser) -> None:
    mails = [MAILS[0]]
    shown = inbox(mails)
    with page(browser) as opened:
        opened.clock.install()
        opened.route(HOME, lambda route: answered(route, shown))
        opened.route(
            SCRIPT, lambda route: route.fulfill(body=Pages().live_js(), content_type="text/javascript")
        )
        opened.goto(HOME)
        opened.get_by_text("まだだれにも届いていません").wait_for()
        opened.locator("details").evaluate("mail => { mail.open = true; mail.mine = 'kept'; }")
        mails += [replace(MAILS[0], subject="【残り10分】みどりショップ第一報"), MAILS[1]]
        opened.clock.run_for(2_000)
        opened.get_by_text("【残り10分】みどりショップ第一報").wait_for()
        assert opened.get_by_role("heading", level=2).all_inner_texts() == [
            "当番の受信箱 2通",
            "お客様の受信箱 1通",
        ]
        assert opened.locator("summary b").all_inner_texts() == [
            mails[1].subject,
            mails[0].subject,
            mails[2].subject,
        ]
        assert opened.get_by_text("まだだれにも届いていません").count() == 0
        assert opened.locator("details").nth(1).evaluate("mail => [mail.open, mail.mine]") == [True, "kept"]


def answered(route: Route, shown: Inbox) -> None:
    answer = shown.answer("ja")
    route.fulfill(body=bytes(answer.body), headers=dict(answer.headers))
