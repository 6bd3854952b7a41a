"""Reading a body: no more of it, and no longer, than allowed; and what of its text is kept."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from bridge.config.sections import Size
from bridge.core.sanitise import storable
from bridge.web.request_body import BodyRefused, read_body


def request(*pieces: bytes, headers: dict[str, str] | None = None, wait: float = 0) -> Request:
    """A post whose body comes in these pieces, each after `wait` seconds."""
    coming = list(pieces)

    async def receive() -> Message:
        if wait:
            await asyncio.wait_for(asyncio.Event().wait(), wait)
        piece = coming.pop(0) if coming else b""
        return {"type": "http.request", "body": piece, "more_body": bool(coming)}

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


async def test_a_body_is_read_whole_to_its_last_byte() -> None:
    assert await read_body(request(b"ab", b"", b"cd"), limit=4) == b"abcd"


@pytest.mark.parametrize(
    "asked, status",
    [
        pytest.param(request(b"ab", b"cde"), 413, id="a byte too many"),
        pytest.param(request(b"a" * 16, b"b", b"c"), 413, id="so many that they are not heard out"),
        pytest.param(request(headers={"content-length": "17"}), 413, id="so many, announced"),
        pytest.param(
            request(headers={"content-length": "5", "expect": "100-continue"}),
            413,
            id="announced, and asked for",
        ),
        pytest.param(request(headers={"content-encoding": "gzip"}), 415, id="compressed"),
        pytest.param(request(b"ab", wait=60), 408, id="too slow"),
    ],
)
async def test_other_bodies_are_refused(asked: Request, status: int) -> None:
    with pytest.raises(BodyRefused) as refused:
        await read_body(asked, limit=4, seconds=0.05)
    assert refused.value.status_code == status


async def test_a_body_that_is_too_large_is_told_the_limit_as_it_is_written() -> None:
    with pytest.raises(BodyRefused) as refused:
        await read_body(request(b"a" * 2000), limit=Size(1024))
    assert refused.value.detail == "the body is larger than server.body_limit, 1KiB"


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "²", "0x10", ""])
async def test_a_length_that_is_none_is_not_believed(length: str) -> None:
    asked = request(b"ab")
    asked.scope["headers"].append((b"content-length", length.encode("latin-1")))
    assert await read_body(asked, limit=4) == b"ab"


@given(st.text())
def test_a_cleaned_text_can_be_stored_in_every_database(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode() == kept.encode("utf-8", "surrogatepass")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_other_text_is_kept_as_it_is(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize("text, kept", [("a\0", "a\ufffd"), ("\ud800b", "\ufffdb"), ("\ud83d\ude00", "😀")])
def test_characters_that_cannot_be_stored_are_replaced(text: str, kept: str) -> None:
    assert storable(text) == kept
