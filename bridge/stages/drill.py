"""Drills: planned on request, begun when their minute comes, over when decided or when something real fires."""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bridge.core import next_notice
from bridge.core.drill import SOURCE, Drill, parse_window, surprise_minute
from bridge.core.events import Closed, DrillBegan, DrillEnded, Stopped
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Alert, Incident, Kind
from bridge.core.sample_labels import sample_labels
from bridge.core.settings import Service
from bridge.stages.context import IncidentContext, NoticeContext
from bridge.stages.draft import draft
from bridge.stages.earlier_report import as_told, told_ago
from bridge.stages.notify_oncall import rung, tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

KINDS = (next_notice.FIRST, next_notice.UPDATE)
Obstacle = Literal["incident", "running", "planned"]
_OBSTACLES: Mapping[Obstacle, str] = {
    "incident": "{service} has an open incident",
    "running": "a drill runs already",
    "planned": "a drill is planned already",
}
DECIDED = "decided"
DRILL_ENDED = "drill_ended"  # why the rest of a drill's letter is not sent


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """What is asked for. `surprise`: the window of a surprise, which comes `within` this time; else it is now."""

    service: str
    kind: Kind = next_notice.FIRST
    surprise: str | None = None
    within: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DrillAnswer:
    """The drill, or why there is none: the status of docs/design.md §6.6, and the reason."""

    drill: Drill | None = None
    status: int = 201
    why: str = ""
    wake: Wake = NOTHING


def plan_drill(
    tx: Tx, runtime: Runtime, wanted: DrillRequest, actor: str, pick: Callable[[int], int]
) -> DrillAnswer:
    """Plan a drill, and begin it if it is no surprise. `pick(n)`: a number from 0 to n - 1, for the minute of one."""
    service = runtime.config.services.get(wanted.service)
    if service is None:
        return DrillAnswer(status=404, why=f"unknown service {wanted.service}")
    tx.lock("service", service.id)
    if stands := obstacles(tx, [service.id]).get(service.id):
        return DrillAnswer(status=409, why=_OBSTACLES[stands].format(service=service.name.ja))
    ring_at = tx.now
    if wanted.surprise is not None:
        window = parse_window(wanted.surprise)
        minute = surprise_minute(window, service.timezone, tx.now, wanted.within, pick)
        if minute is None:
            return DrillAnswer(status=422, why="surprise: this window never comes within that time")
        ring_at = minute
    drill = Drill(
        str(uuid.uuid4()), service.id, wanted.kind, "planned", tx.now, actor, ring_at, wanted.surprise
    )
    tx.drills.add(drill)
    wake = Wake(timer=True)
    if wanted.surprise is None:
        wake |= _begin(tx, runtime, drill)
    return DrillAnswer(tx.drills.get(drill.id), wake=wake)


def begin_drill(tx: Tx, runtime: Runtime, drill_id: str) -> Wake:
    """The minute of a planned drill has come. One that would meet an open incident is over before it begins."""
    drill = tx.drills.get(drill_id)
    if drill is None or drill.service not in runtime.config.services:
        return NOTHING
    tx.lock("service", drill.service)
    drill = tx.drills.get(drill_id) or drill
    if drill.state != "planned":
        return NOTHING
    if tx.incidents.open_one(drill.service):
        tx.drills.move(drill, state="over", ended_at=tx.now, ended="open_incident")
        return NOTHING
    return _begin(tx, runtime, drill)


def obstacles(tx: Tx, services: Collection[str]) -> dict[str, Obstacle]:
    """Why no drill may be planned for these services now: something real is open, or a drill runs or is planned.

    Without those for which one may.
    """
    found: dict[str, Obstacle] = {
        drill.service: "running" if drill.state == "running" else "planned"
        for drill in tx.drills.unfinished(services)
    }
    real = (current for current in tx.incidents.open_ones(services) if not current.is_drill)
    return found | dict.fromkeys((incident.service for incident in real), "incident")


def _begin(tx: Tx, runtime: Runtime, drill: Drill) -> Wake:
    """Open the incident of a drill with its own alert, and draft its letter: from here on everything is as ever."""
    incident = Incident(drill.id, drill.service, "open", started_at=tx.now, received_at=tx.now, mode="drill")
    tx.incidents.add(incident)
    ctx = IncidentContext(tx, runtime, incident)
    alert = _alert(ctx.service, drill.id, tx.now)
    tx.alerts.put(incident.id, [alert])
    ctx.record(drill.asked_by, DrillBegan("drill", drill.kind, drill.surprise is not None))
    if drill.kind != next_notice.FIRST:
        began = tx.now - told_ago(ctx)
        tx.alerts.put(incident.id, [replace(alert, starts_at=began)])
        tx.incidents.set(incident.id, started_at=began)
        ctx = as_told(ctx.with_incident(started_at=began), began)
    draft(ctx, drill.kind, "a drill")
    tx.drills.move(drill, state="running", began_at=tx.now)
    return Wake(timer=True, oncall=True)


def _alert(service: Service, drill_id: str, now: datetime) -> Alert:
    """An alert of the service, about the first of its impacts that simple labels reach."""
    own = [one for matchers in service.match for one in matchers.all]
    wider = ([*own, *(one for each in impact.match for one in each.all)] for impact in service.impact)
    found = (labels for matchers in (*wider, own) if (labels := sample_labels(matchers, "Drill")))
    return Alert(SOURCE, drill_id, "firing", next(found, {"alertname": "Drill"}), {}, starts_at=now)


def finish_drill(ctx: IncidentContext, why: str = DECIDED) -> bool:
    """The drill is over, and the people of the last step are told how it went. False when another unit was faster."""
    if not ctx.tx.incidents.move(ctx.incident, "closed"):
        return False
    ctx.record(BRIDGE, DrillEnded(why))
    ctx.record(BRIDGE, Closed("the drill is over"))
    if drill := ctx.tx.drills.get(ctx.incident.id):
        ctx.tx.drills.move(drill, state="over", ended_at=ctx.now, ended=why)
    if why == DECIDED and (notices := ctx.notices()):
        tell(ctx.about(notices[-1]), "drill_over", ctx.escalation.steps[-1].people, {})
    return True


def interrupt_drills(tx: Tx, runtime: Runtime, services: Collection[str]) -> Wake:
    """Something real fires: drills of the same services end at once, and everybody who was rung is told.

    The services are locked.
    """
    wake = NOTHING
    for drill in (current for current in tx.incidents.open_ones(services) if current.is_drill):
        ctx = IncidentContext(tx, runtime, drill)
        for notice in ctx.notices():
            _give_up(ctx.about(notice))
        finish_drill(ctx, "real_alert")
        wake |= Wake(timer=True, oncall=True, customers=True)
    return wake


def _give_up(ctx: NoticeContext) -> None:
    tx, notice = ctx.tx, ctx.notice
    told = rung(tx, notice)
    if notice.state in UNDECIDED:
        tx.notices.move(notice, "superseded", decided_at=ctx.now, closed_reason="replaced")
    elif notice.state in ("approved", "sending"):
        tx.notices.move(notice, "stopped", stop_reason=DRILL_ENDED, owner=None)
        ctx.record(BRIDGE, Stopped(notice.id, notice.kind, DRILL_ENDED))
    else:
        return
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    ended = ctx.about(replace(notice, decided_at=ctx.now))
    tell(ended, "decided", told, {"decision": DRILL_ENDED})
