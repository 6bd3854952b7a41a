"""The short pages: a link that ran out, a page out of date, nothing found, nothing recordable."""

from dataclasses import dataclass

from bridge.core.values import Locale
from bridge.web.words import WORDS


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """One heading and one sentence in one language. `button` and `link` are empty where there is none."""

    lang: Locale
    title: str
    heading: str
    text: str
    button: str = ""
    csrf: str = ""
    link: str = ""


def gone(lang: Locale, csrf: str, *, renewed: bool) -> ErrorPage:
    heading = _word("gone", lang)
    if renewed:
        return ErrorPage(lang, heading, heading, _word("did_renewed", lang))
    return ErrorPage(lang, heading, heading, _word("gone_note", lang), _word("renew", lang), csrf)


def stale(lang: Locale) -> ErrorPage:
    heading, text = _word("stale", lang), _word("stale_note", lang)
    return ErrorPage(lang, _error(heading, lang), heading, text, link=_word("reopen", lang))


def unavailable(lang: Locale) -> ErrorPage:
    heading = _word("unavailable", lang)
    text, again = _word("unavailable_note", lang), _word("reopen", lang)
    return ErrorPage(lang, _error(heading, lang), heading, text, link=again)


def lost(lang: Locale) -> ErrorPage:
    heading = _word("lost", lang)
    return ErrorPage(lang, heading, heading, _word("lost_note", lang))


def nowhere(lang: Locale) -> ErrorPage:
    """An address that leads nowhere and is no link's."""
    heading = _word("lost", lang)
    return ErrorPage(lang, heading, heading, _word("nowhere_note", lang))


def refused(lang: Locale) -> ErrorPage:
    heading = _word("refused", lang)
    return ErrorPage(lang, _error(heading, lang), heading, _word("refused_note", lang))


def broken(lang: Locale) -> ErrorPage:
    heading = _word("broken", lang)
    return ErrorPage(lang, _error(heading, lang), heading, _word("broken_note", lang))


def _word(key: str, lang: Locale) -> str:
    return WORDS[key][lang]


def _error(heading: str, lang: Locale) -> str:
    return _word("error_title", lang).format(title=heading)
