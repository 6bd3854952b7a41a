"""A form with a file, as browsers post it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.web.multipart import parts_of

TYPE = "multipart/form-data; boundary=----x"


def body(*parts: tuple[str, bytes]) -> bytes:
    made = b"".join(
        b'------x\r\nContent-Disposition: form-data; name="%b"; filename="a.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\n%b\r\n" % (name.encode(), content)
        for name, content in parts
    )
    return made + b"------x--\r\n"


@given(st.binary(max_size=200).filter(lambda content: b"------x" not in content))
def test_a_file_comes_out_as_it_went_in(content: bytes) -> None:
    assert parts_of(TYPE, body(("secret", b"s"), ("file", content))) == {"secret": b"s", "file": content}


@pytest.mark.parametrize(
    "content_type, raw",
    [
        ("application/x-www-form-urlencoded", b"file=a"),
        ("multipart/form-data", body(("file", b"a"))),
        ("multipart/form-data; boundary=other", body(("file", b"a"))),
        (TYPE, b""),
        (TYPE, b"------x\r\nContent-Disposition: form-data\r\n\r\na\r\n------x--"),
        ("", b"\r\n\r\n"),
    ],
)
def test_another_body_has_no_parts(content_type: str, raw: bytes) -> None:
    assert parts_of(content_type, raw) == {}


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_body_makes_it_fail(raw: bytes, content_type: str) -> None:
    parts_of(content_type, raw)
    parts_of(TYPE, raw)
