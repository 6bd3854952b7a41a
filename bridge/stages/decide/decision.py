"""What every decision starts from and ends in: one notice as one person meets it, a form, an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bridge.core.model import AudienceFacts
from bridge.core.next_notice import WrongDay
from bridge.stages.context import NoticeContext
from bridge.stages.wake import NOTHING, Wake
from bridge.store.own_rows import Link
from bridge.wording import Finding

Why = Literal[
    "done",
    "no_link",
    "expired",
    "decided",
    "forged",
    "unknown_action",
    "newer_version",
    "list_changed",
    "list_unreadable",
    "wording",
    "no_nature",
    WrongDay,
]
STATUS: Mapping[Why, int] = {
    "done": 303,
    "no_link": 404,
    "expired": 410,
    "decided": 409,
    "forged": 403,
    "unknown_action": 400,
    "newer_version": 409,
    "list_changed": 409,
    "list_unreadable": 409,
    "wording": 422,
    "not_a_day": 422,
    "day_over": 422,
    "no_nature": 422,
}


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A posted form. `genuine`: its csrf and origin are ours. Absent texts are None, not empty."""

    action: str
    genuine: bool
    version: int | None = None
    audience: str | None = None
    subject: str | None = None
    body: str | None = None
    other_texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    override: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    nature: str = ""
    right: str = ""
    state: str = ""
    reply: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class DecisionContext(NoticeContext):
    """One notice as one person meets it, its service locked."""

    link: Link
    audience: AudienceFacts

    @property
    def person(self) -> str:
        return self.link.person


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a press came to: the reason fixes the status. `did` names what the next page confirms.

    `link`: the id of a link to another notice, whose page comes next. `approved_after`: seconds from the first
    matching alert to the approval of its first report.
    """

    why: Why
    did: str = ""
    wake: Wake = NOTHING
    findings: tuple[Finding, ...] = ()
    approved_after: float | None = None
    link: str | None = None

    @property
    def status(self) -> int:
        return STATUS[self.why]
