"""Every page in every state, in both languages: what it says, what it offers, and what it must never show."""

import gzip
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bridge.core.model import AudienceFacts, Text
from bridge.core.next_notice import WrongDay
from bridge.core.values import LOCALES, Locale
from bridge.web import words
from bridge.web.pages import Page, Pages
from bridge.web.views.letters import checksum
from bridge.web.words import WORDS
from tests.web import samples
from tests.web.samples import (
    ASKING,
    DECIDED,
    DRAFT,
    EVERY,
    OPEN,
    PEOPLE,
    WIDER,
    at,
    in_state,
    notice,
    page_data,
)

PAGES = Pages()


class Found(HTMLParser):
    """The text, the presses and the hidden fields of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.presses: list[str] = []
        self.hidden: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._skipping = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        self._skipping = tag == "style"
        if tag == "button" and named.get("name") == "action":
            self.presses.append(named["value"] or "")
        if tag == "input" and named.get("type") == "hidden":
            self.hidden[named["name"] or ""] = named["value"] or ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self._skipping else data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def read(page: Page) -> Found:
    found = Found()
    found.feed(page.html)
    return found


def shown(state: str, lang: Locale = "ja", **changes: Any) -> Page:
    return PAGES.approval(in_state(state, lang, **changes))


def title(page: Page) -> str:
    (found,) = re.findall(r"<title>(.*?)</title>", page.html)
    return str(found)


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("state", EVERY)
def test_every_state_is_one_sound_page(state: str, lang: Locale) -> None:
    page = shown(state, lang)
    found = read(page)
    assert page.status == 200
    assert (found.count("h1"), found.count("main"), found.count("header")) == (1, 1, 1)
    assert f'<html lang="{lang}">' in page.html
    assert "style=" not in page.html
    assert "{" not in found.text


@pytest.mark.parametrize("state", EVERY)
def test_nothing_of_an_alert_but_named_facts_and_its_name_is_shown(state: str) -> None:
    page = shown(state)
    for secret in (samples.HOST, samples.ALERT_URL, ">f1</"):
        assert secret not in page.html
    unfolded = page.html.partition('<details id="alerts"')[0].partition("<summary>アラート(")[0]
    named = state in ("recovery, still firing", "recovery, one kept out")  # which end is awaited
    assert ("LoginErrors" in unfolded) is named


@pytest.mark.parametrize("state", EVERY)
def test_a_page_offers_exactly_what_a_press_may_do(state: str) -> None:
    now = in_state(state)
    page = PAGES.approval(now)
    presses = set(read(page).presses) | ({"correct"} if 'href="?correct"' in page.html else set())
    assert presses <= set(now.offers)
    if state in DECIDED:
        assert presses == set(now.offers)


@pytest.mark.parametrize("state", DECIDED)
def test_the_letter_stands_folded_unless_people_must_read_it_again(state: str) -> None:
    page = shown(state).html
    changed = state == "stopped, text changed, two people"
    assert ("<details open><summary>" in page) is changed
    assert not (changed and "照合値" in page), "nobody approved this one"


def test_a_decided_batch_shows_every_letter_with_one_checksum_over_all() -> None:
    page = shown("sent, individual")
    letters = samples.DECIDED["sent, individual"]["letters"]
    assert all(f"{n}通目: {each.address}" in page.html for n, each in enumerate(letters, 1))
    assert checksum(*(each.text for each in letters)) in page.html
    assert checksum(letters[0].text) not in page.html


@pytest.mark.parametrize("state", DECIDED)
def test_a_decided_page_offers_no_approval(state: str) -> None:
    assert 'value="approve"' not in shown(state).html


@pytest.mark.parametrize("state", [*OPEN, *ASKING])
def test_a_form_page_carries_its_fields_and_no_script(state: str) -> None:
    page = shown(state)
    hidden = read(page).hidden
    now = in_state(state)
    assert (hidden["version"], hidden["csrf"]) == (str(now.version.version), "csrf-of-this-page")
    assert hidden["audience"] == (now.audience.digest or "")
    assert "<script" not in page.html
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_only_hold_and_sending_pages_may_run_our_script() -> None:
    live = {state for state in EVERY if "<script" in shown(state).html}
    assert live == {"hold", "hold over", "sending", "sending, relay down", "by another"}
    assert shown("hold").headers["Content-Security-Policy"].endswith("script-src 'self'; connect-src 'self'")


def test_the_headers_keep_a_page_private() -> None:
    headers = shown("open").headers
    assert headers["Cache-Control"] == "no-store, no-transform"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize("state", EVERY)
def test_a_page_is_small(state: str) -> None:
    assert len(gzip.compress(shown(state).html.encode())) <= 10_000


def test_style_and_script_are_small() -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", shown("open").html, re.DOTALL)
    assert len(gzip.compress(style.encode())) <= 4_096
    assert len(gzip.compress(PAGES.live_js())) <= 2_048


def test_markup_in_a_letter_stays_text() -> None:
    text = Text("<b>件名", "</pre><script>alert(1)</script>")
    page = shown("open", version=samples.version(samples.facts(), ja=text))
    assert "<script" not in page.html
    assert "&lt;/pre&gt;&lt;script&gt;" in page.html


SAYS = [
    ("open", "ja", "12,408名に送信する"),
    ("open", "ja", "前回より +12名。1通ずつ個別に届きます。"),
    ("open", "ja", "ほかの文は、標準の文面のままです"),
    ("open", "en", "Send to 12,408 customers"),
    ("open", "en", "12 more than last time. Sent one by one."),
    ("open, first use", "ja", "はじめて使う名簿です。"),
    ("open, soon", "ja", "残り4分"),
    ("late, smaller list", "ja", "3分超過"),
    ("late, smaller list", "ja", "今からでも送ってください。"),
    ("late, smaller list", "ja", "前回は12,408名でした。"),
    ("late, smaller list", "ja", "押してから30秒は取り消せます"),
    ("late, smaller list", "en", "It was 12,408 last time."),
    ("list unreadable", "ja", "宛先を数えられません(ファイルがありません)"),
    ("error", "ja", "送る前に1か所直してください"),
    ("error", "ja", "現時点では復旧時刻は未定です。判明次第、改めてご連絡いたします。"),
    ("error", "ja", "このまま12,408名に送信する"),
    ("edited", "ja", "まだ送っていません。保存しました。"),
    ("edited", "ja", "佐藤さんが文面を直しました(1か所)"),
    ("cancelled", "ja", "取り消しました。まだ送っていません。呼び出しは続きます。"),
    ("acknowledged", "ja", "まだ送っていません。確認中と伝えました。呼び出しは続きます。"),
    ("english readers too", "ja", "英語の文面(38名に届きます)"),
    ("second person", "ja", "丸山さんが 02:16 に版2を承認しました。あなたの承認で送信されます。"),
    ("second person", "ja", "2人目として12,408名に送信する"),
    (
        "second person, first waits",
        "ja",
        "まだ送っていません。あと1人の承認が必要です。佐藤さんを呼び出しています。",
    ),
    ("second person, editor", "ja", "版2はあなたが編集しました。別の人の承認が必要です。"),
    ("ended before anyone approved", "ja", "アラートは 02:14 にすべて止まりました。"),
    ("update", "ja", "変化なしと12,408名に伝える"),
    ("update", "ja", "第一報 2時17分"),
    ("update", "en", "Tell 12,408: no change"),
    ("recovery", "ja", "3時32分にアラートがすべて止まり、15分続いています。障害は約1時間22分間でした。"),
    ("recovery", "ja", "12月1日(火)までに報告すると約束します"),
    (
        "recovery, answered",
        "ja",
        "いつから11月24日(火)2時10分頃復旧11月24日(火)3時32分障害の時間約1時間22分間",
    ),
    ("recovery, answered", "en", "Recovered Tue 24 Nov, 03:32 Lasted about 1 hour 22 minutes"),
    ("recovery, still firing", "ja", "アラートが1件続いています"),
    ("individual", "ja", "2通をそれぞれ1名に送信する"),
    ("individual, harm", "ja", "2通目 「ちょっとした」"),
    ("individual, harm", "ja", "CSVを直して、もう一度登録してください。"),
    ("individual, harm", "ja", "個人情報保護委員会への速報: 知ってからおおむね3〜5日以内"),
    ("warning", "ja", "確かめてください"),
    ("recovery, ended by hand", "ja", "3時32分に丸山さんが復旧としました。障害は約1時間22分間でした。"),
    ("recovery, ended by hand", "ja", "復旧としたとき、アラートが1件続いていました"),
    (
        "recovery, ended by hand",
        "en",
        "丸山 declared recovery at 03:32. The disturbance lasted about 1 hour 22 min",
    ),
    ("template failed", "ja", "登録したテンプレートに誤りがあり、標準の文面を使いました"),
    ("template failed", "en", "(templates/mail/ja/first.txt.j2:3: 'nope' is undefined)"),
    ("edited, then news", "ja", "版2を保存したあとで、状況が変わりました"),
    (
        "edited, then news",
        "ja",
        "発生日時− 02:172026年11月24日(火)2時10分頃+ いま2026年11月24日(火)2時04分頃",
    ),
    ("edited, then news", "ja", "+ いま決済機能、全ユーザーのログイン機能"),
    ("edited, then news", "en", "What is affected− 02:17Sign-in for all users+ nowPayments; Sign-in"),
    ("hold", "ja", "何もしなければ 02:16:40 に送り始めます。この画面を閉じても送信されます。"),
    ("hold", "en", "Starts at 02:16:40 unless you cancel, even if you close this page."),
    ("sending", "ja", "「送信済み」は、メールサーバーが受け付けた通数です。02:17 現在、あと約20秒。"),
    ("sending", "ja", "続報の下書きを丸山さんに届けます"),
    ("sending", "ja", "送信開始。検知から6分40秒。"),
    ("sending, relay down", "ja", "メールサーバーに送れません(接続できません)。"),
    ("sent", "ja", "3名に届いていません。検知から6分40秒。"),
    ("sent", "en", "3 failed. 6 min 40 s after detection."),
    ("stopped", "ja", "7,912名には送信済みです。残り4,496名への送信を止めました。"),
    (
        "stopped, restored",
        "ja",
        "この記録は02:15:04のものです。それ以後の送信は記録にありません。記録では、残り 12,308 名",
    ),
    (
        "stopped, restored",
        "ja",
        "何名かには、もう届いているかもしれません。送信済み100名",
    ),
    ("stopped, restored", "ja", "残り12,308名に送る二重に届くことがあります押してから30秒は取り消せます"),
    ("stopped, restored", "en", "This record is of 02:15:04. What was sent after that is not in it."),
    (
        "stopped, restored",
        "en",
        "Send to the other 12,308Some may get it twice You can cancel for 30 seconds",
    ),
    ("stopped in its hold, restored", "ja", "12,408名に送信する二重に届くことがあります押してから30秒は"),
    ("stopped, restored", "ja", "止めた理由 バックアップから戻した記録です 決める前に"),
    ("stopped, copied", "ja", "写しの記録です。この記録は02:15:04のものです。"),
    ("stopped, copied", "en", "This record is a copy. This record is of 02:15:04."),
    ("open, copied", "ja", "どちらの記録で続けますか 元の記録は bridge-1.example.jp:"),
    ("open, copied", "ja", "この写しは静かにするここまでの下書きと呼び出しを終えます。"),
    ("open, copied", "en", "Which record goes on? The original was at bridge-1.example.jp:"),
    ("stopped, copied", "ja", "この記録で続ける呼び出しは続きます。元のブリッジは止めてください"),
    ("rest dismissed", "ja", "佐藤さんが、残りには送らないと決めました 02:19、理由はもう届いている。"),
    ("stopped, not true any more", "ja", "このままでは送れません 1 アラートはすべて 2:31 に止まりました。"),
    ("stopped, not true any more", "en", "Cannot be sent as it is 1 All alerts ended at 02:31."),
    (
        "stopped, rest not true any more",
        "ja",
        "手紙には継続中と書かれています。 残りには送らないと決めて、次のご報告でいまの事実を伝える",
    ),
    ("stopped, rest not true any more", "ja", "残り4,496名に送信する"),
    ("stopped, rest not true any more", "en", "not to send the rest, and tell the facts of now"),
    ("rest dismissed", "ja", "7,912名には送信済みです。残り4,496名には送りません。"),
    ("rest dismissed", "en", "7,912 sent. The other 4,496 get nothing."),
    ("open, restored", "ja", "この記録は02:15:04のものです。それ以後の送信は記録にありません。"),
    ("open, restored", "ja", "押してから30秒は取り消せます"),
    (
        "stopped, list changed",
        "ja",
        "名簿が承認のあとで変わりました。承認した名簿は12,408名、いまの名簿は20,113名です。",
    ),
    ("stopped, list changed", "en", "12,408 on the approved list, 20,113 on the list now."),
    ("stopped, list changed", "ja", "20,113名に送信する押してから30秒は取り消せます"),
    ("stopped, list changed, two people", "ja", "この手紙には2人の承認が必要です。"),
    ("stopped, list changed, two people", "ja", "20,113名に送信するもう1人の承認で送信されます"),
    ("stopped, text changed, two people", "ja", "書き換えられています。本文を読み直してください。"),
    ("stopped, text changed, two people", "en", "Sent when one more person approves"),
    ("stopped, first of two waits", "ja", "あと1人の承認が必要です。佐藤さんを呼び出しています。"),
    ("stopped, second person", "ja", "丸山さんが 02:18 に版1を承認しました。あなたの承認で送信されます。"),
    ("stopped, second person", "en", "Send to 20,113 as second approver"),
    ("by another", "ja", "丸山さんが 02:16 に承認しました。あなたの操作は不要です。"),
    ("dismissed", "ja", "佐藤さんが「送らない」と決めました 02:16、理由は誤検知。"),
    ("dismissed", "en", "佐藤 decided not to send 02:16, because: false alarm."),
    (
        "dismissed, long ago",
        "ja",
        "アラートが続いています 全ユーザーのログイン機能。02:10 から48分、止まっていません。",
    ),
    ("dismissed, long ago", "en", "An alert is still firing Sign-in for all users. Since 02:10, 48 minutes"),
    ("dismissed, long ago", "ja", "02:46 続いていることを佐藤さんと丸山さんにお知らせ"),
    ("recovery sent, cause owed", "ja", "このあと12月1日(火) 10:00最終報の下書きを丸山さんに届けます"),
    ("recovery sent, cause owed", "ja", "12月1日(火)お客様に約束した原因の報告"),
    ("recovery sent, cause owed", "en", "Tue 1 DecReport of the cause, promised to customers"),
    ("open, relay down", "ja", "いまはメールサーバーに送れません(接続できません)。承認しておけば、"),
    ("open, relay down", "en", "The mail server takes no mail now"),
    ("recovery, answered in Japanese", "ja", "英語の手紙に日本語が残っています(38名に届きます): "),
    ("recovery, answered in Japanese", "en", "Japanese is left in the English letter (38 recipients"),
    ("recovery, day over", "ja", "送る前に1か所直してください"),
    ("recovery, day over", "ja", "「報告する日」を選び直してください。"),
    ("recovery, day over", "en", "The day named for reporting the cause is over."),
    ("superseded, fires again", "ja", "アラートが再び出たので、この下書きは使いません。"),
    ("superseded, fires again", "en", "The alert fired again, so this draft is not used."),
    ("superseded, fires again", "ja", "アラートが再び出たので、下書きを取りやめました"),
    ("superseded", "ja", "この下書きは第二報に置き換わりました。"),
    ("superseded", "en", "Replaced by the second report."),
]


@pytest.mark.parametrize("state, lang, words", SAYS, ids=[f"{s} {w[:12]}" for s, _, w in SAYS])
def test_a_page_says(state: str, lang: Locale, words: str) -> None:
    text = "".join(read(shown(state, lang)).text.split())
    assert "".join(words.split()) in text


def test_the_title_says_until_when() -> None:
    assert title(shown("open")) == "2時25分までに承認: みどりショップ 第一報"
    assert title(shown("open", "en")) == "Approve by 02:25: Midori Shop first report"
    assert title(shown("error")).startswith("エラー: ")


def test_a_person_who_edits_again_sees_what_changed_meanwhile() -> None:
    assert "状況が変わりました" in PAGES.edit(in_state("edited, then news")).html


@pytest.mark.parametrize("state", ["recovery", "recovery, ended by hand", "recovery, answered"])
def test_page_and_letter_tell_the_same_duration_as_a_reader_who_subtracts(state: str) -> None:
    now = in_state(state)
    crossing = {
        "started_at": at(0, 45, 50),
        "recovered_at": at(0, 53, 10),
    }  # 7 min 20 s, printed 0:45 and 0:53
    told = samples.version(now.facts.model_copy(update=crossing), now.version.version, now.version.edited_by)
    told = replace(told, origin=now.version.origin)
    ended = replace(now.incident, resolved_at=crossing["recovered_at"])
    assert "(約8分間)" in told.texts["ja"].body
    text = read(shown(state, version=told, incident=ended)).text
    assert "7分" not in text
    assert "障害は約8分間でした" in text or "障害の時間約8分間" in "".join(text.split())


def test_a_shipped_text_is_never_called_the_companys_own() -> None:
    assert WORDS["as_template"]["ja"] in shown("open").html
    assert WORDS["as_template"]["ja"] not in shown("template failed").html


def test_the_suggestion_is_an_edit_with_the_mended_letter() -> None:
    found = read(shown("error"))
    assert found.presses[0] == "edit"
    assert "まもなく" not in found.hidden["body"]
    assert "判明次第、改めてご連絡いたします。" in found.hidden["body"]


def test_what_has_no_suggestion_is_edited_by_hand() -> None:
    (error,) = OPEN["error"]["findings"]
    page = shown("error", findings=(replace(error, replacement=None),))
    assert "提案の文に直す" not in page.html
    assert 'class="button go" href="?edit"' in page.html


def test_a_missing_impact_is_told_without_a_quotation() -> None:
    page = shown("impact unknown")
    assert "BRG" not in page.html
    assert read(page).text.count("影響範囲を書いてください。") == 1


def test_a_batch_with_an_error_is_sent_only_with_a_reason() -> None:
    page = shown("individual, harm")
    assert 'class="go"' not in page.html
    assert re.search(r'name="override" required.*?value="approve"', page.html, re.DOTALL)


def test_every_finding_is_numbered_once_over_all_letters() -> None:
    page = shown("individual, harm")
    marks = re.findall(r'<mark id="(f\d+)"', page.html)
    assert sorted(marks) == [f"f{n}" for n in range(1, len(marks) + 1)]
    assert sorted(re.findall(r'href="#(f\d+)"', page.html)) == sorted(marks)


def test_a_list_that_cannot_be_counted_offers_no_sending() -> None:
    assert "approve" not in read(shown("list unreadable")).presses


def test_the_other_language_of_a_letter_is_marked_as_such() -> None:
    page = shown("english readers too")
    assert '<section class="card letter" lang="en">' in page.html
    assert '<section class="card letter" lang="ja">' in page.html


def test_a_language_chosen_by_hand_stays() -> None:
    page = shown("open", "en")
    assert 'action="?lang=en"' in page.html
    assert 'href="?lang=en&amp;edit"' in page.html
    assert 'href="?lang=ja"' in page.html


def conflict(seen: int | None, **more: Any) -> Page:
    edited: dict[str, Any] = {
        "notice": notice(version=2),
        "version": WIDER,
        "earlier": (DRAFT,),
        "now": at(2, 17, 20),
    }
    return PAGES.conflict(page_data(**edited), seen, **more)


def test_a_newer_version_says_whose_and_what_changed() -> None:
    page = conflict(1)
    text = read(page).text
    assert page.status == 409
    assert "あなたが見ていた版1のあと、佐藤さんが 02:17 に版2を保存しました。" in text
    assert "変わったところ(1か所)" in text
    assert "<b>およびパスワードの再設定</b>" in page.html
    assert "版2を12,408名に送信する" in text


def test_text_that_was_typed_is_not_lost() -> None:
    page = conflict(1, typed={"subject": "わたしの件名", "body": "わたしの本文"})
    assert "わたしの件名" in page.html
    assert "わたしの本文</textarea>" in page.html


def test_somebody_elses_decision_is_no_form() -> None:
    page = PAGES.conflict(page_data(**{**DECIDED["sending"], "person": PEOPLE["sato"]}), 1)
    assert page.status == 409
    assert "あなたの操作は不要です。" in page.html
    assert 'value="approve"' not in page.html


def test_wording_errors_stop_with_422() -> None:
    page = PAGES.wording_stop(in_state("error"))
    assert page.status == 422
    assert page.html.index("まだ送っていません。") < page.html.index('role="alert"')


def test_the_edit_page_keeps_every_language_and_counts_the_subject() -> None:
    page = PAGES.edit(in_state("english readers too"))
    names = {tag[1].get("name") for tag in read(page).tags}
    assert {"subject", "body", "subject_en", "body_en"} <= names
    assert "全角30文字(40文字まで)" in page.html
    assert read(page).presses == ["edit"]


def test_an_edit_that_came_back_shows_what_was_typed() -> None:
    page = PAGES.edit(page_data(), {"subject": "短い", "body": "本文"})
    assert "全角2文字" in page.html
    assert "本文</textarea>" in page.html


def test_a_link_that_leads_nowhere_always_gets_the_same_bytes() -> None:
    page = PAGES.not_found()
    assert page.status == 404
    assert page == PAGES.not_found()
    assert "このページは見つかりません" in page.html
    assert "Not found" in page.html


@pytest.mark.parametrize(
    "page, status, words",
    [
        (PAGES.expired("ja", "c"), 410, "このリンクは期限が切れました"),
        (PAGES.expired("en", "c", renewed=True), 410, "A new link is on its way"),
        (PAGES.forbidden("ja"), 403, "まだ送っていません。"),
        (PAGES.unavailable("ja"), 503, "30秒後にもう一度押してください。"),
    ],
)
def test_a_page_that_cannot_help_says_so(page: Page, status: int, words: str) -> None:
    assert page.status == status
    assert words in page.html
    assert read(page).count("h1") == 1


def test_an_expired_link_can_be_renewed_once() -> None:
    assert read(PAGES.expired("ja", "c")).presses == ["renew"]
    assert read(PAGES.expired("ja", "c", renewed=True)).presses == []
    assert PAGES.unavailable("en").headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    "lang, wrong, unsent, words",
    [
        ("ja", "day_over", "まだ送っていません。保存もしていません。", "過ぎた日は約束できません。"),
        ("en", "not_a_day", "Nothing sent, nothing saved.", "Not a date."),
    ],
)
def test_a_day_that_cannot_be_promised_is_said_beside_its_field(
    lang: Locale, wrong: WrongDay, unsent: str, words: str
) -> None:
    given = {"cause_by": "2020-01-01", "remedy": "証明書を更新いたしました。", "cause": ""}
    page = PAGES.answers(page_data(lang, **ASKING["recovery"]), given, wrong)
    assert page.status == 422
    assert title(page).startswith({"ja": "エラー: ", "en": "Error: "}[lang])
    text = read(page).text
    assert text.index(unsent) < text.index(words)
    (field,) = (named for _, named in read(page).tags if named.get("name") == "cause_by")
    assert (field["value"], field["aria-invalid"]) == ("2020-01-01", "true")
    assert f'id="{field["aria-describedby"]}"' in page.html
    assert "証明書を更新いたしました。</textarea>" in page.html
    assert re.search(r"<details[^>]* open>.{0,300}cause_by", page.html, re.DOTALL)


@pytest.mark.parametrize(
    "state, changes, button",
    [
        ("open", {"audience": AudienceFacts("list", 1, "d", {"ja": 1})}, "Send to 1 customer"),
        (
            "individual",
            {"letters": EVERY["individual"]["letters"][:1]},
            "Send 1 letter to one person",
        ),
    ],
)
def test_buttons_say_one_person_in_the_singular(state: str, changes: dict[str, Any], button: str) -> None:
    buttons = re.findall(r"<button[^>]*>([^<]*)", shown(state, "en", **changes).html)
    assert button in [text.strip() for text in buttons]


def test_no_two_tables_of_sentences_share_a_key() -> None:
    told = tomllib.loads((Path(words.__file__).parent / "ja.toml").read_text("utf-8"))
    assert not told["words"].keys() & told["console"].keys()


def test_every_sentence_has_both_languages_with_the_same_fields() -> None:
    for key, sentence in WORDS.items():
        ja, en = sentence["ja"], sentence["en"]
        assert set(re.findall(r"{(\w+)}", en)) - set(re.findall(r"{(\w+)}", ja)) <= {"n", "others"}, key
        assert "!" not in ja + en, key
