"""What the API and the console show of drills: each with its score."""

from collections.abc import Sequence
from dataclasses import asdict

from bridge.core.drill import Drill
from bridge.core.drill_score import DrillScore, last_seconds, median_seconds, score
from bridge.core.model import Notice
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx
from bridge.web.api.schemas import DrillOut, DrillPersonOut, counted

COMPARED = 50  # earlier drills that a score is compared with
ROWS = 1000  # of a drill's letter; there is one for each person


def drills_out(tx: Tx, runtime: Runtime, drills: Sequence[Drill]) -> list[DrillOut]:
    """These drills with their scores, each compared with those before it."""
    known = {drill.id: drill for drill in (*tx.drills.latest(COMPARED), *drills)}
    events = tx.events.of_all(list(known))
    scores = {drill_id: score(found) for drill_id, found in events.items()}
    return [_out(tx, runtime, drill, scores, known) for drill in drills]


def _out(
    tx: Tx, runtime: Runtime, drill: Drill, scores: dict[str, DrillScore], known: dict[str, Drill]
) -> DrillOut:
    own, began = scores[drill.id], drill.began_at
    before = [one for one in known.values() if began and one.began_at and one.began_at < began]
    earlier = [scores[one.id] for one in sorted(before, key=lambda one: str(one.began_at), reverse=True)]
    notices = [notice for notice in tx.notices.of(drill.id) if notice.recipients]
    letters = tx.delivery_counts.of([notice.id for notice in notices])
    people = [
        DrillPersonOut.model_validate(
            {
                **asdict(one),
                "name": runtime.person(one.person).name,
                "seconds": one.seconds,
                "pressed": one.pressed,
                "last": last_seconds(one.person, earlier),
            }
        )
        for one in own.people
    ]
    return DrillOut.model_validate(
        {
            **asdict(drill),
            "incident": drill.id if began else None,
            "first_ring_at": own.first_ring_at,
            "decision": own.decision,
            "decided_by": own.decided_by,
            "decided_at": own.decided_at,
            "seconds": own.seconds,
            "median_seconds": median_seconds([*earlier, own]),
            "people": people,
            "letters": counted((state, n) for each in letters.values() for state, n in each.items()),
            "customers": _customers(tx, runtime, own, notices),
        }
    )


def _customers(tx: Tx, runtime: Runtime, of: DrillScore, notices: Sequence[Notice]) -> int | None:
    """How many letters were put to an address that is nobody's who was rung; None when some of them left since."""
    people = {runtime.person(one.person).email for one in of.people}
    if "" in people:
        return None
    rows = (row for notice in notices for row in tx.outbox.page(notice.id, (), 0, ROWS))
    return sum(row.address not in people for row in rows)
