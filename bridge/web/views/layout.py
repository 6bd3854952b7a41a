"""What stands on every page about one notice: language, title, the form's hidden fields, the deadline."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bridge.core.next_notice import due_is_promise, printed_due
from bridge.core.values import Locale
from bridge.web.views.page_data import PageData

SOON = timedelta(minutes=5)
Tone = Literal["calm", "soon", "late"]


@dataclass(frozen=True, slots=True)
class Layout:
    """`here` is this page's own relative address: it keeps a language that was chosen by hand."""

    lang: Locale
    other_lang: Locale
    switch: str
    here: str
    title: str
    service: str
    report: str
    csrf: str
    version: int
    audience: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """`percent` of the time from base to deadline that is left, 100 when it is over."""

    text: str
    left: str
    percent: int
    tone: Tone
    still: str


def heading(data: PageData) -> str:
    """`みどりショップ 第一報`."""
    name = data.service.name.get(data.lang)
    return f"{name} {data.say.report(data.notice.kind, data.number)}"


def frame(data: PageData, title: str) -> Layout:
    lang = data.lang
    other: Locale = "ja" if lang == "en" else "en"
    return Layout(
        lang=lang,
        other_lang=other,
        switch=data.say("switch"),
        here="?" if lang == data.person.locale else f"?lang={lang}",
        title=title,
        service=data.service.name.get(lang),
        report=data.say.report(data.notice.kind, data.number),
        csrf=data.csrf,
        version=data.version.version,
        audience=data.audience.digest or "",
    )


def link(frame: Layout, query: str, anchor: str = "") -> str:
    """A link to this same page with one more query word, such as `edit` or `do=dismiss`."""
    here = frame.here if frame.here.endswith("?") else f"{frame.here}&"
    return f"{here}{query}{anchor}"


def deadline(data: PageData) -> Deadline:
    """What is due when: the approval, or the promise made to customers."""
    say, notice = data.say, data.notice
    due = printed_due(notice)
    clock, left = say.clock(due), due - data.now
    if left <= timedelta():
        return Deadline(
            say("deadline_was", clock=clock),
            say("over", length=say.rough(-left)),
            100,
            "late",
            say("still_send"),
        )
    whole = max(due - notice.base_at, timedelta(seconds=1))
    return Deadline(
        say("promised" if due_is_promise(notice.kind) else "approve_by", clock=clock),
        say("left", length=say.rough(left)),
        min(100, int(100 * (left / whole))),
        "soon" if left < SOON else "calm",
        "",
    )
