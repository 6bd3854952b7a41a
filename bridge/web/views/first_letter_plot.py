"""The last 30 days: how long customers waited for the first letter, a dot for each incident, and the same as a table.

The picture has no viewBox: dots and labels keep their size on a phone. x is in percent of the width, y in pixels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.first_letters import SHOWN_FOR, FirstLetter, percentile, worst_first
from bridge.core.settings import Service
from bridge.web.views.frame import Frame

LINE = timedelta(minutes=15)
"""The measure of success (docs/design.md §1)."""

HEIGHT, TOP, BOTTOM = 168, 24, 144  # pixels: of the picture, of the highest dot, of 0 minutes
_LEAST_SCALE = timedelta(minutes=17)
_TICKS_AT_MOST = 5
_STEPS = tuple(timedelta(minutes=n) for n in (5, 15, 30, 60, 240, 1440, 14400))


@dataclass(frozen=True, slots=True)
class Dot:
    """`x` in percent, `y` in pixels; `label` only for one beyond the line."""

    x: str
    y: int
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One incident of the table."""

    href: str
    name: str
    day: str
    took: str
    late: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """`sums`: numbers with what they count and, where they have one, the link to their rows. `lines`: y and label of
    each line across; `days`: x and label of each day below. Without an incident there is only `sentence`."""

    sums: tuple[tuple[str, str, str], ...]
    sentence: str
    dots: tuple[Dot, ...]
    lines: tuple[tuple[int, str], ...]
    limit: tuple[int, str]
    days: tuple[tuple[str, str], ...]
    caption: str
    rows: tuple[Row, ...]


def plot(frame: Frame, firsts: Sequence[FirstLetter], services: Mapping[str, Service]) -> Plot:
    say = frame.say
    scale = max([_LEAST_SCALE, *(letter.took for letter in firsts)])
    return Plot(
        sums=_sums(frame, firsts),
        sentence=_sentence(frame, firsts),
        dots=tuple(_dot(frame, letter, scale) for letter in firsts),
        lines=tuple((_y(at, scale), say.rough(at)) for at in _ticks(scale)),
        limit=(_y(LINE, scale), say.rough(LINE)),
        days=tuple(_days(frame)) if firsts else (),
        caption=say("as_table", n=len(firsts)),
        rows=tuple(_row(frame, letter, services) for letter in worst_first(firsts)),
    )


def _sums(frame: Frame, firsts: Sequence[FirstLetter]) -> tuple[tuple[str, str, str], ...]:
    if not firsts:
        return ()
    say, late = frame.say, sum(letter.took > LINE for letter in firsts)
    return (
        (say("incidents_n", n=len(firsts)), "", "#table"),
        (say("incidents_n", n=len(firsts) - late), say("within_line"), "#table"),
        *([(say("incidents_n", n=late), say("beyond_line"), "#table")] if late else []),
        (say.exactly(percentile(firsts, 50)), say("median"), ""),
        (say.exactly(percentile(firsts, 95)), say("p95"), ""),
        (say.exactly(percentile(firsts, 100)), say("longest"), ""),
    )


def _sentence(frame: Frame, firsts: Sequence[FirstLetter]) -> str:
    """What the picture shows, for whoever cannot see it."""
    if not firsts:
        return frame.say("no_firsts")
    longest = frame.say.exactly(percentile(firsts, 100))
    return frame.say("plot_says", n=len(firsts), longest=longest)


def _dot(frame: Frame, letter: FirstLetter, scale: timedelta) -> Dot:
    label = frame.say.rough(letter.took) if letter.took > LINE else ""
    return Dot(_x(letter.received_at, frame.now), _y(letter.took, scale), label)


def _x(at: datetime, now: datetime) -> str:
    """Where in the 30 days, in percent. The edges stay free for dots and labels."""
    share = 1 - (now - at) / SHOWN_FOR
    return f"{2 + 92 * min(1.0, max(0.0, share)):.1f}"


def _y(took: timedelta, scale: timedelta) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * (took / scale))


def _ticks(scale: timedelta) -> list[timedelta]:
    """Lines across at round times, a few; the 15 minutes have a line of their own."""
    step = next((step for step in _STEPS if scale / step <= _TICKS_AT_MOST), _STEPS[-1])
    return [n * step for n in range(int(scale / step) + 1) if n * step != LINE]


def _days(frame: Frame) -> list[tuple[str, str]]:
    days = (frame.now - timedelta(days=n) for n in (28, 21, 14, 7, 0))
    local = ((at, at.astimezone(frame.zone)) for at in days)
    return [(_x(at, frame.now), f"{day.month}/{day.day}") for at, day in local]


def _row(frame: Frame, letter: FirstLetter, services: Mapping[str, Service]) -> Row:
    service = services.get(letter.service)
    return Row(
        href=frame.link(f"/incidents/{letter.incident}"),
        name=service.name.get(frame.lang) if service else letter.service,
        day=frame.say.moment(letter.received_at),
        took=frame.say.exactly(letter.took),
        late=letter.took > LINE,
    )
