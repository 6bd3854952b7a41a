"""What an anchor finds, and when the next ones are made."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.core.anchors import Anchor, departure, due, logged

NOW = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)
MACS = {seq: f"{seq:x}" * 64 for seq in range(1, 6)}
INCIDENT = "8f0f6a8e-8c2b-4c49-9d5e-0c6f2f6a3b11"


@pytest.mark.parametrize(
    "seq, macs, finding",
    [
        pytest.param(5, MACS, None, id="as it was"),
        pytest.param(3, MACS, None, id="grown since"),
        pytest.param(6, MACS, "ends with event 5: what followed was cut off", id="its end cut off"),
        pytest.param(1, {}, "the whole history is missing", id="gone"),
        pytest.param(3, {**MACS, 3: "f" * 64}, "event 3 is another than it was", id="written anew"),
        pytest.param(2, {1: MACS[1], 3: MACS[3]}, "event 2 is missing", id="a hole"),
    ],
)
def test_a_history_is_compared_with_its_anchor(seq: int, macs: dict[int, str], finding: str | None) -> None:
    assert departure(Anchor.of(INCIDENT, seq, f"{seq:x}" * 64), macs) == finding


@pytest.mark.parametrize(
    "last, since",
    [
        pytest.param(None, NOW - timedelta(days=7), id="after a start"),
        pytest.param(NOW - timedelta(minutes=59), None, id="not yet an hour"),
        pytest.param(NOW - timedelta(hours=1), NOW - timedelta(hours=1), id="an hour to the second"),
        pytest.param(NOW - timedelta(days=2), NOW - timedelta(days=2), id="asleep for days"),
        pytest.param(NOW + timedelta(hours=3), NOW, id="the clock went back"),
    ],
)
def test_anchors_are_made_once_an_hour(last: datetime | None, since: datetime | None) -> None:
    assert due(last, NOW) == since


def test_an_anchor_is_read_as_it_was_written() -> None:
    anchor = Anchor.of(INCIDENT, 12, "0123456789abcdef" + "f" * 48)
    assert str(anchor) == f"{INCIDENT}:12:0123456789abcdef"
    assert Anchor.parse(str(anchor)) == anchor


@pytest.mark.parametrize(
    "text", ["", INCIDENT, f"{INCIDENT}:0:{'a' * 16}", f"{INCIDENT}:1:{'A' * 16}", f":1:{'a' * 16}"]
)
def test_a_malformed_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="INCIDENT:SEQ:MAC16"):
        Anchor.parse(text)


def test_a_log_is_read_for_its_anchors_only() -> None:
    anchor = Anchor.of(INCIDENT, 12, "a" * 64)
    lines = [
        f'{{"event": "audit_head", "anchor": "{anchor}"}}',
        f'{{"event": "webhook", "anchor": "{anchor}", "why": "audit_head"}}',
        '{"event": "audit_head"}',
        '{"event": "audit_head", "anchor": "a:b"}',
        '{"event": "audit_head", "anch',
        '"audit_head"',
        "",
    ]
    assert list(logged(lines)) == [anchor]
