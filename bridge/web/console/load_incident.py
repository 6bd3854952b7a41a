"""Reading one incident, and the deliveries of one of its letters."""

from dataclasses import dataclass
from typing import cast

from bridge.core.failures import grouped
from bridge.core.model import Incident, Notice
from bridge.store.tx import Tx
from bridge.web.console.desk import Desk
from bridge.web.console.upload import Upload
from bridge.web.views.deliveries import TABS, DeliveriesData, DeliveryRow, Tab, first_tab
from bridge.web.views.individual import FileProblem, IndividualData
from bridge.web.views.timeline import LetterRecord, TimelineData


def load_timeline(tx: Tx, desk: Desk, incident_id: str) -> TimelineData | None:
    """Everything about an incident; None where there is none."""
    incident = tx.incidents.get(incident_id)
    if incident is None:
        return None
    last = tx.summaries.last_rings()
    return TimelineData(
        frame=desk.frame(tx.now),
        incident=incident,
        service=desk.runtime.config.services.get(incident.service),
        letters=letters_of(tx, desk, incident),
        events=tuple(tx.events.of(incident.id)),
        alerts=tuple(tx.alerts.of(incident.id)),
        refused={person: ring.reply for person, ring in last.items() if ring.state == "failed"},
    )


def letters_of(tx: Tx, desk: Desk, incident: Incident) -> tuple[LetterRecord, ...]:
    """The letters of an incident, in the order of their drafting."""
    notices = tx.notices.of(incident.id)
    ids = [notice.id for notice in notices]
    rings, counts = tx.rings.of_all(ids), tx.delivery_counts.of(ids)
    return tuple(
        LetterRecord(
            notice=notice,
            version=tx.notices.version(notice.id, notice.version),
            rings=tuple(rings[notice.id]),
            counts=counts[notice.id],
            own_page=_own_page(tx, desk, notice),
        )
        for notice in notices
    )


def _own_page(tx: Tx, desk: Desk, notice: Notice) -> str | None:
    """Drafts that another took the place of have nothing to show."""
    return None if notice.state == "superseded" else desk.own_page(tx, notice)


@dataclass(frozen=True, slots=True)
class DeliveriesAsked:
    """What the address of the page asks for. Empty: the first letter, the first tab with something in it."""

    incident: str
    notice: str
    tab: str
    part: str
    after: int
    before: int


def load_deliveries(tx: Tx, desk: Desk, asked: DeliveriesAsked, limit: int) -> DeliveriesData | None:
    """What became of one letter, at most `limit` addresses of it; None where there is no such letter."""
    incident = tx.incidents.get(asked.incident)
    letters = letters_of(tx, desk, incident) if incident else ()
    letter = next((each for each in letters if each.notice.id == asked.notice), None)
    if not asked.notice:
        letter = next((each for each in reversed(letters) if each.counts), None)
    if incident is None or letter is None:
        return None
    tab: Tab = cast(Tab, asked.tab) if asked.tab in TABS else first_tab(letter.counts)
    notice_id = letter.notice.id
    rows = tx.summaries.deliveries(notice_id, TABS[tab], asked.part, asked.after, limit)
    return DeliveriesData(
        frame=desk.frame(tx.now),
        incident=incident,
        service=desk.runtime.config.services.get(incident.service),
        letter=letter,
        tab=tab,
        part=asked.part,
        before=asked.before,
        found=tx.summaries.how_many(notice_id, TABS[tab], asked.part),
        rows=tuple(
            DeliveryRow(
                row.id, row.address, row.state, row.reply, row.attempts, row.message_id, row.updated_at
            )
            for row in rows
        ),
        groups=grouped(tx.outbox.refusals(notice_id)) if tab == "failed" else (),
    )


def load_individual(
    tx: Tx, desk: Desk, incident_id: str, upload: Upload | None, problem: FileProblem | None
) -> IndividualData | None:
    """The page for uploading apologies, with what is wrong with an `upload`; None where there is no such incident."""
    incident = tx.incidents.get(incident_id)
    if incident is None:
        return None
    return IndividualData(
        frame=desk.frame(tx.now),
        incident=incident,
        service=desk.runtime.config.services.get(incident.service),
        letters=letters_of(tx, desk, incident),
        wrong=upload.wrong if upload else (),
        cells=upload.cells if upload else None,
        rows=len(upload.rows) if upload else 0,
        problem=problem,
    )
