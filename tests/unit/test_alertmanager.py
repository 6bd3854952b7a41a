"""Alertmanager's posts: the captured ones, and all that may come instead of them (docs/design.md §18)."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.core.model import Alert
from bridge.errors import SourceError
from bridge.sources import Parsed, find
from bridge.sources.alertmanager import Settings
from bridge.sources.alertmanager import parse as parse_post
from bridge.sources.post import Post

PAYLOADS = Path(__file__).parents[1] / "payloads" / "alertmanager"
NOW = datetime(2026, 11, 24, 3, 28, tzinfo=UTC)
LABELS = {"alertname": "LoginErrors", "service": "shop"}


def parse(body: bytes) -> Parsed:
    return parse_post(Post("alertmanager", body, NOW), Settings(auth="none"))


def captured(name: str) -> Parsed:
    return parse((PAYLOADS / f"{name}.json").read_bytes())


def post(*alerts: object, **more: object) -> bytes:
    return json.dumps({"version": "4", "alerts": list(alerts), **more}).encode()


def alert(**changes: object) -> dict[str, object]:
    return {"status": "firing", "labels": LABELS, "startsAt": "2026-11-24T03:27:00Z", **changes}


def parsed(**changes: object) -> Alert:
    return parse(post(alert(**changes))).alerts[0]


def test_the_module_is_found_by_its_name():
    assert "alertmanager" in find()


def test_a_firing_alert_as_captured():
    post = captured("firing")
    (one,) = post.alerts
    assert (one.source, one.fingerprint, one.status) == ("alertmanager", "b5222cf56f832138", "firing")
    assert one.labels["alertname"] == "LoginErrors"
    assert one.annotations["customer_impact_ja"] == "ログインできない場合があります"
    assert one.starts_at == datetime(2026, 11, 24, 3, 27, 11, 868832, UTC)
    assert one.ends_at is None
    assert one.url.startswith("http://prometheus.example.jp:9090/graph?")
    assert (post.truncated, post.notes) == (0, ())


def test_each_alert_of_a_firing_group_has_its_own_status():
    statuses = [one.status for one in captured("one_resolved_group_still_firing").alerts]
    assert statuses == ["firing", "resolved"]


def test_an_alert_keeps_its_identity_from_firing_to_resolved():
    (first,), (last,) = captured("firing").alerts, captured("resolved").alerts
    assert (first.fingerprint, first.starts_at) == (last.fingerprint, last.starts_at)
    assert last.ends_at == datetime(2026, 11, 24, 3, 27, 36, 384011, UTC)


@pytest.mark.parametrize(
    "written, meant",
    [
        pytest.param("2026-11-24T12:27:00+09:00", "03:27:00", id="an offset"),
        pytest.param("2026-11-24T12:27:00+0900", "03:27:00", id="an offset without colon"),
        pytest.param("2026-11-23T22:27:00-05:00", "03:27:00", id="west of UTC, the day before"),
        pytest.param("2026-11-24t03:27:00.5z", "03:27:00.500000", id="one digit, small letters"),
        pytest.param("2026-11-24T03:27:00.123456789Z", "03:27:00.123456", id="nanoseconds are cut"),
        pytest.param("2026-11-24T02:59:60Z", "03:00:00", id="a leap second"),
        pytest.param(1795490820, "03:27:00", id="seconds since 1970"),
        pytest.param(1795490820123, "03:27:00.123000", id="milliseconds since 1970"),
        pytest.param("1795490820.25", "03:27:00.250000", id="seconds as text with a fraction"),
        pytest.param("2026-11-24T03:33:00Z", "03:33:00", id="five minutes ahead"),
    ],
)
def test_a_start_is_read_in_utc(written, meant):
    assert parsed(startsAt=written).starts_at == datetime.fromisoformat(f"2026-11-24T{meant}+00:00")


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        0,
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0000-01-01T00:00:00Z",
        "{EVENT.TIME}",
        "{{ .StartsAt }}",
        "$DATE",
    ],
)
def test_a_start_that_is_not_given_is_the_receipt(written):
    assert parsed(startsAt=written).starts_at == NOW


@pytest.mark.parametrize("written", ["2026-11-24T03:33:01Z", "9999-12-31T23:59:60-14:00", 10**17])
def test_a_start_in_the_future_is_the_receipt_and_is_noted(written):
    result = parse(post(alert(startsAt=written)))
    assert result.alerts[0].starts_at == NOW
    assert "future" in result.notes[0]


def test_an_alert_from_1970_is_taken_as_it_says():
    assert parsed(startsAt="1970-01-01T00:00:01Z").starts_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "start, end, meant",
    [
        pytest.param("03:00", "03:20", "03:20", id="as it says"),
        pytest.param("03:00", None, "03:28", id="not given: the receipt"),
        pytest.param("03:00", "02:59", "03:28", id="before the start: the receipt"),
        pytest.param("03:00", "03:34", "03:28", id="in the future: the receipt"),
        pytest.param("03:30", "03:29", "03:30", id="never before the start"),
    ],
)
def test_an_end_is_never_before_the_start_nor_in_the_future(start, end, meant):
    day = "2026-11-24T{}:00Z"
    one = parsed(status="resolved", startsAt=day.format(start), endsAt=end and day.format(end))
    assert one.ends_at == datetime.fromisoformat(day.format(meant))


def test_a_firing_alert_has_no_end_whatever_it_says():
    assert parsed(endsAt="2026-11-24T03:27:30Z").ends_at is None


def test_labels_are_text_also_where_they_were_numbers():
    labels = parsed(labels={"code": 503, "ratio": 1.50, "up": False, "big": 10**30}).labels
    assert labels == {"code": "503", "ratio": "1.5", "up": "false", "big": "1" + "0" * 30}


def test_what_no_database_can_hold_becomes_a_replacement_character():
    body = post(alert(labels={"a": "x\x00y", "b": "\ud800", "c": "🙂"}))
    assert parse(body).alerts[0].labels == {"a": "x\ufffdy", "b": "\ufffd", "c": "🙂"}


def test_without_a_fingerprint_the_labels_in_any_order_give_one():
    turned = dict(reversed(LABELS.items()))
    assert parsed().fingerprint == parsed(labels=turned, startsAt=None).fingerprint
    assert parsed().fingerprint != parsed(labels={**LABELS, "x": ""}).fingerprint


def test_grafanas_own_webhook_is_refused_by_its_name():
    with pytest.raises(SourceError, match=r"version.*Grafana"):
        parse(post(alert(), version="1", orgId=1, title="[FIRING:1]"))


@pytest.mark.parametrize(
    "body, said", [(b" [{}]", "Prometheus itself"), (b'{"evalMatches": []}', "Grafana 8")]
)
def test_what_another_sender_posts_here_is_called_by_its_name(body: bytes, said: str):
    with pytest.raises(SourceError, match=said):
        parse(body)


def test_a_byte_order_mark_unknown_keys_and_an_empty_list_are_fine():
    body = b"\xef\xbb\xbf" + post(notification_reason="x", routeLabels={})
    assert parse(body) == Parsed(())


def test_of_a_key_written_twice_the_last_counts():
    body = b'{"version": "3", "version": "4", "alerts": [], "truncatedAlerts": 7}'
    assert parse(body).truncated == 7


@pytest.mark.parametrize(
    "body, field",
    [
        pytest.param(b"", "body", id="nothing"),
        pytest.param(b"\xff\xfe{}", "body", id="not UTF-8"),
        pytest.param(b'{"version": "4", "alerts": []', "body", id="cut off"),
        pytest.param(b"[]", "body", id="a list"),
        pytest.param(b'{"version": "4", "alerts": [], "x": NaN}', "body", id="NaN"),
        pytest.param(b'{"version": "4", "alerts": [], "x": -Infinity}', "body", id="infinity"),
        pytest.param(b'{"x": ' + b"[" * 64 + b"]" * 64 + b"}", "body", id="65 deep"),
        pytest.param(b"[" * 200_000, "body", id="deeper than the parser goes"),
        pytest.param(b'{"alerts": []}', "version", id="no version"),
        pytest.param(post(version="1"), "version", id="Grafana's version"),
        pytest.param(b'{"version": "4"}', "alerts", id="no alerts"),
        pytest.param(post("x"), "alerts[0]", id="an alert that is text"),
        pytest.param(post(alert(), alert(status="pending")), "alerts[1].status", id="status"),
        pytest.param(post(alert(labels={"x": None})), "alerts[0].labels.x", id="null label"),
        pytest.param(post(alert(labels={"x": ["y"]})), "alerts[0].labels.x", id="list label"),
        pytest.param(post(alert(labels=[])), "alerts[0].labels", id="labels as list"),
        pytest.param(post(alert(annotations={"a": {}})), "alerts[0].annotations.a", id="annotation"),
        pytest.param(post(alert(startsAt="yesterday")), "alerts[0].startsAt", id="start in words"),
        pytest.param(post(alert(startsAt="2026-11-24T03:27:00")), "alerts[0].startsAt", id="no offset"),
        pytest.param(post(alert(startsAt="2026-02-30T03:27:00Z")), "alerts[0].startsAt", id="30 February"),
        pytest.param(post(alert(startsAt="2026-11-24T03:27:00+99:99")), "alerts[0].startsAt", id="offset"),
        pytest.param(post(alert(endsAt=[])), "alerts[0].endsAt", id="end as list"),
        pytest.param(post(alert(fingerprint="f" * 300)), "alerts[0].fingerprint", id="fingerprint"),
        pytest.param(post(truncatedAlerts=-1), "truncatedAlerts", id="less than none left out"),
        pytest.param(post(groupKey={}), "groupKey", id="group key"),
    ],
)  # fmt: skip
def test_a_malformed_body_is_refused_naming_the_field(body, field):
    with pytest.raises(SourceError) as refused:
        parse(body)
    assert refused.value.field == field


def test_nesting_of_64_is_still_read():
    body = b'{"version": "4", "alerts": [], "x": ' + b"[" * 63 + b"]" * 63 + b"}"
    assert parse(body).alerts == ()


def test_a_number_of_a_million_digits_costs_nothing():
    body = b'{"version": "4", "alerts": [], "x": ' + b"9" * 1_000_000 + b"}"
    assert parse(body).alerts == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TIMES = st.datetimes().map(lambda t: t.isoformat() + "Z") | st.from_regex(
    r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)\Z"
)
KEYS = ("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint")


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b'{"version":"4","alerts":[{"status":"firing","startsAt":"0001-01-01T00:00:00+00:01"}]}')
def test_any_body_is_parsed_or_refused_by_a_source_error(body):
    with suppress(SourceError):
        parse(body)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON | TIMES)), st.sampled_from([alert(), {}]))
def test_any_alert_is_parsed_or_refused_by_a_source_error(changes, base):
    with suppress(SourceError):
        parse(post({**base, **changes}))


@given(TIMES, TIMES)
def test_whatever_the_times_an_alert_that_ended_did_not_end_before_it_began(start, end):
    with suppress(SourceError):
        one = parsed(status="resolved", startsAt=start, endsAt=end)
        assert one.ends_at is not None
        assert one.starts_at <= one.ends_at <= NOW + timedelta(minutes=5)
