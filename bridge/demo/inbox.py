"""The demo's inbox: the mails of the on-call and of the customers side by side, on a port of its own."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Reversible, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bridge.core.dates import JAPAN, duration
from bridge.core.values import Locale
from bridge.demo.sink import ReceivedMail
from bridge.resources import shipped
from bridge.web.pages import HEADERS, LIVE_POLICY, policy, templates

SHOWN = 50

WORDS: Mapping[Locale, Mapping[str, str]] = {
    "ja": {
        "title": "デモの受信箱",
        "other": "en",
        "switch": "English",
        "step1": "1. 当番に届いたメールを開いてください",
        "step2": "メールのリンクから、お客様への手紙を確かめます。",
        "step3": "送信すると、お客様の受信箱に1通ずつ届きます。",
        "step4": "「障害を終わらせる」を押すと、復旧報告の下書きが当番に届きます。",
        "refresh": "最新の状態を見る",
        "end": "障害を終わらせる",
        "ended": "アラートを止めました。約{wait}後に、復旧報告の下書きが届きます。",
        "on_call": "当番の受信箱",
        "on_call_none": "まだ届いていません。",
        "customers": "お客様の受信箱",
        "customers_none": "まだだれにも届いていません。承認するまで送られません。",
        "faults": "temperror@ には1分遅れて届き、permerror@ には届きません。わざとそうしてあります。",
        "count": "{n}通",
    },
    "en": {
        "title": "Demo inbox",
        "other": "ja",
        "switch": "日本語",
        "step1": "1. Open the on-call mail",
        "step2": "Its link shows the letter to customers.",
        "step3": "Once sent, it arrives in each customer’s inbox.",
        "step4": "“End the outage” brings the on-call a recovery report to approve.",
        "refresh": "Refresh",
        "end": "End the outage",
        "ended": "The alert has ended. In about {wait} the recovery report asks for approval.",
        "on_call": "On-call’s inbox",
        "on_call_none": "Nothing yet.",
        "customers": "Customers’ inboxes",
        "customers_none": "Nobody has got anything. Nothing is sent before an approval.",
        "faults": "On purpose, temperror@ gets its mail a minute late and permerror@ none.",
        "count": "{n} mails",
    },
}


@dataclass(frozen=True)
class MailPart:
    """A part of a mail's text. `link`: the text is a URL, and is shown as a link."""

    text: str
    link: bool


def parts(text: str, public_url: str) -> list[MailPart]:
    """The text in pieces: only the bridge's own approval links become links."""
    pieces = re.split(rf"({re.escape(public_url)}/approve/[\w.~-]+)", text.strip())
    return [MailPart(piece, link=number % 2 == 1) for number, piece in enumerate(pieces) if piece]


class Inbox:
    """The page with the mails of one sink.

    `end_alert` is called when its button is pressed. The recovery report follows after `settle`.
    """

    def __init__(
        self,
        mails: Reversible[ReceivedMail],
        *,
        on_call: Collection[str],
        public_url: str,
        end_alert: Callable[[], Awaitable[None]],
        settle: timedelta,
    ) -> None:
        self._mails = mails
        self._on_call = frozenset(on_call)
        self._public_url = public_url
        self._end_alert = end_alert
        self._settle = settle
        self._ended = False
        folder = shipped("templates/web")
        self._live = (folder / "live.js").read_bytes()
        self._style = "".join((folder / name).read_text("utf-8") for name in ("style.css", "inbox.css"))
        self._template = templates().get_template("inbox.html.j2")

    def routes(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._show),
                Route("/end", self._end, methods=["POST"]),
                Route("/static/live.js", self._script),
            ]
        )

    async def _show(self, request: Request) -> Response:
        return self.answer(_language(request))

    async def _script(self, request: Request) -> Response:  # noqa: ARG002
        return Response(self._live, media_type="text/javascript")

    async def _end(self, request: Request) -> Response:
        """End the sample alert, once."""
        if not self._ended:
            self._ended = True
            await self._end_alert()
        return RedirectResponse(f"/?lang={_language(request)}", status_code=303)

    def answer(self, lang: Locale) -> HTMLResponse:
        """The page with its headers."""
        headers = {**HEADERS, "Content-Security-Policy": policy(self._style) + LIVE_POLICY}
        return HTMLResponse(self.page(lang), headers=headers)

    def page(self, lang: Locale) -> str:
        """The whole page in one language."""
        newest_first = list(reversed(self._mails))
        on_call = [mail for mail in newest_first if mail.to in self._on_call]
        customers = [mail for mail in newest_first if mail.to not in self._on_call]
        words = WORDS[lang]
        return self._template.render(
            lang=lang,
            live=True,
            root="",
            style=self._style,
            words=words,
            ended=words["ended"].format(wait=_wait(self._settle, lang)) if self._ended else "",
            boxes=[
                {
                    **self._box(on_call),
                    "id": "on-call",
                    "title": words["on_call"],
                    "note": "",
                    "none": words["on_call_none"],
                    "first_open": True,
                },
                {
                    **self._box(customers),
                    "id": "customers",
                    "title": words["customers"],
                    "note": words["faults"],
                    "none": words["customers_none"],
                    "first_open": False,
                },
            ],
        )

    def _box(self, mails: Sequence[ReceivedMail]) -> dict[str, object]:
        """The number of mails, and the first SHOWN of them as rows."""
        rows = [
            {
                "id": f"mail-{id(mail):x}",  # one mail keeps its id as long as it is kept
                "subject": mail.subject,
                "to": mail.to,
                "clock": mail.at.astimezone(JAPAN).strftime("%H:%M:%S"),
                "parts": parts(mail.text, self._public_url),
            }
            for mail in mails[:SHOWN]
        ]
        return {"mails": rows, "count": len(mails)}


def _wait(length: timedelta, lang: Locale) -> str:
    """`5分`, `5 minutes`. Below a minute, as in a demo that is sped up: `10秒`, `10 seconds`."""
    seconds = max(2, round(length.total_seconds()))
    if seconds >= 60:
        return duration(timedelta(minutes=round(seconds / 60)), lang)
    return f"{seconds}秒" if lang == "ja" else f"{seconds} seconds"


def _language(request: Request) -> Locale:
    return "en" if request.query_params.get("lang") == "en" else "ja"
