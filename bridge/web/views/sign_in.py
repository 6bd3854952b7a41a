"""The pages of signing in: asking for a link, that one was sent, and the link's own page."""

from dataclasses import dataclass
from typing import Literal

from bridge.core.settings import Person
from bridge.core.values import Locale
from bridge.web.words import WORDS

Look = Literal["ask", "proxy", "sent", "enter", "over"]
_HEADINGS: dict[Look, str] = {
    "ask": "sign_in",
    "proxy": "sign_in",
    "sent": "link_sent",
    "over": "link_over",
}


@dataclass(frozen=True, slots=True)
class SignInPage:
    """`enter` names the person who will be signed in; no other look names anybody."""

    lang: Locale
    title: str
    look: Look
    heading: str


def sign_in_page(look: Look, lang: Locale, person: Person | None = None) -> SignInPage:
    """The view of one of them."""
    if person is None:
        heading = WORDS[_HEADINGS[look]][lang]
    else:
        name = WORDS["person"][lang].format(name=person.name)
        heading = WORDS["sign_in_as"][lang].format(who=name)
    return SignInPage(lang, heading, look, heading)
