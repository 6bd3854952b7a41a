"""Replies out of a stream: the same in any pieces, and never more memory than a reply may have."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.smtp.replies import MAX_LINE, MAX_REPLY, GarbledReply, Reply, ReplyReader


@pytest.mark.parametrize(
    "data, replies",
    [
        (b"250 ok\r\n", [Reply(250, "ok")]),
        (b"250\r\n", [Reply(250, "")]),
        (b"250-one\r\n250-two\r\n250 three\r\n", [Reply(250, "one two three")]),
        (b"250 ok\n354 go\n", [Reply(250, "ok"), Reply(354, "go")]),
        (b"550 \x1b[31mno\0\xff\r\n", [Reply(550, "[31mno \ufffd")]),
        ("550 宛先不明\r\n".encode(), [Reply(550, "宛先不明")]),
        (b"250 not whole yet", []),
        (b"250-not whole yet\r\n", []),
    ],
)
def test_replies_are_found(data, replies):
    assert list(ReplyReader().feed(data)) == replies


@pytest.mark.parametrize(
    "data", [b"\r\n", b"hello\r\n", b"25 ok\r\n", b"150 ok\r\n", b"999 ok\r\n", b"250_ok\r\n"]
)
def test_anything_else_is_garbled(data):
    with pytest.raises(GarbledReply):
        list(ReplyReader().feed(data))


@given(st.lists(st.sampled_from([b"250 ok\r\n", b"250-a\r\n250 b\r\n", b"451 x\n"])), st.data())
def test_pieces_make_no_difference(lines, data):
    stream = b"".join(lines)
    cut = data.draw(st.integers(0, len(stream)))
    reader = ReplyReader()
    assert [*reader.feed(stream[:cut]), *reader.feed(stream[cut:])] == list(ReplyReader().feed(stream))


@given(st.binary())
def test_no_bytes_raise_anything_but_garbled(data):
    with contextlib.suppress(GarbledReply):
        list(ReplyReader().feed(data))


@pytest.mark.parametrize("piece", [b"2" * 1000, b"250-more\r\n" * 100], ids=["endless line", "endless reply"])
def test_endless_reply_is_given_up(piece):
    reader = ReplyReader()
    pieces = [piece] * ((MAX_LINE + MAX_REPLY) // len(piece) + 1)
    with pytest.raises(GarbledReply):
        [list(reader.feed(each)) for each in pieces]
