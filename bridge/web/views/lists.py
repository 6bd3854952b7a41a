"""The customer lists: how many can be written to, what is wrong with the others, and how that compares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bridge.core.actions import SURPRISE_HOLD, surprises
from bridge.core.model import AudienceFacts
from bridge.core.settings import Service
from bridge.web.views.frame import Frame
from bridge.web.views.tones import Pill

ROWS_SHOWN = 20  # of the unusable ones of each list, before the rest is folded


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsData:
    """What the page is made from. `lists`, `files` and `previous` by service: what is known of the list, its file's
    name, and to how many of it the last letter went."""

    frame: Frame
    services: Mapping[str, Service]
    lists: Mapping[str, AudienceFacts]
    files: Mapping[str, str]
    previous: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ListRow:
    """`count` is empty and `problem` set for a list that cannot be read. `anchor`: where its unusable rows are."""

    name: str
    file: str
    languages: str
    dated: str
    count: str
    problem: str
    bad: str
    anchor: str
    previous: str
    difference: Pill | None
    note: str
    services: str


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row that nobody can be written to: which, what stands in it, and why. `text` may be empty."""

    line: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class BadRows:
    """The unusable rows of one list: those shown, those folded, how many are not kept, and all of them as a file."""

    anchor: str
    heading: str
    shown: tuple[ListedRow, ...]
    folded: tuple[ListedRow, ...]
    fold: str
    more: str
    csv: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lists:
    """Everything the template lays out."""

    title: str
    frame: Frame
    rows: tuple[ListRow, ...]
    bad: tuple[BadRows, ...]


def lists(data: ListsData) -> Lists:
    audiences: dict[str, list[str]] = {}
    for service in data.services.values():
        audiences.setdefault(service.audience, []).append(service.id)
    each = [(data.lists[ids[0]], ids) for ids in audiences.values() if ids[0] in data.lists]
    return Lists(
        title=data.frame.say("lists_n", n=len(each)),
        frame=data.frame,
        rows=tuple(_row(data, facts, ids) for facts, ids in each),
        bad=tuple(_bad(data.frame, facts) for facts, _ in each if facts.bad),
    )


def _row(data: ListsData, facts: AudienceFacts, ids: list[str]) -> ListRow:
    frame, say = data.frame, data.frame.say
    previous = next((data.previous[id] for id in ids if id in data.previous), None)
    difference, note = _difference(data, facts, previous)
    languages = (f"{say(f'letter_{code}')} {say.number(n)}" for code, n in facts.locales.items())
    return ListRow(
        name=facts.called(frame.lang),
        file=data.files.get(ids[0], ""),
        languages=say("list_comma").join(languages),
        dated=say("file_dated", at=say.clock(facts.as_of)) if facts.as_of else "",
        count=say("n_people", n=say.number(facts.count)) if facts.count is not None else "",
        problem=facts.problem.get(frame.lang) if facts.problem else "",
        bad=say("rows_n", n=say.number(facts.bad_total)),
        anchor=f"#bad-{facts.name}" if facts.bad else "",
        previous=say("not_used_yet") if previous is None else say("n_people", n=say.number(previous)),
        difference=difference,
        note=note,
        services=say("list_comma").join(data.services[id].name.get(frame.lang) for id in ids),
    )


def _difference(data: ListsData, facts: AudienceFacts, previous: int | None) -> tuple[Pill | None, str]:
    """How many more or fewer than last time, and the longer hold that a surprising difference brings."""
    say = data.frame.say
    if previous is None or facts.count is None:
        return None, ""
    more = facts.count - previous
    surprising = "list_size" in surprises(
        facts.count, previous, overridden=False, repeated_at=None, now=data.frame.now
    )
    words = say("more_people" if more >= 0 else "fewer_people", n=say.number(abs(more)))
    seconds = int(SURPRISE_HOLD / timedelta(seconds=1))
    note = say("longer_hold", s=seconds) if surprising else ""
    return Pill("wait" if surprising else "rest", words), note


def _bad(frame: Frame, facts: AudienceFacts) -> BadRows:
    say = frame.say
    rows = [
        ListedRow(say("line_n", n=say.number(row.line)), row.text, row.why.get(frame.lang))
        for row in facts.bad
    ]
    folded, more = rows[ROWS_SHOWN:], facts.bad_total - len(rows)
    return BadRows(
        anchor=f"bad-{facts.name}",
        heading=say("bad_of", name=facts.called(frame.lang), n=say.number(facts.bad_total)),
        shown=tuple(rows[:ROWS_SHOWN]),
        folded=tuple(folded),
        fold=say("rows_more", n=say.number(len(folded))),
        more=say("rows_not_kept", n=say.number(more)) if more > 0 else "",
        csv=(say("rows_csv", n=say.number(facts.bad_total)), frame.link(f"/lists/{facts.name}.csv")),
    )
