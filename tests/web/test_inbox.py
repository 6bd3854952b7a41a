"""The demo's mail server and the page that shows what it took."""

import asyncio
import smtplib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bridge.core.values import Locale
from bridge.demo.inbox import Inbox, MailPart, parts
from bridge.demo.sink import DemoSink, ReceivedMail
from bridge.web.pages import Pages

BRIDGE = "http://127.0.0.1:8080"
LINK = f"{BRIDGE}/approve/abc.DEF-1_2"
AT = datetime(2026, 11, 20, 17, 10, tzinfo=UTC)
RING = ReceivedMail(
    "maruyama@example.jp",
    "bridge@example.jp",
    "【残り15分】みどりショップ第一報",
    f"承認を。\n\n{LINK}\n",
    AT,
)
LETTER = ReceivedMail(
    "customer1@example.jp", "support@example.jp", "【重要】<b>第一報</b>", "お客様各位\n", AT
)


class Alert:
    """Counts how often the page ended it."""

    def __init__(self) -> None:
        self.ends = 0

    async def end(self) -> None:
        self.ends += 1


def inbox(
    *mails: ReceivedMail, alert: Alert | None = None, settle: timedelta = timedelta(minutes=5)
) -> Inbox:
    return Inbox(
        mails,
        on_call=["maruyama@example.jp", "sato@example.jp"],
        public_url=BRIDGE,
        end_alert=(alert or Alert()).end,
        settle=settle,
    )


def test_the_first_line_says_what_to_do() -> None:
    assert "<h1>1. 当番に届いたメールを開いてください</h1>" in inbox().page("ja")
    assert "<h1>1. Open the on-call mail</h1>" in inbox().page("en")


def test_on_call_and_customers_have_a_box_each() -> None:
    left, right = inbox(LETTER, RING).page("ja").split('aria-labelledby="customers"')
    assert RING.subject in left
    assert RING.subject not in right
    assert LETTER.to in right


def test_only_the_bridges_own_approval_links_become_links() -> None:
    text = f"{LINK}\nhttps://evil.example/approve/abc {BRIDGE}/other"
    assert parts(text, BRIDGE) == [
        MailPart(LINK, link=True),
        MailPart(f"\nhttps://evil.example/approve/abc {BRIDGE}/other", link=False),
    ]


def test_a_mail_is_never_markup() -> None:
    assert "【重要】&lt;b&gt;第一報&lt;/b&gt;" in inbox(LETTER).page("ja")


async def test_the_button_ends_the_alert_once() -> None:
    alert = Alert()
    transport = httpx.ASGITransport(inbox(alert=alert).routes())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for _ in range(2):
            answer = await client.post("/end?lang=en")
            assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=en")
        assert "<form" not in (await client.get("/")).text
    assert alert.ends == 1


@pytest.mark.parametrize(
    "speed, lang, words",
    [
        (1, "ja", "約5分後に、復旧報告の下書きが届きます。"),
        (1, "en", "In about 5 minutes the recovery report asks for approval."),
        (30, "ja", "約10秒後に、復旧報告の下書きが届きます。"),
        (30, "en", "In about 10 seconds the recovery report asks for approval."),
    ],
)
async def test_after_the_end_it_says_how_long_the_recovery_report_takes(
    speed: int, lang: Locale, words: str
) -> None:
    shown = inbox(settle=timedelta(minutes=5) / speed)
    assert words not in shown.page(lang)
    transport = httpx.ASGITransport(shown.routes())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await client.post("/end")
    assert words in shown.page(lang)


async def test_it_serves_its_script_and_has_a_link_for_who_runs_none() -> None:
    transport = httpx.ASGITransport(inbox(RING).routes())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        script = await client.get("/static/live.js")
        assert script.content == Pages().live_js()
        assert script.headers["content-type"].startswith("text/javascript")
        assert "<noscript><a" in (await client.get("/")).text


def mail_to(port: int, *addresses: str) -> list[int]:
    """The server's answer to each recipient."""
    body = (
        b"From: support@example.jp\r\nDate: Fri, 20 Nov 2026 17:10:00 +0000\r\nSubject: hello\r\n\r\n..\r\n"
    )
    answers = []
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        for address in addresses:
            try:
                client.sendmail("support@example.jp", [address], body)
                answers.append(250)
            except smtplib.SMTPRecipientsRefused as refused:
                answers.extend(code for code, _ in refused.recipients.values())
    return answers


async def test_the_mail_server_keeps_mails_and_refuses_two_addresses() -> None:
    sink = DemoSink()
    late, never = "temperror@example.jp", "permerror@example.jp"
    async with sink.listening() as port:
        assert await asyncio.to_thread(mail_to, port, "sato@example.jp", late, never) == [250, 451, 550]
        assert await asyncio.to_thread(mail_to, port, late, never) == [250, 550]
    assert list(sink.mails) == [
        ReceivedMail(to, "support@example.jp", "hello", "..\n", AT) for to in ("sato@example.jp", late)
    ]
