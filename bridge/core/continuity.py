"""Whether a database still holds everything that was sent from it (docs/design.md §11.6).

A backup that was put back, a copy, a server turned back in time: each remembers less than the customers do. It is
known by where the database lies, by what the machine remembers of the last letter, or, failing both, by its age.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Self

Continuity = Literal["goes_on", "first_seen", "failed_over", "restored", "old_work"]
"""What a database is to the one before it: itself, one without an identity yet, its standby, its copy, or too old."""

STOPS: frozenset[Continuity] = frozenset({"restored", "old_work"})
"""After these no letter leaves by itself."""

OLD_WORK = timedelta(minutes=30)
"""A heartbeat older than this: nobody remembers what the letters were about."""

FAIL_OVER = timedelta(seconds=60)
"""A standby that took over, or an upgrade, goes on while the last heartbeat is at most this old."""

GAPS_KEPT = 50


@dataclass(frozen=True, slots=True)
class DatabaseIdentity:
    """Where a database lies. `place`: its file, or its server's identifier and its number there.

    `timeline`: of a PostgreSQL server; promoting a standby and restoring to a point in time raise it. None elsewhere.
    """

    place: str
    timeline: int | None = None

    def __str__(self) -> str:
        return self.place if self.timeline is None else f"{self.place} timeline {self.timeline}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` gave."""
        place, _, timeline = text.partition(" timeline ")
        return cls(place, int(timeline) if timeline else None)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a machine remembers, outside the database, of the last letter that it let go.

    `database`: the database's own name, which its copies share. `tick`: the database's tick at that moment. `row`
    and `fence`: the letter's claim. `boot`: of the machine or server, see `Dialect.boot_id`. `done`: what became of
    the letter was written down, too.
    """

    database: str
    tick: int
    row: int
    fence: int
    boot: str
    done: bool = False


class MarkedRow(NamedTuple):
    """The row that a mark names, as the database has it."""

    fence: int
    state: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a database says of itself. `database`, `tick` and `identity` are those of its last heartbeat, None before.

    `here`: where it lies now. `age`: of the last heartbeat, None without any. `boot`: as in `Mark`. `row`: the one
    that the mark names, None where there is no such row. `under_way`: some letter is approved or sending.
    """

    database: str | None
    tick: int
    identity: DatabaseIdentity | None
    here: DatabaseIdentity
    age: timedelta | None
    boot: str
    row: MarkedRow | None
    under_way: bool


class Gap(NamedTuple):
    """What was sent after `start` may be missing from the record, which goes on at `end`.

    `copied`: at `end` it lay elsewhere than before, nothing says that this machine went on from it, and no person has
    said either. `before` and `here`: where it lay and lies, in words, as far as known.
    """

    start: datetime
    end: datetime
    copied: bool = False
    before: str = ""
    here: str = ""


def compare(record: Record, mark: Mark | None) -> Continuity:
    """What the database is, by the first of the signs that speaks."""
    age = record.age or timedelta()
    old = age > OLD_WORK
    if record.identity is None:
        unsure = record.under_way and age > FAIL_OVER
        return "old_work" if old else "restored" if unsure else "first_seen"
    if record.identity.place != record.here.place:
        return "restored"
    before, now = record.identity.timeline, record.here.timeline
    moved = before is not None and now is not None and before != now
    if mark is not None and mark.database == record.database and _ahead(mark, record, moved=moved):
        return "restored"
    if moved:
        return "failed_over" if (now or 0) > (before or 0) and age <= FAIL_OVER else "restored"
    return "old_work" if old else "goes_on"


def is_copy(record: Record, mark: Mark | None) -> bool:
    """Whether it is a copy, which may run beside its original: it lies elsewhere.

    Not so where this machine remembers a later letter than the record does: then a backup was put back here.
    """
    if record.identity is None or record.identity.place == record.here.place:
        return False
    return mark is None or mark.database != record.database or not _ahead(mark, record, moved=False)


def _ahead(mark: Mark, record: Record, *, moved: bool) -> bool:
    """Whether the mark knows of a letter that the database does not.

    A server that crashed, or a machine that lost its power, may have forgotten soft commits, but never a claim. A
    standby may lack the last claims too: after a fail-over only the tick counts.
    """
    if mark.tick != record.tick or moved:
        return mark.tick > record.tick
    if record.row is None or record.row.fence < mark.fence:
        return True
    return mark.boot == record.boot and stands_before(record.row, mark)


def stands_before(row: MarkedRow, mark: Mark) -> bool:
    """Whether the marked claim is still as it was before what the mark remembers of it."""
    before = ("sending", "in_doubt") if mark.done else ("sending",)
    return row.fence == mark.fence and row.state in before


def falls_behind(mark: Mark, known: Mark | None) -> bool:
    """Whether a mark comes of a database that was turned back while it was written to: the older mark knows more."""
    return known is not None and mark.database == known.database and mark.tick < known.tick


def next_tick(tick: int, now: datetime) -> int:
    """A database's next tick: higher than before, and than every tick of earlier seconds in any copy of it."""
    return max(tick + 1, int(now.timestamp()))


def missing_since(gaps: Iterable[Gap], drafted_at: datetime) -> datetime | None:
    """From when on the record of something drafted then may be incomplete; None where nothing is missing."""
    return min((gap.start for gap in gaps if gap.end > drafted_at), default=None)


def copy_since(gaps: Iterable[Gap], drafted_at: datetime) -> Gap | None:
    """The last copying by which something drafted then is known here, until a person says who goes on."""
    found = (gap for gap in gaps if gap.copied and gap.end > drafted_at)
    return max(found, key=lambda gap: gap.end, default=None)
