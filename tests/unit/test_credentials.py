"""Who may post to a source."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.sources.credentials import Credentials, check

BEARER = Credentials.model_validate({"bearer_token": "s3cret"})
BASIC = Credentials.model_validate({"basic_auth": {"username": "am", "password": "pass:wörd"}})
ANYBODY = Credentials.model_validate({"auth": "none"})


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "settings, header, may",
    [
        pytest.param(BEARER, "Bearer s3cret", True, id="the token"),
        pytest.param(BEARER, "bearer s3cret", True, id="the scheme in any case"),
        pytest.param(BEARER, "Bearer s3cre", False, id="a part of the token"),
        pytest.param(BEARER, "Bearer ", False, id="no token"),
        pytest.param(BEARER, "s3cret", False, id="no scheme"),
        pytest.param(BEARER, "Basic s3cret", False, id="another scheme"),
        pytest.param(BEARER, "Bearer s3cret\xff\ud800", False, id="what cannot be encoded"),
        pytest.param(BASIC, basic("am:pass:wörd"), True, id="user and password, with a colon inside"),
        pytest.param(BASIC, basic("am:"), False, id="no password"),
        pytest.param(BASIC, basic("you:pass:wörd"), False, id="another user"),
        pytest.param(BASIC, "Basic ===", False, id="not base64"),
        pytest.param(BASIC, "Basic /w==", False, id="not UTF-8"),
        pytest.param(BASIC, "Bearer am", False, id="a token for a password"),
        pytest.param(ANYBODY, "Bearer whatever", True, id="anybody, said aloud"),
    ],
)
def test_only_the_right_credentials_may_post(settings, header, may):
    assert check(settings, {"authorization": header}) is may


@pytest.mark.parametrize("settings, may", [(BEARER, False), (BASIC, False), (ANYBODY, True)])
def test_without_a_header(settings, may):
    assert check(settings, {}) is may


def test_a_refusal_says_what_would_be_accepted():
    assert BEARER.challenge.startswith("Bearer ")
    assert BASIC.challenge.startswith("Basic ")


@given(st.text())
def test_no_other_header_opens(header):
    assert not check(BASIC, {"authorization": header})
