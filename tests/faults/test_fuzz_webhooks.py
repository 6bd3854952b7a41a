"""Any bytes at all to a webhook: never a mistake of ours, never a word of how the bridge is made."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parts.alerts import alert, payload
from tests.parts.bridge import Bridge, bridge
from tests.parts.sink import sink

FUZZ = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
TEXT = st.text() | st.sampled_from(
    ["\0", "\ud800", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60+23:59", "١", "-0"]
)
SCALAR = st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats() | TEXT
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from([*payload(alert())])
ALERT_FIELDS = st.sampled_from([*alert()])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with sink() as mails, bridge(tmp_path_factory.mktemp("bridge"), mails) as one:
        yield one


def is_harmless(answer: httpx.Response) -> bool:
    assert answer.status_code in (200, 400), answer.text
    assert not any(word in answer.text for word in ("Traceback", "Error(", "site-packages"))
    return answer.headers["content-type"] in ("application/json", "application/problem+json")


@FUZZ
@given(st.binary(max_size=300))
def test_a_webhook_of_random_bytes_causes_no_error_of_ours(running: Bridge, body: bytes) -> None:
    assert is_harmless(running.post_alerts(body))


@FUZZ
@given(VALUE)
def test_a_webhook_of_random_json_causes_no_error_of_ours(running: Bridge, value: Any) -> None:
    assert is_harmless(running.post_alerts(json.dumps(value)))


@FUZZ
@given(st.dictionaries(FIELDS, VALUE, max_size=3), st.dictionaries(ALERT_FIELDS, VALUE, max_size=3))
def test_a_real_post_with_any_fields(running: Bridge, fields: Any, alert_fields: Any) -> None:
    changed = payload({**alert(), **alert_fields}) | fields
    assert is_harmless(running.post_alerts(json.dumps(changed)))


@FUZZ
@given(
    st.dictionaries(TEXT, TEXT, max_size=3),
    st.dictionaries(st.sampled_from(["customer_impact_ja", "customer_impact_en"]) | TEXT, TEXT, max_size=3),
)
def test_a_matching_alert_with_any_labels_and_words(running: Bridge, labels: Any, annotations: Any) -> None:
    fired = alert()
    fired["labels"] = labels | fired["labels"]
    fired["annotations"] = annotations
    answer = running.alert(fired)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)


def test_all_of_it_left_the_bridge_well(running: Bridge) -> None:
    assert running.api("/incidents")["incidents"]
    assert running.get("/readyz").status_code == 200
    assert not any('"level": "error"' in line for line in running.log().splitlines())
