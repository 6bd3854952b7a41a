"""What every page of the console has around it: who looks, in which language, and the way to the other pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.core.sessions import Visitor
from bridge.core.settings import Person
from bridge.core.values import Locale
from bridge.web.views.phrasing import Phrasing

MENU = {
    "/": "menu_incidents",
    "/people": "menu_people",
    "/lists": "menu_lists",
    "/sources": "menu_sources",
    "/drill": "menu_drill",
    "/check": "menu_check",
}
"""The pages, in their order, by path; each with the key of its name."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link to one of the pages; `here`: this page, or one below it."""

    text: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One visit. `path`: of this page, below `root`, the path of public_url. `zone`: of the times that belong to no
    service. `query`: what stands in this page's address besides the language. `secret`: what a form must carry."""

    visitor: Visitor
    lang: Locale
    now: datetime
    zone: ZoneInfo
    people: Mapping[str, Person]
    path: str
    secret: str
    query: str = ""
    root: str = ""

    @property
    def say(self) -> Phrasing:
        """Sentences, times and names in the reader's language, in the bridge's own zone."""
        return self.say_in(self.zone)

    def say_in(self, zone: ZoneInfo) -> Phrasing:
        """The same in the zone of a service."""
        return Phrasing(self.lang, zone, self.now, self.people)

    @property
    def who(self) -> str:
        return self.say.person(self.visitor.person.id)

    def link(self, path: str) -> str:
        """The address of a path, with the language of this page where it was chosen by hand."""
        if self.lang == self.visitor.person.locale:
            return f"{self.root}{path}"
        return f"{self.root}{path}{'&' if '?' in path else '?'}lang={self.lang}"

    @property
    def other_language(self) -> str:
        """This page in the other language."""
        other = "ja" if self.lang == "en" else "en"
        return f"{self.root}{self.path}?{self.query}{'&' if self.query else ''}lang={other}"

    @property
    def menu(self) -> tuple[MenuItem, ...]:
        top = f"/{self.path.split('/')[1]}"
        top = "/" if top == "/incidents" else top
        return tuple(MenuItem(self.say(key), self.link(path), path == top) for path, key in MENU.items())
