"""Mails about what was decided with a person's own link, and about what was not to be sent and goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bridge.core import dates, reasons
from bridge.core.values import Locale, LocalText
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import topic_of, without_links

OwnDecisionName = Literal[
    "first_yes", "first_resume", "approved", "dismissed", "rest_dismissed", "cancelled", "stopped", "resumed"
]
"""What somebody did with a link. `first_yes`: the first of two, `first_resume`: of two to another list.

`rest_dismissed`: the rest is never sent.
"""


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """What was decided with the reader's own link, at `at`, and how to undo it.

    `until`: the end of the hold, while it runs. `edited_by`: who wrote the text, where it is not the bridge's own.
    `undo`: whether a dismissal can be taken back. `partly`: some of the letter had left before.
    """

    template: ClassVar[str] = "own_decision"
    matter: LetterRef
    decision: OwnDecisionName
    at: datetime
    now: datetime
    link: str
    until: datetime | None = None
    recipients: int | None = None
    edited_by: str = ""
    reason: str = ""
    undo: bool = False
    partly: bool = False
    anchor: str = ""

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {
            "title": self.matter.title(locale),
            "decision": self.decision,
            "at": self.matter.clock(self.at, self.now, locale),
            "link": self.link,
            "until": self.matter.to_the_second(self.until, self.now, locale) if self.until else "",
            "recipients": f"{self.recipients:,}" if self.recipients is not None else "",
            "edited_by": without_links(self.edited_by),
            "reason": without_links(reasons.in_words(self.reason, locale)),
            "undo": self.undo,
            "partly": self.partly,
            "anchor": self.anchor,
        }


@dataclass(frozen=True, slots=True)
class StillFiring:
    """`person` decided at `decided_at` that customers need not hear of it, and it fires on. Told once."""

    template: ClassVar[str] = "still_firing"
    matter: LetterRef
    person: str
    decided_at: datetime
    now: datetime
    link: str
    started_at: datetime
    what: tuple[LocalText, ...] = ()
    reason: str = ""

    def words(self, locale: Locale) -> Mapping[str, object]:
        return {
            "title": self.matter.title(locale),
            "person": self.person,
            "decided": self.matter.clock(self.decided_at, self.now, locale),
            "reason": without_links(reasons.in_words(self.reason, locale)),
            "link": self.link,
            "started": self.matter.clock(self.started_at, self.now, locale),
            "lasting": dates.rough(self.now - self.started_at, locale),
            "what": topic_of(self.what, locale),
        }
