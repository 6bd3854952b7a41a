"""What a page of the console is made with, besides the database."""

from dataclasses import dataclass
from datetime import datetime

from bridge.core.model import Notice
from bridge.core.sessions import Visitor
from bridge.core.values import Locale
from bridge.keys import Keys
from bridge.stages.audience import Lists
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx
from bridge.web.post_log import PostLog
from bridge.web.views.frame import Frame


@dataclass(frozen=True, slots=True)
class Desk:
    """One visit. `path` and `query` are of the page; `secret`: what its forms must carry."""

    visitor: Visitor
    runtime: Runtime
    keys: Keys
    lists: Lists
    lang: Locale
    path: str
    query: str
    secret: str
    relay_problem: str
    posts: PostLog

    def frame(self, now: datetime) -> Frame:
        config = self.runtime.config
        return Frame(
            visitor=self.visitor,
            lang=self.lang,
            now=now,
            zone=config.timezone,
            people=config.people,
            path=self.path,
            query=self.query,
            secret=self.secret,
            root=config.server.path,
        )

    def own_page(self, tx: Tx, notice: Notice) -> str | None:
        """The way to the visitor's own page of a notice, for whoever may go there and has a link to it."""
        if not self.visitor.may("open_own_page"):
            return None
        link = tx.links.of(notice.id).get(self.visitor.person.id)
        return f"{self.runtime.config.server.path}/approve/{self.keys.token(link.id)}" if link else None
