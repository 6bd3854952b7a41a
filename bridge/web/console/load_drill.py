"""Reading drills: all of them, one, and what beginning one would mean."""

from bridge.core.settings import Service
from bridge.stages.drill import obstacles
from bridge.store.tx import Tx
from bridge.web.api.drills_out import drills_out
from bridge.web.console.desk import Desk
from bridge.web.views.drill_score import DrillScoreData
from bridge.web.views.drills import DrillsData, DrillStartData

SHOWN = 20


def load_drills(tx: Tx, desk: Desk) -> DrillsData:
    """The latest drills, and the last of each service."""
    config = desk.runtime.config
    found = {drill.id: drill for drill in (*tx.drills.latest(SHOWN), *tx.drills.last_of_each().values())}
    return DrillsData(
        frame=desk.frame(tx.now),
        services=config.services,
        drills=drills_out(tx, desk.runtime, list(found.values())),
        obstacles=obstacles(tx, config.services),
        remind_every=config.drills.remind_every,
    )


def load_start(tx: Tx, desk: Desk, service: Service) -> DrillStartData:
    """The form that begins a drill of this service."""
    escalation = desk.runtime.escalation(service)
    last = tx.drills.last_of_each().get(service.id)
    facts = desk.lists.get(service.id)
    return DrillStartData(
        frame=desk.frame(tx.now),
        service=service,
        first=escalation.steps[0].people,
        people=escalation.people(),
        customers=facts.count if facts else None,
        obstacle=obstacles(tx, [service.id]).get(service.id),
        last=last.id if last else None,
    )


def load_score(tx: Tx, desk: Desk, drill_id: str) -> DrillScoreData | None:
    """One drill; None where there is none."""
    drill = tx.drills.get(drill_id)
    if drill is None:
        return None
    return DrillScoreData(
        frame=desk.frame(tx.now),
        service=desk.runtime.config.services.get(drill.service),
        drill=drills_out(tx, desk.runtime, [drill])[0],
    )
