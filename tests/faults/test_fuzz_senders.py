"""Any body at all to every source: parsed or refused by name, never a mistake of ours (docs/design.md §18)."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config import SOURCES
from bridge.errors import SourceError
from bridge.sources import may_post, read
from bridge.sources.post import Parsed, Post
from tests.faults.test_fuzz_webhooks import TEXT, VALUE
from tests.parts.senders import PAYLOADS
from tests.unit.test_sources import NOW, settings_of

FUZZ = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
BODIES = {kind: [path.read_bytes() for path in sorted((PAYLOADS / kind).glob("*.json"))] for kind in SOURCES}


def parsed(kind: str, body: bytes, **headers: str) -> Parsed | None:
    """What the source makes of a body; None where it refuses it, as only a SourceError may."""
    post = Post(kind, body, NOW, headers)
    with suppress(SourceError):
        result = read(SOURCES[kind], settings_of(kind), post)
        for alert in result.alerts:
            assert 1 <= len(alert.fingerprint) <= 300
            assert all(isinstance(text, str) for pair in alert.labels.items() for text in pair)
            assert "\0" not in "".join([*alert.labels.values(), *alert.annotations.values(), alert.url])
            json.dumps([dict(alert.labels), dict(alert.annotations)], ensure_ascii=False).encode("utf-8")
            assert alert.ends_at is None or alert.ends_at >= alert.starts_at
        return result
    return None


def changed(value: Any, at: int, into: Any) -> Any:
    """The JSON value with its `at`-th part, counted through the whole, replaced."""
    count = -1

    def walk(part: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            return into
        if isinstance(part, dict):
            return {key: walk(inner) for key, inner in part.items()}
        return [walk(inner) for inner in part] if isinstance(part, list) else part

    return walk(value)


@pytest.mark.parametrize("kind", SOURCES)
@FUZZ
@given(body=st.binary(max_size=200) | VALUE.map(lambda value: json.dumps(value).encode()))
def test_random_bodies_are_read_or_refused(kind: str, body: bytes) -> None:
    parsed(kind, body)


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if BODIES[kind]])
@FUZZ
@given(data=st.data())
def test_a_real_body_with_any_part_replaced_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    body = json.loads(data.draw(st.sampled_from(BODIES[kind])))
    into = data.draw(VALUE | TEXT)
    parsed(kind, json.dumps(changed(body, data.draw(st.integers(0, 60)), into)).encode())


@FUZZ
@given(data=st.data())
def test_an_sns_message_of_anything_is_read_or_refused(data: st.DataObject) -> None:
    envelope = json.loads(BODIES["sns"][0])
    inner = changed(json.loads(envelope["Message"]), data.draw(st.integers(0, 30)), data.draw(VALUE))
    parsed("sns", json.dumps({**envelope, "Message": json.dumps(inner)}).encode())


@FUZZ
@given(body=st.binary(max_size=100), header=st.text(max_size=50))
@pytest.mark.parametrize("kind", ["sns", "sentry", "pagerduty", "grafana"])
def test_a_signature_of_anything_is_right_or_wrong(kind: str, body: bytes, header: str) -> None:
    secret = {"topic_arns": ["arn:aws:sns:x:1:y"]} if kind == "sns" else {"hmac": {"secret": "sample-secret"}}
    own = SOURCES[kind].Settings.model_validate({"kind": kind, **secret})
    name = own.SIGNATURE_HEADER.lower()
    assert may_post(SOURCES[kind], own, Post(kind, body, NOW, {name: header})) is False


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if BODIES[kind]])
@pytest.mark.parametrize(
    "text", ["{x.__class__}", "{a:>10000000}", "${7*7}", "{{ 7*7 }}", "%(x)s", "\0\ud800"]
)
def test_a_label_is_text_and_no_format(kind: str, text: str) -> None:
    for body in BODIES[kind]:
        written = json.dumps(text).encode()[1:-1]
        result = parsed(kind, body.replace(b"LoginErrors", written))
        for alert in result.alerts if result else ():
            assert len(alert.labels.get("alertname", "")) < 100


def test_eight_mebibytes_of_nesting_are_refused_before_they_are_walked() -> None:
    half = 4 * 2**20
    assert parsed("generic", b'{"events": ' + b"[" * half + b"]" * half + b"}") is None
    assert parsed("generic", b'{"events": [' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"]}") is None
    deep = b'{"events": [], "x": ' + b'{"a":' * 63 + b"1" + b"}" * 63 + b"}"
    assert parsed("generic", deep) == Parsed(())


def test_a_number_of_a_million_digits_is_refused() -> None:
    assert parsed("generic", b'{"events": [], "x": ' + b"9" * 1_000_000 + b"}") is None
