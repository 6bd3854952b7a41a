"""Reading what the console's first page shows."""

from bridge.core.first_letters import SHOWN_FOR
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Incident, Notice
from bridge.core.next_notice import never_left
from bridge.core.urgency import next_step
from bridge.stages.audience import audience_of
from bridge.stages.context import NoticeContext
from bridge.stages.watch import senders
from bridge.store.tx import Tx
from bridge.web.console.desk import Desk
from bridge.web.views.cards import OpenIncident
from bridge.web.views.home import HomeData


def load_home(tx: Tx, desk: Desk) -> HomeData:
    """Every open incident, and the last 30 days."""
    config = desk.runtime.config
    first_steps = (escalation.steps[0].people for escalation in config.escalations.values())
    refused = (person for person, ring in tx.summaries.last_rings().items() if ring.state == "failed")
    return HomeData(
        frame=desk.frame(tx.now),
        incidents=tuple(_open(tx, desk, each) for each in tx.incidents.unfinished()),
        firsts=tuple(tx.summaries.first_letters(tx.now - SHOWN_FOR)),
        services=config.services,
        lists=desk.lists,
        rung=tuple(dict.fromkeys(person for people in first_steps for person in people)),
        refused=tuple(refused),
        relay_problem=desk.relay_problem,
        senders=tuple(senders(tx, config)),
        listening_since=desk.posts.began_at,
        drilled={name: one.began_at for name, one in tx.drills.last_of_each().items() if one.began_at},
        remind_every=config.drills.remind_every,
    )


def _open(tx: Tx, desk: Desk, incident: Incident) -> OpenIncident:
    notices = tuple(tx.notices.of(incident.id))
    service = desk.runtime.config.services.get(incident.service)
    notice = next_step(incident, notices).notice or (notices[-1] if notices else None)
    if notice is None:
        return OpenIncident(incident=incident, service=service, notices=notices, version=None)
    return OpenIncident(
        incident=incident,
        service=service,
        notices=notices,
        version=tx.notices.version(notice.id, notice.version),
        rings=tuple(tx.rings.of(notice.id)),
        counts=tx.delivery_counts.of([notice.id])[notice.id],
        recipients=_recipients(NoticeContext(tx, desk.runtime, incident, notice), desk),
        firing=tx.alerts.firing(incident.id),
        own_page=desk.own_page(tx, notice),
    )


def _recipients(ctx: NoticeContext, desk: Desk) -> int | None:
    notice: Notice = ctx.notice
    known = ctx.incident.service in desk.runtime.config.services
    if known and (notice.state in UNDECIDED or never_left(notice)):
        return audience_of(ctx, desk.lists).count
    return notice.recipients
