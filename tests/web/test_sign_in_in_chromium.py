"""Signing in as a person does: the form, the mail, the press, and a cookie that the browser keeps."""

from playwright.sync_api import Browser

from tests.parts.bridge import MARUYAMA, Bridge
from tests.parts.chromium import page
from tests.parts.sink import Sink
from tests.web.test_sign_in import sign_in_link


def test_a_person_signs_in_looks_around_and_signs_out(front: Bridge, mailbox: Sink, browser: Browser) -> None:
    with page(browser, script=False) as tab:
        tab.goto(front.url)
        assert tab.url == f"{front.url}/sign-in"
        tab.get_by_label("メールアドレス").fill(MARUYAMA)
        tab.get_by_role("button", name="リンクを送る").click()
        tab.get_by_role("heading", name="メールを見てください").wait_for()
        tab.goto(sign_in_link(mailbox.wait_for(MARUYAMA)[0].text))
        tab.get_by_role("button", name="ログインする").click()
        tab.get_by_role("heading", level=1, name="対応中の障害はありません").wait_for()
        tab.get_by_text("メニュー").click()
        tab.get_by_role("link", name="当番", exact=True).first.click()
        tab.get_by_role("heading", level=1, name="いま呼び出される人").wait_for()
        tab.get_by_role("button", name="ログアウト").click()
        tab.get_by_role("heading", level=1, name="ログイン").wait_for()
        tab.goto(front.url)
        assert tab.url == f"{front.url}/sign-in"
