"""Whether a database still holds everything that was sent from it: each sign, and which of them speaks first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.continuity import (
    STOPS,
    Continuity,
    DatabaseIdentity,
    Gap,
    Mark,
    MarkedRow,
    Record,
    compare,
    copy_since,
    falls_behind,
    is_copy,
    missing_since,
    next_tick,
)

HERE, ELSEWHERE = DatabaseIdentity("4711 123"), DatabaseIdentity("4712 456")
FIRST, SECOND = DatabaseIdentity("server 5", 1), DatabaseIdentity("server 5", 2)
SECONDS = timedelta(seconds=1)
MARK = Mark("db", tick=100, row=7, fence=3, boot="boot-1")
GOES_ON = Record(
    database="db",
    tick=100,
    identity=HERE,
    here=HERE,
    age=2 * SECONDS,
    boot="boot-1",
    row=MarkedRow(3, "sent"),
    under_way=True,
)


def told(mark: Mark | None = MARK, **changes: object) -> Continuity:
    return compare(replace(GOES_ON, **changes), mark)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found, changes",
    [
        pytest.param("goes_on", {}, id="a plain restart"),
        pytest.param("goes_on", {"age": 1800 * SECONDS}, id="half an hour"),
        pytest.param("old_work", {"age": 1801 * SECONDS}, id="longer"),
        pytest.param("restored", {"here": ELSEWHERE}, id="another file"),
        pytest.param("restored", {"here": ELSEWHERE, "age": 1801 * SECONDS}, id="another file, old"),
        pytest.param("restored", {"tick": 99}, id="an earlier tick"),
        pytest.param("goes_on", {"tick": 101, "row": None}, id="a later tick needs no row"),
        pytest.param("restored", {"row": None}, id="a letter it does not have"),
        pytest.param("restored", {"row": MarkedRow(2, "queued")}, id="a claim it does not have"),
        pytest.param("restored", {"row": MarkedRow(3, "sending")}, id="a mark it does not have"),
        pytest.param("goes_on", {"row": MarkedRow(3, "in_doubt")}, id="killed in mid mail"),
        pytest.param("goes_on", {"row": MarkedRow(3, "queued")}, id="given back"),
        pytest.param("goes_on", {"row": MarkedRow(4, "sending")}, id="claimed again"),
        pytest.param("goes_on", {"row": MarkedRow(3, "sending"), "boot": "boot-2"}, id="a power cut"),
        pytest.param("restored", {"row": None, "boot": "boot-2"}, id="no power cut forgets a claim"),
        pytest.param("goes_on", {"database": "other", "tick": 1}, id="the mark of another database"),
        pytest.param("first_seen", {"identity": None, "tick": 0, "age": None}, id="a new database"),
        pytest.param("first_seen", {"identity": None, "age": 60 * SECONDS}, id="an upgrade"),
        pytest.param("restored", {"identity": None, "age": 61 * SECONDS}, id="unknown, letters under way"),
        pytest.param(
            "first_seen",
            {"identity": None, "age": 61 * SECONDS, "under_way": False},
            id="unknown, nothing under way",
        ),
        pytest.param("old_work", {"identity": None, "age": 1801 * SECONDS}, id="unknown and old"),
        pytest.param(
            "goes_on", {"identity": FIRST, "here": FIRST, "age": 600 * SECONDS}, id="a server restarted"
        ),
        pytest.param(
            "failed_over",
            {"identity": FIRST, "here": SECOND, "age": 60 * SECONDS, "boot": "2"},
            id="fail-over",
        ),
        pytest.param(
            "failed_over",
            {"identity": FIRST, "here": SECOND, "row": None, "boot": "2"},
            id="a standby that lacks the last claims",
        ),
        pytest.param(
            "restored", {"identity": FIRST, "here": SECOND, "tick": 99}, id="a standby seconds behind"
        ),
        pytest.param(
            "restored", {"identity": FIRST, "here": SECOND, "age": 61 * SECONDS}, id="a point in time"
        ),
        pytest.param("restored", {"identity": SECOND, "here": FIRST}, id="an earlier timeline"),
        pytest.param(
            "goes_on",
            {"identity": DatabaseIdentity("server 5"), "here": SECOND},
            id="a timeline that could not be read before",
        ),
        pytest.param("restored", {"identity": FIRST, "here": DatabaseIdentity("server 6", 1)}, id="a dump"),
    ],
)
def test_what_a_database_is(found: Continuity, changes: dict[str, object]) -> None:
    assert told(**changes) == found


@pytest.mark.parametrize("state", ["queued", "deferred", "sending", "in_doubt", "sent", "failed", "unknown"])
@pytest.mark.parametrize("behind", [1, 2])
def test_a_record_without_the_last_claim_is_never_gone_on_with(state: str, behind: int) -> None:
    assert told(row=MarkedRow(3 - behind, state)) in STOPS


@pytest.mark.parametrize("identity", [HERE, FIRST, DatabaseIdentity("a b", 12)])
def test_an_identity_is_read_as_it_was_written(identity: DatabaseIdentity) -> None:
    assert DatabaseIdentity.parse(str(identity)) == identity


@given(st.integers(0, 2**40), st.integers(0, 2**32))
def test_a_tick_is_higher_than_before_though_the_clock_went_back(tick: int, now: int) -> None:
    assert next_tick(tick, datetime.fromtimestamp(now, UTC)) > tick


def test_after_a_restore_the_tick_passes_what_any_machine_had_marked() -> None:
    now = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
    marked = next_tick(5, now)
    assert next_tick(5, now + 2 * SECONDS) > marked


def test_a_record_misses_what_was_sent_since_the_first_gap_after_its_drafting() -> None:
    night = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)

    def at(minute: int) -> datetime:
        return night + timedelta(minutes=minute)

    gaps = [Gap(at(0), at(25)), Gap(at(30), at(90))]
    assert missing_since(gaps, at(-5)) == at(0)
    assert missing_since(gaps, at(26)) == at(30)
    assert missing_since(gaps, at(91)) is None


@pytest.mark.parametrize(
    "changes, mark, copy",
    [
        pytest.param({}, None, False, id="it lies where it lay"),
        pytest.param({"here": ELSEWHERE}, None, True, id="this machine sent nothing from it"),
        pytest.param({"here": ELSEWHERE}, MARK, True, id="the whole folder was copied"),
        pytest.param(
            {"here": ELSEWHERE},
            replace(MARK, tick=MARK.tick + 9),
            False,
            id="a backup was put back where more had left",
        ),
        pytest.param(
            {"here": ELSEWHERE},
            replace(MARK, tick=MARK.tick + 9, database="other"),
            True,
            id="the mark of another database",
        ),
        pytest.param({"identity": None}, None, False, id="nobody knows where it lay"),
    ],
)
def test_a_record_that_lies_elsewhere_is_a_copy_unless_this_machine_remembers_more(
    changes: dict[str, object], mark: Mark | None, copy: bool
) -> None:
    assert is_copy(replace(GOES_ON, **changes), mark) == copy  # type: ignore[arg-type]


def test_what_was_drafted_before_a_copy_is_known_from_it() -> None:
    night = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
    gaps = [Gap(night, night + 60 * SECONDS, copied=True), Gap(night, night + 3600 * SECONDS)]
    assert copy_since(gaps, night) == gaps[0]
    assert copy_since(gaps, night + 120 * SECONDS) is None


@pytest.mark.parametrize(
    "behind, changes",
    [
        pytest.param(True, {"tick": 99}, id="a database turned back under a running bridge"),
        pytest.param(False, {}, id="the next letter of the same tick"),
        pytest.param(False, {"tick": 101}, id="a later tick"),
        pytest.param(False, {"database": "another", "tick": 1}, id="another database"),
    ],
)
def test_a_mark_of_a_database_turned_back_does_not_replace_what_the_machine_knows(
    behind: bool, changes: dict[str, object]
) -> None:
    assert falls_behind(replace(MARK, **changes), MARK) is behind  # type: ignore[arg-type]
    assert not falls_behind(MARK, None)


@pytest.mark.parametrize("done, found", [(True, "restored"), (False, "goes_on")])
def test_a_letter_in_doubt_was_turned_back_only_if_its_result_had_been_written(
    done: bool, found: Continuity
) -> None:
    """A group of letters is in doubt before the first of them leaves."""
    assert told(replace(MARK, done=done), row=MarkedRow(3, "in_doubt")) == found
