"""Every page of the console and of signing in, in each of its states."""

from collections.abc import Callable, Iterable
from functools import partial

from bridge.core.values import Locale
from bridge.web.pages import Page, Pages
from bridge.web.views.check import check_page
from bridge.web.views.deliveries import deliveries
from bridge.web.views.drill_score import drill_score
from bridge.web.views.drills import drill_start, drills_page
from bridge.web.views.home import home
from bridge.web.views.individual import individual
from bridge.web.views.lists import lists
from bridge.web.views.people import people
from bridge.web.views.sign_in import sign_in_page
from bridge.web.views.sources import sources
from bridge.web.views.timeline import timeline
from tests.web import console_samples as samples
from tests.web import drill_samples
from tests.web.samples import PEOPLE

PAGES = Pages()
Make = Callable[[Locale], Page]


def shown_home(state: str, lang: Locale) -> Page:
    return PAGES.console("home", home(samples.home_data(lang, **samples.HOMES[state])), live=True)


def shown_timeline(state: str, lang: Locale) -> Page:
    return PAGES.console(
        "timeline", timeline(samples.timeline_data(lang, **samples.TIMELINES[state])), live=True
    )


def shown_deliveries(state: str, lang: Locale) -> Page:
    return PAGES.console("deliveries", deliveries(samples.deliveries_data(lang, **samples.DELIVERIES[state])))


def shown_people(state: str, lang: Locale) -> Page:
    return PAGES.console("people", people(samples.people_data(lang, **samples.PEOPLES[state])))


def shown_lists(state: str, lang: Locale) -> Page:
    return PAGES.console("lists", lists(samples.lists_data(lang, **samples.LISTINGS[state])))


def shown_sources(state: str, lang: Locale) -> Page:
    return PAGES.console("sources", sources(samples.sources_data(lang, **samples.HEARINGS[state])))


def shown_individual(state: str, lang: Locale) -> Page:
    return PAGES.console("upload", individual(samples.individual_data(lang, **samples.UPLOADED[state])))


def shown_drills(state: str, lang: Locale) -> Page:
    return PAGES.console(
        "drills", drills_page(drill_samples.drills_data(lang, **drill_samples.DRILLS[state]))
    )


def shown_drill_start(state: str, lang: Locale) -> Page:
    data = drill_samples.start_data(lang, **drill_samples.STARTS[state])
    return PAGES.console("drill_start", drill_start(data))


def shown_drill_score(state: str, lang: Locale) -> Page:
    data = drill_samples.score_data(lang, **drill_samples.SCORES[state])
    return PAGES.console("drill_score", drill_score(data))


def shown_check(state: str, lang: Locale) -> Page:
    data = drill_samples.check_data(drill_samples.CHECKED[state], lang)
    return PAGES.console("check", check_page(data))


SIGN_IN: dict[str, Make] = {
    "sign in": lambda lang: PAGES.sign_in(200, sign_in_page("ask", lang)),
    "sign in by proxy": lambda lang: PAGES.sign_in(200, sign_in_page("proxy", lang)),
    "link sent": lambda lang: PAGES.sign_in(200, sign_in_page("sent", lang)),
    "link": lambda lang: PAGES.sign_in(200, sign_in_page("enter", lang, PEOPLE["maruyama"])),
    "link over": lambda lang: PAGES.sign_in(410, sign_in_page("over", lang)),
}


def _each(page: str, make: Callable[[str, Locale], Page], states: Iterable[str]) -> dict[str, Make]:
    return {f"{page}, {state}": partial(make, state) for state in states}


CONSOLE: dict[str, Make] = {
    **_each("home", shown_home, samples.HOMES),
    **_each("timeline", shown_timeline, samples.TIMELINES),
    **_each("deliveries", shown_deliveries, samples.DELIVERIES),
    **_each("individual", shown_individual, samples.UPLOADED),
    **_each("people", shown_people, samples.PEOPLES),
    **_each("lists", shown_lists, samples.LISTINGS),
    **_each("sources", shown_sources, samples.HEARINGS),
    **_each("drills", shown_drills, drill_samples.DRILLS),
    **_each("drill start", shown_drill_start, drill_samples.STARTS),
    **_each("drill score", shown_drill_score, drill_samples.SCORES),
    **_each("check", shown_check, drill_samples.CHECKED),
}
MAKE: dict[str, Make] = {**SIGN_IN, **CONSOLE}
