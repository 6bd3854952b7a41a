"""The pages in a browser, with their own content policy: what fits, what can be pressed, what everybody can use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Route
from playwright.sync_api import Page as Tab

from bridge.core.values import LOCALES, Locale
from bridge.web.pages import Page, Pages
from bridge.web.words import WORDS
from tests.parts.chromium import DESKTOP, PHONE, SMALL_PHONE, Screen, page
from tests.web import samples
from tests.web.samples import ASKING, DECIDED, DRAFT, OPEN, WIDER, at, notice, page_data

PAGES = Pages()
WHOLE = replace(samples.AUDIENCE, bad=(), bad_total=0)  # a list of which every row can be used
URL = "http://127.0.0.1:8080/approve/token"
CHECKS = Path(__file__).with_name("accessibility.js").read_text()
AXE = Path(__file__).parents[2] / ".venv" / "axe.min.js"
NARROW = Screen(320, 640, phone=True)
SCREENS = [DESKTOP, SMALL_PHONE, NARROW, PHONE]
STATES = {**OPEN, **ASKING, **DECIDED}
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DEPENDS_ON = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""axe's rules for each: the dark page is the same but for its colours."""


def in_state(name: str, lang: Locale, **changes: Any) -> Page:
    return PAGES.approval(page_data(lang, **{**STATES[name], **changes}))


def conflict(lang: Locale, typed: dict[str, str] | None = None) -> Page:
    newer: dict[str, Any] = {"notice": notice(version=2), "version": WIDER, "earlier": (DRAFT,)}
    return PAGES.conflict(page_data(lang, **newer, now=at(2, 17, 20)), 1, typed)


MAKE: dict[str, Callable[[Locale], Page]] = {
    **{name: lambda lang, name=name: in_state(name, lang) for name in STATES},  # type: ignore[misc]
    "conflict": conflict,
    "conflict, typed text": lambda lang: conflict(lang, {"subject": "件名", "body": "本文"}),
    "edit": lambda lang: PAGES.edit(page_data(lang, **OPEN["english readers too"])),
    "expired": lambda lang: PAGES.expired(lang, "csrf"),
    "forbidden": PAGES.forbidden,
    "unavailable": PAGES.unavailable,
    "not found": lambda lang: PAGES.not_found(),
}


@contextmanager
def opened(browser: Browser, shown: Page, screen: Screen = PHONE, **how: Any) -> Iterator[Tab]:
    with page(browser, screen, **how) as tab:
        serve(tab, lambda: shown)
        tab.goto(URL)
        yield tab


def serve(tab: Tab, shown: Callable[[], Page]) -> None:
    """Answer every request of the tab: the page, or its script."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("/static/live.js"):
            route.fulfill(body=PAGES.live_js(), headers={"Content-Type": "text/javascript"})
        else:
            now = shown()
            route.fulfill(status=now.status, body=now.html, headers=dict(now.headers))

    tab.route("**/*", answer)


def bottom(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"] + box["height"]


@contextmanager
def one_tab(browser: Browser, url: str) -> Iterator[Callable[[Page], Tab]]:
    """Shows one page after another in one tab, where a profile for each would cost three times as much."""
    now: list[Page] = []
    with page(browser) as tab:
        serve(tab, lambda: now[-1])

        def shown(made: Page) -> Tab:
            if now and "live.js" in now[-1].html:  # it finds the next one in its place, and goes there itself
                tab.goto("about:blank")
            now.append(made)
            tab.goto(url)
            return tab

        yield shown


@pytest.fixture(scope="module")
def show(browser: Browser) -> Iterator[Callable[[Page], Tab]]:
    with one_tab(browser, URL) as shown:
        yield shown


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("name", MAKE)
def test_everybody_can_use_it_on_every_screen(show: Callable[[Page], Tab], name: str, lang: Locale) -> None:
    tab = show(MAKE[name](lang))
    for screen in SCREENS:
        tab.set_viewport_size({"width": screen.width, "height": screen.height})
        assert tab.evaluate("document.documentElement.scrollWidth") <= screen.width
    for colours in COLOURS:
        tab.emulate_media(color_scheme=colours)
        assert tab.evaluate(CHECKS) == [], colours
        assert axe(tab, DEPENDS_ON[colours]) == [], colours


def test_the_checks_see_what_is_wrong(browser: Browser) -> None:
    html = '<html lang="ja"><title>t</title><main><h1>t</h1><input><p style="color:#999">grey</p></main>'
    with opened(browser, Page(200, html, {"Content-Type": "text/html"})) as tab:
        assert [found.split(":")[0] for found in tab.evaluate(CHECKS)] == ["no name", "contrast 2.8"]
        assert bool(axe(tab)) == AXE.exists()


def axe(tab: Tab, options: dict[str, Any] | None = None) -> list[str]:
    """axe-core's violations, where scripts/install-axe.sh could fetch it. `options`: those of axe.run."""
    if not AXE.exists():
        return []
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE.read_text() + "; undefined")
    found: list[str] = tab.evaluate(
        "options => axe.run(document, options)"
        ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')))",
        options or {},
    )
    return found


@pytest.mark.parametrize("name", ["open", "error", "hold", "sending", "recovery"])
def test_text_of_twice_the_size_still_fits(browser: Browser, name: str) -> None:
    with opened(browser, MAKE[name]("en")) as tab:
        tab.evaluate("document.documentElement.style.fontSize = '200%'")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE.width


@pytest.mark.parametrize("lang", LOCALES)
def test_the_whole_card_and_send_are_on_a_small_phone(browser: Browser, lang: Locale) -> None:
    with opened(browser, in_state("open", lang, audience=WHOLE), SMALL_PHONE) as tab:
        send = tab.locator("button[value=approve]").first
        deck = tab.locator(".deck").bounding_box()
        assert deck
        assert bottom(tab.locator(".card").first) <= deck["y"]
        assert bottom(send) <= SMALL_PHONE.height


@pytest.mark.parametrize("lang", LOCALES)
def test_all_facts_are_on_a_small_phone_where_the_list_is_odd_too(browser: Browser, lang: Locale) -> None:
    short = replace(samples.AUDIENCE, count=600, bad_total=40)
    with opened(browser, in_state("open", lang, audience=short, previous_count=1_000), SMALL_PHONE) as tab:
        deck = tab.locator(".deck").bounding_box()
        assert deck
        assert bottom(tab.locator(".card dl")) <= deck["y"]


BROKEN = """(place, labels) => labels.filter((label) => {
  place.textContent = label;
  const text = document.createRange();
  text.selectNodeContents(place);
  return text.getClientRects().length > 1;
})"""


@pytest.mark.parametrize("lang", LOCALES)
def test_the_name_of_a_fact_stays_on_one_line(browser: Browser, lang: Locale) -> None:
    facts = ("subject", "since", "until", "lasted", "what", "cause", "prevention", "next", "before")
    with opened(browser, in_state("open", lang)) as tab:
        place = tab.locator(".card dt").first
        assert place.evaluate(BROKEN, [WORDS[key][lang] for key in facts]) == []
        assert place.evaluate(BROKEN, ["障害の継続した時間"]) != []


HELD: dict[str, dict[str, Any]] = {
    "hold": {},
    "hold, relay down": {"relay_problem": "connect to mail.example.jp:587 failed: connection refused"},
    "by another": {"person": samples.PEOPLE["sato"]},
}


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("screen", [PHONE, SMALL_PHONE], ids=["390px", "360px"])
@pytest.mark.parametrize("name", HELD)
def test_a_second_tap_in_the_hold_hits_nothing(
    browser: Browser, name: str, screen: Screen, lang: Locale
) -> None:
    shown = PAGES.approval(page_data(lang, **{**DECIDED["hold"], **HELD[name]}))
    with opened(browser, shown, screen) as tab:
        presses = tab.locator("main").locator("button, a, summary")
        assert presses.count() == 1
        assert bottom(presses) <= screen.height - 140


@pytest.mark.parametrize(("lang", "words"), [("ja", "7 秒後に送り始めます"), ("en", "Sending starts in 7 s")])
def test_the_seconds_of_the_hold_are_the_largest_thing_on_the_page(
    browser: Browser, lang: Locale, words: str
) -> None:
    with opened(browser, in_state("hold", lang)) as tab:
        assert tab.locator("#left").inner_text() == words
        assert tab.locator("#left b").inner_text() == "7"
        assert tab.locator("#left b").evaluate("b => getComputedStyle(b).fontSize") == "44px"


def test_three_failures_of_twelve_thousand_are_red_inside_the_bar(browser: Browser) -> None:
    with opened(browser, in_state("sent", "ja")) as tab:
        bar, red = tab.locator("#bar svg").bounding_box(), tab.locator("#bar .fail").bounding_box()
        assert bar
        assert red
        assert red["width"] >= 2
        assert red["x"] + red["width"] <= bar["x"] + bar["width"] + 0.1


def test_without_script_a_link_shows_the_newest_state(browser: Browser) -> None:
    for script, links in ((False, 1), (True, 0)):
        with opened(browser, in_state("sending", "ja"), script=script) as tab:
            assert tab.get_by_role("link", name="最新の状態を見る").count() == links


@pytest.mark.parametrize("name", ["open", "error", "update", "recovery", "individual"])
def test_a_form_page_is_one_request_and_runs_no_script(browser: Browser, name: str) -> None:
    with page(browser) as tab:
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        serve(tab, lambda: in_state(name, "ja"))
        tab.goto(URL)
        assert asked == [URL]
        assert tab.evaluate("document.scripts.length") == 0


TOO_LOW = """() => [...document.querySelectorAll("a, summary, label.radio, input, textarea, button")]
  .filter((place) => place.checkVisibility() && !["radio", "hidden"].includes(place.type))
  .filter((place) => !place.matches(".card p.small a"))  // inside a sentence
  .filter((place) => place.getBoundingClientRect().height < (place.matches(".go") ? 64 :
    place.matches("button:not(.link), .button") ? 56 : 48))
  .map((place) => place.outerHTML)"""


@pytest.mark.parametrize("lang", LOCALES)
def test_every_target_is_big_enough_for_a_thumb(browser: Browser, lang: Locale) -> None:
    for name in ("open", "error", "individual, harm", "recovery", "superseded", "sending", "sent"):
        with opened(browser, MAKE[name](lang), script=name == "open") as tab:
            assert tab.evaluate(TOO_LOW) == [], name


def test_tab_goes_to_the_language_then_to_send(browser: Browser) -> None:
    with opened(browser, in_state("open", "ja", audience=WHOLE)) as tab:
        stops = []
        for _ in range(2):
            tab.keyboard.press("Tab")
            stops.append(tab.evaluate("document.activeElement.textContent"))
        assert stops[0] == "English"
        assert stops[1].startswith("12,408名に送信する")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_one_press_approves_what_was_seen(browser: Browser, script: bool) -> None:
    with opened(browser, in_state("open", "ja"), script=script) as tab:
        with tab.expect_request(lambda request: request.method == "POST") as posted:
            tab.get_by_role("button", name="12,408名に送信する").click()
        assert posted.value.post_data == "version=1&csrf=csrf-of-this-page&audience=d1&action=approve"


def test_the_suggestion_is_posted_with_its_lines(browser: Browser) -> None:
    with opened(browser, in_state("error", "ja")) as tab:
        with tab.expect_request(lambda request: request.method == "POST") as posted:
            tab.get_by_role("button", name="提案の文に直す").click()
        assert "action=edit" in (posted.value.post_data or "")
        assert "%0D%0A%0D%0A" in (posted.value.post_data or "")


def test_the_link_opens_its_sheet(browser: Browser) -> None:
    with opened(browser, in_state("choosing not to send", "ja")) as tab:
        tab.get_by_label("誤検知").check()
        with tab.expect_request(lambda request: request.method == "POST") as posted:
            tab.get_by_role("button", name="送らないと決める").click()
        assert "reason=false_alarm" in (posted.value.post_data or "")


def test_a_text_field_shows_only_when_it_is_chosen(browser: Browser) -> None:
    with opened(browser, in_state("recovery", "ja")) as tab:
        cause = tab.get_by_label("原因", exact=True)
        assert not cause.is_visible()
        tab.get_by_label("確定している(書く)").check()
        assert cause.is_visible()


def test_the_hold_turns_into_the_sending_by_itself_and_then_stops_asking(browser: Browser) -> None:
    story = [in_state(name, "ja") for name in ("hold", "sending", "sent")]
    asked = 0

    def shown() -> Page:
        nonlocal asked
        asked += 1
        return story[min(asked, len(story)) - 1]

    with page(browser) as tab:
        tab.clock.install()
        serve(tab, shown)
        tab.goto(URL)
        for heading in ("まだ送っていません", "送信しています", "12,405名に送信しました"):
            tab.get_by_role("heading", level=1, name=heading).wait_for()
            tab.clock.run_for(2_000)
        tab.clock.run_for(60_000)
        assert asked == len(story)


def test_a_hold_that_somebody_else_took_back_turns_into_the_open_page(browser: Browser) -> None:
    story = [in_state(name, "ja") for name in ("hold", "open", "open")]
    with page(browser) as tab:
        tab.clock.install()
        serve(tab, lambda: story.pop(0))
        tab.goto(URL)
        tab.clock.run_for(2_000)
        tab.get_by_role("button", name="12,408名に送信する").wait_for()
        tab.clock.run_for(60_000)
        assert story == []


def test_a_screen_reader_is_told_how_it_ended_in_the_place_it_knows(browser: Browser) -> None:
    states = iter([samples.PARTLY, samples.FULLY])
    story = [in_state("hold", "ja"), *(sending(counts) for counts in states), in_state("sent", "ja")]
    told = [
        "",
        "12,408名のうち6,204名以上に送信済みです",
        "12,408名のうち9,306名以上に送信済みです",
        "12,405名に送信しました",
    ]
    with page(browser) as tab:
        tab.clock.install()
        serve(tab, lambda: story.pop(0))
        tab.goto(URL)
        tab.evaluate("document.querySelector('[role=status]').mine = 'kept'")
        for words in told:
            tab.locator("[role=status]", has_text=words).wait_for(state="attached")
            assert tab.get_by_role("status").text_content() == words
            tab.clock.run_for(2_000)
        assert tab.evaluate("document.querySelector('[role=status]').mine") == "kept"


def sending(counts: dict[str, int]) -> Page:
    return PAGES.approval(page_data("ja", **{**DECIDED["sending"], "counts": counts}))


SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  const watch = new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.value)));
  watch.observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(sum), 50));
})"""


@pytest.mark.parametrize("name", ["open", "hold", "sending"])
def test_nothing_moves_while_it_loads_or_keeps_itself_up_to_date(browser: Browser, name: str) -> None:
    times = iter([at(2, 17, 20), at(2, 17, 22)] if name == "sending" else [at(2, 16, 32), at(2, 16, 34)])
    state = STATES[name]

    def shown() -> Page:
        return PAGES.approval(page_data(**{**state, "now": next(times)}))

    with page(browser) as tab:
        serve(tab, shown)
        tab.goto(URL)
        if name != "open":
            with tab.expect_response(URL):
                pass
        assert tab.evaluate(SHIFTS) == 0


def test_only_what_changed_is_replaced(browser: Browser) -> None:
    counts = iter([samples.PARTLY, {**samples.PARTLY, "sent": 9_912, "queued": 2_489}])
    later = {**DECIDED["sending"], "now": at(2, 17, 30)}

    def shown() -> Page:
        return PAGES.approval(page_data("ja", **{**later, "counts": next(counts, samples.FULLY)}))

    with page(browser) as tab:
        tab.clock.install()
        serve(tab, shown)
        tab.goto(URL)
        tab.evaluate("document.querySelector('#stop button').mine = 'kept'")
        tab.clock.run_for(2_000)
        tab.get_by_text("9,912", exact=True).first.wait_for()
        assert tab.get_by_role("status").text_content() == "12,408名のうち9,306名以上に送信済みです"
        assert tab.evaluate("document.querySelector('#stop button').mine") == "kept"
