"""Whatever alerts, lists and forms say stays data: never a header, a command, a template or markup."""

import html.parser
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink
from tests.parts.smtp import Mail

LINE_ENDS = "\r\n", "\n", "\r", "\0", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"
HEADER = "X-Evil: 1"
ENCODED_WORD = "=?utf-8?B?DQpCY2M6IGV2aWxAZXhhbXBsZS5qcA==?="  # a line end and a Bcc, if anybody decodes it
SMUGGLED = "MAIL FROM:<evil@example.jp>"
TEMPLATE = "{{ 999*997 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}{# gone #}${999*997}"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)><u>&lt;u&gt;"
BIDI = "\u202eexe.\u2066\u200b\ufeff"

INTO_HEADERS = "".join(f"あ{end}{HEADER}{end}{end}" for end in LINE_ENDS) + ENCODED_WORD
INTO_DATA = "".join(f"い{end}.{end}{SMUGGLED}" for end in ("\r\n", "\n", "\r")) + "\r\n.\r\n"
PRINTABLE = ENCODED_WORD + TEMPLATE + MARKUP
NASTY = INTO_HEADERS + INTO_DATA + PRINTABLE + BIDI
REFUSED = "refused@example.jp"  # a customer whose name would be several lines


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@dataclass
class Night:
    """A bridge in which everything that people and machines can write is hostile."""

    bridge: Bridge
    mails: Sink

    @property
    def link(self) -> str:
        return link_in(self.mails.wait_for(MARUYAMA)[0])


@pytest.fixture
def night(tmp_path: Path, mail_server: Sink, database_url: str) -> Iterator[Night]:
    database = database_url if database_url.startswith("postgresql") else "sqlite"
    with bridge(tmp_path, mail_server, database=database) as running:
        rows = (tmp_path / "customers.csv").read_text().splitlines()
        rows[1] = f"{running.customers[0]},{cell(PRINTABLE)},{cell(PRINTABLE)},ja"
        rows.append(f"{REFUSED},{cell(NASTY)},{cell(NASTY)},ja")
        (tmp_path / "customers.csv").write_text("\n".join(rows), encoding="utf-8", newline="")
        hostile = alert(instance=NASTY, **{NASTY: "name", "lone": "\ud83d\x00"})
        hostile["annotations"] = {"customer_impact_ja": NASTY, "customer_impact_en": NASTY, "summary": NASTY}
        hostile["generatorURL"] = "javascript:alert(1)//" + NASTY
        assert running.alert(hostile).status_code == 200
        yield Night(running, mail_server)


def send(night: Night) -> list[Mail]:
    """Edit with hostile words, approve whatever the wording check says of them; the customers' mails."""
    edit = {"subject": "【重要】みどりショップ 第一報 " + NASTY, "body": "障害のお知らせです。\n" + NASTY}
    assert night.bridge.press(night.link, "edit", **edit).status_code == 303
    answer = night.bridge.press(night.link, "approve", override="試験" + NASTY)
    assert answer.status_code == 303
    night.mails.wait_for_every(night.bridge.customers)
    return [mail for mail in night.mails.mails if mail.to[0] in night.bridge.customers]


ALLOWED = {
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding",
    "auto-submitted", "precedence", "references", "in-reply-to", "reply-to", "list-id", "importance", "x-priority",
    "x-auto-response-suppress", "priority",
}  # fmt: skip


def test_no_word_becomes_a_header_a_second_mail_or_a_template(night: Night) -> None:
    letters = send(night)
    assert sorted(mail.to for mail in letters) == sorted((each,) for each in night.bridge.customers)
    assert night.mails.to(REFUSED) == []
    for mail in night.mails.mails:
        assert {name.lower() for name in mail.message} <= ALLOWED
        assert all(len(mail.message.get_all(name)) == 1 for name in mail.message)
        assert mail.sender in ("", "support@example.jp")
        head, _, _ = mail.raw.partition(b"\r\n\r\n")
        assert head.isascii()
        assert b"\0" not in mail.raw
        assert re.search(rb"(?<!\r)\n|\r(?!\n)", mail.raw) is None
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
        assert not any(end in mail.subject for end in LINE_ENDS)
        assert mail.message["Bcc"] is None
        assert "\u202e" not in mail.subject
        assert "996003" not in mail.text + mail.subject
        assert "<class" not in mail.text
    assert "996003" not in night.bridge.get(night.link).text


class Tags(html.parser.HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [
            value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")
        ]


def test_no_word_becomes_markup_on_any_page(night: Night) -> None:
    link, running = night.link, night.bridge
    edit = {"subject": "【重要】" + NASTY, "body": NASTY}
    pages = [running.get(link), running.get(link + "?edit"), running.get(link + "?lang=" + MARKUP)]
    pages += [running.get(link + "?do=dismiss&did=" + MARKUP)]
    assert running.press(link, "edit", **edit).status_code == 303
    pages += [running.get(link), running.get(link + "?edit"), running.get(link + "?lang=en")]
    pages += [running.press(link, "approve")]  # 422: the wording check quotes the words
    pages += [running.press(link, "edit", version="1", **edit)]
    assert running.press(link, "dismiss", reason="other", reason_other=NASTY).status_code == 303
    pages += [running.get(link), running.press(link, "approve")]
    statuses = [page.status_code for page in pages]
    assert 422 in statuses
    assert {200, 409} < set(statuses)
    for page in pages:
        seen = Tags(page.text)
        assert not seen.tags & {"script", "img", "u", "iframe", "object"}, page.url
        assert not any(name.startswith("on") or name == "style" for name in seen.attributes)
        assert all(each.startswith(("?", "#", "/approve/")) for each in seen.links), seen.links
        assert "\0" not in page.text


def test_a_hostile_batch_is_shown_and_sent_as_it_is_written(night: Night) -> None:
    incident = night.bridge.incident()["id"]
    rows = (
        "email,company,department,name,impact\n"
        + ",".join(["batch@example.jp", *[cell(NASTY[:480])] * 4])
        + "\n"
    )
    answer = night.bridge.post_api(f"/incidents/{incident}/individual", rows.encode(), "text/csv")
    assert answer.status_code == 201, answer.text
    ring = next(m for m in night.mails.wait_for(MARUYAMA, mails=2) if "個別" in m.subject)
    page = night.bridge.get(link_in(ring))
    assert (page.status_code, Tags(page.text).tags & {"script", "img", "u"}) == (200, set())


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("{{ ''.__class__.__mro__ }}", id="a way to every class"),
        pytest.param("{{ 'a' * 10**9 }}", id="a text of a gigabyte"),
        pytest.param("{{ labels.instance }}", id="a label"),
    ],
)
def test_a_template_of_the_company_reaches_nothing_but_facts(
    tmp_path: Path, mail_server: Sink, written: str
) -> None:
    (tmp_path / "t/mail/ja").mkdir(parents=True)
    (tmp_path / "t/mail/ja/first.txt.j2").write_text(
        f"【重要】第一報\n\n本文です。{written}\n", encoding="utf-8"
    )
    made = Bridge(tmp_path, mail_server)
    made.config["templates"] = str(tmp_path / "t")
    made.write_config()
    done = made.run("check")
    made.close()
    assert done.returncode == 1, done.stdout
    assert "first" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_matcher_that_backtracks_elsewhere_costs_nothing(tmp_path: Path, mail_server: Sink) -> None:
    """Elsewhere the answer takes longer than the universe is old."""
    made = Bridge(tmp_path, mail_server)
    made.config["services"]["shop"]["match"] = ['service=~"(a+)+(b|a*)*$"']
    try:
        made.start()
        assert made.alert(alert(service="a" * 100_000 + "!")).status_code == 200
    finally:
        made.close()


def test_no_word_drives_the_terminal_of_whoever_shows_an_incident(running_bridge: Bridge) -> None:
    label = "みどり\x9b2J\x1b]0;x\x07" + BIDI
    running_bridge.alert(alert(team=label))
    incident = running_bridge.incident()
    shown = running_bridge.run("incidents", "show", incident["id"]).stdout
    assert [c for c in shown if not c.isprintable() and c != "\n"] == []
    assert "みどり" in shown
    assert json.loads(shown)["alerts"][0]["labels"]["team"] == label
