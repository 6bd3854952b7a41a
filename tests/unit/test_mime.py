"""The writer of mails: what comes out can always be sent, and reads back as what went in."""

import re
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.addresses import is_regular, on_the_wire, problem, spellings
from bridge.letters.mime import Letterhead, MessageError, Skeleton, freeze, message_id, safe_header, wire

HEAD = Letterhead(
    from_name="みどりショップ運営事務局",
    from_address="support@example.jp",
    date=datetime(2026, 11, 24, 10, 20, tzinfo=timezone(timedelta(hours=9))),
)
SUBJECT = "【重要】【障害報告】みどりショップ ログインできない事象(第一報)"
BODY = "お客様各位\n\n平素より みどりショップをご利用いただき、誠にありがとうございます。\n"
ID = message_id("9f0c", "maruyama@example.jp", "example.jp")
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))


def written(subject: str = SUBJECT, body: str = BODY, to: str = "maruyama@example.jp") -> bytes:
    return freeze(HEAD, subject, body).message(to, ID)


def parsed(message: bytes) -> Message:
    return message_from_bytes(message, policy=policy.compat32)


def decoded(message: bytes, name: str) -> str:
    return str(make_header(decode_header(parsed(message)[name])))


def text_of(message: bytes) -> str:
    payload = parsed(message).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


def test_letter_has_exactly_our_headers():
    assert parsed(written()).keys() == [
        "To",
        "Message-ID",
        "From",
        "Subject",
        "Date",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ]


def test_letter_reads_back_as_written():
    message = written()
    assert decoded(message, "Subject") == SUBJECT
    assert text_of(message) == BODY.replace("\n", "\r\n")
    assert parsed(message)["To"] == "maruyama@example.jp"
    assert parsed(message)["Date"] == "Tue, 24 Nov 2026 10:20:00 +0900"
    assert decoded(message, "From") == "みどりショップ運営事務局 <support@example.jp>"


@pytest.mark.parametrize("name", ["みどりショップ運営事務局", "Midori <x@example.jp>", ""])
def test_letter_knows_its_sender(name):
    head = Letterhead(name, "support@example.jp", HEAD.date, reply_to="sato@example.jp")
    assert freeze(head, SUBJECT, BODY).sender == "support@example.jp"


def test_reply_to_is_written_only_when_given():
    head = Letterhead("みどりショップ", "support@example.jp", HEAD.date, reply_to="sato@example.jp")
    assert parsed(freeze(head, "s", "b").message("maruyama@example.jp", ID))["Reply-To"] == "sato@example.jp"
    assert parsed(written())["Reply-To"] is None


def test_follow_up_hangs_below_the_earlier_letters_of_its_recipient():
    earlier = [message_id(n, "maruyama@example.jp", "example.jp") for n in ("first", "second")]
    message = parsed(freeze(HEAD, SUBJECT, BODY).message("maruyama@example.jp", ID, earlier))
    assert message["In-Reply-To"] == earlier[1]
    assert message["References"].split() == earlier


def test_letter_from_the_database_makes_the_same_bytes():
    skeleton = freeze(HEAD, SUBJECT, BODY)
    again = Skeleton(bytes(skeleton.frozen))
    assert again.message("maruyama@example.jp", ID) == skeleton.message("maruyama@example.jp", ID)


@given(subject=ANYTHING, name=ANYTHING, body=ANYTHING)
def test_no_text_can_break_out_of_its_place(subject, name, body):
    head = Letterhead(name, "support@example.jp", HEAD.date)
    message = freeze(head, subject, body).message("maruyama@example.jp", ID)
    assert len(parsed(message).keys()) == 10
    assert decoded(message, "Subject") == safe_header(subject)
    assert message.isascii()
    assert b"\0" not in message
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", message)
    assert max(map(len, message.split(b"\r\n"))) <= 78
    assert (
        text_of(message).rstrip()
        == re.sub(r"[\0\ud800-\udfff]", "\ufffd", body)
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\n", "\r\n")
        .rstrip()
    )


@given(ANYTHING)
def test_safe_header_is_one_line_and_stays_the_same_when_repeated(text):
    safe = safe_header(text)
    assert safe_header(safe) == safe
    assert len(safe) <= 150
    assert len(safe.splitlines()) <= 1
    assert "=?" not in safe


def test_encoded_word_in_a_label_is_broken_up():
    assert safe_header("=?utf-8?q?x=0D=0ABcc:_a?= =?=?") == "= ?utf-8?q?x=0D=0ABcc:_a?= = ?= ?"


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("shop\r\nBcc: sato@example.jp", id="line break"),
        pytest.param("=?utf-8?q?x=0D=0ABcc:_sato=40example.jp?=", id="encoded word that hides a line break"),
        pytest.param("shop\x0bBcc:\x0c sato\x1c\x1d\x1e\x85\u2028\u2029", id="every other line separator"),
        pytest.param("shop\x1b[31m\u202egnp.exe", id="terminal escape and text direction"),
        pytest.param("shop\0\ud800", id="NUL and a lone surrogate"),
    ],
)
def test_label_in_a_subject_stays_text(label):
    message = written(subject=f"【重要】{label}")
    assert parsed(message)["Bcc"] is None
    assert decoded(message, "Subject").startswith("【重要】")


@pytest.mark.parametrize(
    "address", ["foo..bar@docomo.ne.jp", "foo.@ezweb.ne.jp", ".foo@docomo.ne.jp", "a+b=c@example.jp"]
)
def test_carrier_addresses_are_written_as_they_are(address):
    assert parsed(written(to=address))["To"] == address


def test_international_domain_is_written_in_ascii_and_local_part_in_utf8():
    assert b"To: sato@xn--r8jz45g.jp\r\n" in written(to="sato@例え.jp")
    assert "To: 佐藤@example.jp\r\n".encode() in written(to="佐藤@example.jp")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a@example.jp, b@example.jp",
        "a@example.jp\r\nBcc: b@example.jp",
        "<a@example.jp>",
        "a b@example.jp",
        "@a,@b:c@example.jp",
        "b@example.jp NOTIFY=NEVER",
        "a@-x.jp",
        "a@b..jp",
        f"{'a' * 65}@example.jp",
    ],
)
def test_anything_but_one_address_is_refused(address):
    with pytest.raises(ValueError):
        written(to=address)


def test_message_id_is_stable_personal_and_tells_no_address():
    assert message_id("9f0c", "maruyama@EXAMPLE.jp", "example.jp") == ID
    assert message_id("9f0c", "sato@example.jp", "example.jp") != ID
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.jp>", ID)


@pytest.mark.parametrize("bad", ["", "x", "<a@b>\r\nBcc: c@example.jp", "<a b@example.jp>"])
def test_malformed_message_id_is_refused(bad):
    with pytest.raises(MessageError):
        freeze(HEAD, SUBJECT, BODY).message("maruyama@example.jp", bad)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda b: b"Bcc: sato@example.jp\r\n" + b, id="one header more"),
        pytest.param(lambda b: b.replace(b"Subject:", b"Object:"), id="another header"),
        pytest.param(lambda b: b"From: sato@example.jp\r\n" + b, id="a header twice"),
        pytest.param(lambda b: b.replace(b"\r\n\r\n", b"\r\n\r\n\n.\n"), id="bare line feed"),
        pytest.param(lambda b: b.replace(b"MIME", b"MI\rME"), id="bare carriage return"),
        pytest.param(lambda b: b + b"\x80\r\n", id="8-bit"),
        pytest.param(lambda b: b + b"\0\r\n", id="NUL"),
        pytest.param(lambda b: b + b"a" * 999 + b"\r\n", id="line too long"),
        pytest.param(lambda b: b[:-2], id="no last line end"),
        pytest.param(lambda b: b.partition(b"\r\n\r\n")[0], id="no body"),
    ],
)
def test_spoiled_letter_is_never_sent(spoil):
    with pytest.raises(MessageError):
        Skeleton(spoil(freeze(HEAD, SUBJECT, BODY).frozen))


@pytest.mark.parametrize(
    "message, expected",
    [
        pytest.param(b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n", id="lone dot"),
        pytest.param(b".a\r\n..b\r\n", b"..a\r\n...b\r\n", id="leading dots"),
        pytest.param(b"a\n.\nMAIL FROM:<x>\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n", id="bare line feeds"),
        pytest.param(b"a\r.\rb", b"a\r\n..\r\nb\r\n", id="bare carriage returns, no last line end"),
        pytest.param(b"a\r\n\r.\r\n", b"a\r\n\r\n..\r\n", id="CR between"),
        pytest.param(b"a.b\r\n", b"a.b\r\n", id="dot inside a line"),
    ],
)
def test_wire_leaves_nothing_that_ends_a_message(message, expected):
    assert wire(message) == expected


@given(st.text("a.\r\n").map(str.encode))
def test_wire_never_holds_a_final_dot_or_a_bare_line_end(message):
    sent = wire(message)
    assert b"\r\n.\r\n" not in b"\r\n" + sent
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", sent)


_PARTS = st.text("aB0.-_+é＠@ \r\n<", max_size=8)


@given(st.one_of(st.builds("{}@{}.jp".format, _PARTS, _PARTS), _PARTS))
def test_a_regular_address_is_written_as_it_is_and_in_no_other_way(address: str) -> None:
    if is_regular(address):
        assert problem(address) is None
        assert on_the_wire(address) == address
        assert spellings(address) == (address,)


@pytest.mark.parametrize("address", ["a@x.jp", "customer7.b+c@mail1.example.jp", "a" * 64 + "@x.jp"])
def test_nearly_every_address_is_regular(address: str) -> None:
    assert is_regular(address)


@pytest.mark.parametrize(
    "address", ["a@X.jp", ".a@x.jp", "a.@x.jp", "a..b@x.jp", "a@x", "é@x.jp", "a@x.jp\n", "a" * 65 + "@x.jp"]
)
def test_an_address_that_needs_care_is_not_regular(address: str) -> None:
    assert not is_regular(address)
