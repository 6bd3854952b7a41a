"""訂正: the way to it, the form that prepares it, and its own page before it is sent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.core.facts import Answers, build
from bridge.core.kinds.correction import Nature, facts_about
from bridge.core.model import AudienceFacts
from bridge.core.values import LOCALES, Locale, LocalText
from bridge.web.pages import Pages
from bridge.web.views.correct import correct
from bridge.web.views.page_data import Corrected, PageData, Related
from tests.parts.bridge import MARUYAMA, Bridge, bridge, hidden_fields, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until
from tests.web.samples import DECIDED, FIRING, INCIDENT, SENDING, SERVICE, at, notice, page_data, version

PAGES = Pages()
REACHED = AudienceFacts(
    "reached",
    7_912,
    "d9",
    {"ja": 7_912},
    title=LocalText(ja="第一報が届いた方", en="those who got the 1st report"),
)


def correction(
    nature: Nature = "wrong_fact", right: str = "法人のお客様のログイン機能", lang: Locale = "ja"
) -> PageData:
    own = facts_about(
        nature, right, LocalText(ja="件名", en="Subject"), LocalText(ja="全ユーザー", en="All"), at(2, 17)
    )
    told = build(
        SERVICE,
        INCIDENT,
        (FIRING,),
        "correction",
        drafted_at=at(2, 18),
        promise_at=None if right else at(3, 15),
        answers=Answers(own=own),
    )
    return page_data(
        lang,
        notice=notice("correction", base_at=at(2, 18), due_at=at(2, 33), corrects="n0"),
        version=version(told),
        number=None,
        audience=REACHED,
        previous_count=None,
        corrected=Corrected(doubtful=4, unsent=4_496),
        now=at(2, 19),
    )


def shown(data: PageData) -> str:
    return PAGES.approval(data).html


# The way to it


@pytest.mark.parametrize("state", ["sending", "sent", "stopped"])
@pytest.mark.parametrize("lang", LOCALES)
def test_a_letter_that_left_can_be_called_wrong(state: str, lang: Locale) -> None:
    html = shown(page_data(lang, **DECIDED[state]))
    assert {"ja": "この知らせは誤りだった", "en": "This letter was wrong"}[lang] in html
    assert {"csrf", "version"} <= hidden_fields(html).keys()  # as any press has them


def test_a_letter_in_its_hold_is_called_back_instead() -> None:
    assert "?correct" not in shown(page_data(**DECIDED["hold"]))


def test_a_corrected_letter_leads_to_its_correction_and_is_not_resumed() -> None:
    stopped = replace(DECIDED["stopped"]["notice"], corrected_by="n2")
    data = page_data(
        **{
            **DECIDED["stopped"],
            "notice": stopped,
            "correction": Related("correction", None, None, "/approve/x"),
        }
    )
    html = shown(data)
    assert 'href="/approve/x"' in html
    assert 'value="resume"' not in html


# The form


def form(**changes: Any) -> PageData:
    return page_data(**{**DECIDED["sending"], **changes})


def test_the_sending_can_be_stopped_before_anything_is_chosen() -> None:
    view = correct(form())
    assert view.going.endswith("までに7,912名へ。残り4,493名。")
    assert view.go == "残りを止めて、訂正を用意する"
    assert PAGES.correct(form()).html.index('value="stop"') < PAGES.correct(form()).html.index(
        'value="correct"'
    )


def test_after_the_stop_it_only_prepares() -> None:
    view = correct(form(notice=replace(SENDING, state="stopped", stop_reason="person")))
    assert (view.going, view.go) == ("", "訂正を用意する")
    assert view.stopped == "残り4,493名への送信は止まっています。"


def test_nothing_is_chosen_beforehand() -> None:
    html = PAGES.correct(form()).html
    html = html.replace(style_of(html), "")
    assert html.count('type="radio" name="nature"') == 3
    assert "checked" not in html
    assert html.count("required") == 3


def test_the_hint_names_the_time_that_an_empty_field_promises() -> None:
    assert "「3時20分までにご連絡します」" in correct(form()).hint


def test_a_press_without_a_choice_keeps_what_was_typed() -> None:
    page = PAGES.correct(form(), missing=True, right="法人のみ")
    assert (page.status, ">法人のみ</textarea>" in page.html) == (422, True)
    assert "どれかを選んでください" in page.html


@pytest.mark.parametrize("lang", LOCALES)
def test_the_form_is_whole_in_both_languages(lang: Locale) -> None:
    html = PAGES.correct(page_data(lang, **DECIDED["sending"])).html
    assert "{" not in html.replace(style_of(html), "")


def style_of(html: str) -> str:
    return html[html.index("<style>") : html.index("</style>")]


# The correction's own page


def test_its_card_names_those_who_were_reached_and_nobody_else() -> None:
    html = shown(correction())
    assert "第一報が届いた方" in html
    assert "すでに届いた7,912名だけに送ります。" in html
    assert "届いたか確認できない4名を含みます。" in html
    assert "止めた4,496名には、どちらも届きません。" in html


def test_wrong_and_right_stand_on_the_card() -> None:
    html = shown(correction())
    assert html.index("誤り") < html.index("全ユーザー") < html.index("正しくは") < html.index("法人のお客様")


def test_its_button_says_that_a_correction_is_sent() -> None:
    assert "7,912名に訂正を送信する" in shown(correction())
    assert "Send the correction to 7,912 people" in shown(correction(lang="en"))


# With a running bridge


def post(running: Bridge, path: str, asked: dict[str, str]) -> httpx.Response:
    return running.post_api(path, json.dumps(asked))


@pytest.fixture
def half_way(tmp_path: Path, mail_server: Sink) -> Iterator[tuple[Bridge, str]]:
    """A bridge whose first report was sent, and the link of 丸山."""
    with bridge(tmp_path, mail_server) as running:
        running.alert()
        link = link_in(mail_server.wait_for(MARUYAMA)[0])
        assert running.press(link, "approve").status_code == 303
        until(lambda: running.incident()["notices"][0]["state"] == "sent", 20, "the first report is sent")
        yield running, link


def test_two_presses_lead_from_a_wrong_letter_to_its_correction(half_way: tuple[Bridge, str]) -> None:
    running, link = half_way
    page = running.get(f"{link}?correct")
    assert page.status_code == 200
    fields = {**hidden_fields(page.text), "action": "correct", "nature": "no_incident", "right": ""}
    answer = running.post_form(f"{link}?correct", fields)
    assert answer.status_code == 303
    own = answer.headers["location"]
    assert own.startswith("/approve/")
    assert own not in link
    new = running.get(f"{link.partition('/approve/')[0]}{own}")
    assert "訂正を送信する" in new.text
    wrong, correction = running.incident()["notices"]
    assert (correction["kind"], correction["corrects"], wrong["corrected_by"]) == (
        "correction",
        wrong["id"],
        correction["id"],
    )
    assert correction["subject"].startswith("【訂正とお詫び】")


def test_the_form_without_a_choice_is_422_and_changes_nothing(half_way: tuple[Bridge, str]) -> None:
    running, link = half_way
    fields = {**hidden_fields(running.get(f"{link}?correct").text), "action": "correct"}
    assert running.post_form(f"{link}?correct", fields).status_code == 422
    assert len(running.incident()["notices"]) == 1


def test_the_api_drafts_a_correction_once(half_way: tuple[Bridge, str]) -> None:
    running, _ = half_way
    (wrong,) = running.incident()["notices"]
    asked = {"nature": "wrong_fact", "right": "法人のお客様のみ"}
    first = post(running, f"/notices/{wrong['id']}/correction", asked)
    again = post(running, f"/notices/{wrong['id']}/correction", asked)
    unknown = post(running, "/notices/nobody/correction", asked)
    nonsense = post(running, f"/notices/{wrong['id']}/correction", {"nature": "everything"})
    assert [a.status_code for a in (first, again, unknown, nonsense)] == [201, 409, 404, 422]
    assert first.json()["corrects"] == wrong["id"]
    assert "正：法人のお客様のみ" in first.json()["body"]


def test_the_command_line_begins_a_correction_once_and_says_why_not(half_way: tuple[Bridge, str]) -> None:
    running, _ = half_way
    (wrong,) = running.incident()["notices"]
    asked = ("correct", wrong["id"], "--nature", "wrong_fact", "--right", "法人のお客様のみ")
    done = running.run(*asked, "--json")
    assert (done.returncode, json.loads(done.stdout)["corrects"]) == (0, wrong["id"])
    again, nobody = running.run(*asked), running.run("correct", "nobody", *asked[2:])
    assert (again.returncode, "corrected by" in again.stderr) == (1, True)
    assert (nobody.returncode, "unknown incident or notice" in nobody.stderr) == (1, True)
    assert running.run("correct", wrong["id"], "--nature", "everything").returncode == 2
    assert running.run("correct", wrong["id"]).returncode == 2


def test_a_letter_that_has_not_left_is_not_corrected_but_called_back(
    running_bridge: Bridge, mail_server: Sink
) -> None:
    running_bridge.alert()
    mail_server.wait_for(MARUYAMA)
    (waiting,) = running_bridge.incident()["notices"]
    done = running_bridge.run("correct", waiting["id"], "--nature", "no_incident")
    assert (done.returncode, done.stderr) == (
        1,
        "409: nothing of it was sent: cancel or dismiss it\n",
    )
