"""Sign-in links: which one works, and for how long. Pure.

Of one person only the newest link works. It works once, for 15 minutes; five are mailed in an hour.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

LINK_LASTS = timedelta(minutes=15)
AN_HOUR = timedelta(hours=1)
LINKS_AN_HOUR = 5

LinkState = Literal["works", "late", "over"]
"""`over`: it was used, or a newer one was asked for."""


@dataclass(frozen=True, slots=True)
class SignIns:
    """What is kept of one person's links: the newest, while nobody has used it, and when links were mailed.

    `mailed`: those of the last hour, oldest first.
    """

    link: str = ""
    mailed: tuple[datetime, ...] = ()

    def to_text(self) -> str:
        """As it is stored."""
        return json.dumps({"link": self.link, "mailed": [at.isoformat() for at in self.mailed]})

    @classmethod
    def from_text(cls, text: str | None) -> "SignIns":
        """From what `to_text` made; nothing was stored yet for None."""
        if text is None:
            return cls()
        stored = json.loads(text)
        return cls(stored["link"], tuple(datetime.fromisoformat(at) for at in stored["mailed"]))

    def state(self, link: str, now: datetime) -> LinkState:
        """Whether a link of this person still works."""
        if not self.link or link != self.link:
            return "over"
        return "works" if now - self.mailed[-1] < LINK_LASTS else "late"


def ask(known: SignIns, new_link: str, now: datetime) -> SignIns | None:
    """After one more link is mailed; None when there were enough of them within the hour."""
    lately = tuple(at for at in known.mailed if now - at < AN_HOUR)
    if len(lately) >= LINKS_AN_HOUR:
        return None
    return SignIns(new_link, (*lately, now))


def used(known: SignIns) -> SignIns:
    """After the link has let somebody in."""
    return replace(known, link="")
