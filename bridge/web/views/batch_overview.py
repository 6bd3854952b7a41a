"""Every row of a batch of individual letters before the first letter: who, where, what, and what a mail merge gets
wrong: which texts there are, and who would get two."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from bridge.web.views.page_data import BatchLetter, PageData

KINDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One letter in one line."""

    n: int
    company: str
    who: str
    address: str
    impact: str


@dataclass(frozen=True, slots=True)
class BatchOverview:
    """`kinds`: the different impacts with how many letters each has, the commonest first. `twice`: companies that
    more than one letter goes to."""

    heading: str
    kinds: str
    twice: tuple[str, ...]
    rows: tuple[BatchRow, ...]


def overview(data: PageData) -> BatchOverview:
    say, letters = data.say, data.letters
    impacts = Counter(each.impact for each in letters)
    kinds = [say("impact_of", text=text, n=n) for text, n in impacts.most_common(KINDS_SHOWN)]
    companies: dict[str, list[int]] = defaultdict(list)
    for n, each in enumerate(letters, start=1):
        companies[each.company].append(n)
    return BatchOverview(
        heading=say("overview_n", n=len(letters)),
        kinds=say("impact_kinds", n=len(impacts), kinds=say("list_comma").join(kinds)),
        twice=tuple(_twice(data, *both) for both in companies.items() if both[0] and len(both[1]) > 1),
        rows=tuple(
            BatchRow(n, each.company, _who(data, each), each.address, each.impact)
            for n, each in enumerate(letters, start=1)
        ),
    )


def _who(data: PageData, each: BatchLetter) -> str:
    name = data.say("addressed", name=each.name) if each.name else data.say("addressed_nobody")
    return " ".join(part for part in (each.department, name) if part)


def _twice(data: PageData, company: str, places: list[int]) -> str:
    say = data.say
    which = say("list_comma").join(say("nth_letter", n=n) for n in places)
    return say("company_twice", company=company, n=len(places), which=which)
