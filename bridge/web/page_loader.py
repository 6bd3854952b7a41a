"""Reading one notice as one person meets it: rows to `PageData`."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.actions import expired
from bridge.core.facts import Facts
from bridge.core.kinds import Recipients, spec_of
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Incident, Notice, Text, Version
from bridge.core.values import Locale
from bridge.keys import Keys
from bridge.stages.audience import Lists, audience_of
from bridge.stages.draft import current_facts
from bridge.stages.proofread import proofread, proofread_batch
from bridge.stages.runtime import Runtime
from bridge.store.links import Link
from bridge.store.tx import Tx
from bridge.web.views.page_data import BatchLetter, Did, FailedRow, PageData, Related, Sheet
from bridge.web.views.progress import SHOWN_FAILURES


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address and the health of the instance add to a page."""

    lang: str | None = None
    did: Did | None = None
    sheet: Sheet | None = None
    relay_problem: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A notice behind a link. `expired`: the link shows nothing any more and can be renewed."""

    data: PageData
    expired: bool


def load(tx: Tx, runtime: Runtime, keys: Keys, link_id: str, lists: Lists, asked: Asked) -> Loaded | None:
    """The page data behind a link; None for a link that leads nowhere."""
    link = tx.links.get(link_id)
    notice = tx.notices.get(link.notice_id) if link else None
    incident = tx.incidents.get(notice.incident_id) if notice else None
    if link is None or notice is None or incident is None or incident.service not in runtime.config.services:
        return None
    data = _page_data(tx, runtime, keys, link, notice, incident, lists, asked)
    return Loaded(data, link.replaced or expired(notice, tx.now, link.created_at))


def _page_data(
    tx: Tx,
    runtime: Runtime,
    keys: Keys,
    link: Link,
    notice: Notice,
    incident: Incident,
    lists: Lists,
    asked: Asked,
) -> PageData:
    service, person = runtime.service(incident), runtime.person(link.person)
    versions = tx.notices.versions(notice.id)
    sent = tx.notices.last_sent(service.id, but=notice.id)
    batch = spec_of(notice.kind).recipients is Recipients.BATCH
    return PageData(
        service=service,
        escalation=runtime.escalation(service),
        incident=incident,
        notice=notice,
        version=versions[-1],
        earlier=tuple(versions[:-1]),
        current=_current(tx, runtime, incident, notice, versions[-1]),
        person=person,
        people=runtime.config.people,
        audience=audience_of(tx, runtime, incident, notice, lists),
        now=tx.now,
        lang=_language(asked.lang, person.locale),
        csrf=keys.csrf(link.id, notice.id, notice.version),
        number=Facts.from_dict(versions[-1].facts).number,
        alerts=tuple(tx.alerts.of(incident.id)),
        letters=_letters(tx, runtime, incident, notice, versions[-1]) if batch else (),
        findings=proofread(tx, runtime, incident, notice),
        events=tuple(tx.events.of(incident.id)),
        counts=tx.outbox.counts([notice.id])[notice.id],
        failed=_failed(tx, notice),
        previous_count=sent[0].recipients if sent and not batch else None,
        repeated_at=next((n.sending_at for n in sent if n.kind == notice.kind), None),
        previous_report=_previous(tx, notice),
        successor=_successor(tx, keys, notice, person.id),
        relay_problem=asked.relay_problem or None,
        template_problem=tx.events.template_problem(incident.id, notice.id),
        did=asked.did,
        sheet=asked.sheet,
    )


def _language(wanted: str | None, own: Locale) -> Locale:
    if wanted == "ja":
        return "ja"
    return "en" if wanted == "en" else own


def _current(tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, version: Version) -> Facts | None:
    """What the bridge would write now, beside a draft that it no longer writes anew."""
    if version.edited_by is None or notice.state not in UNDECIDED:
        return None
    return current_facts(tx, runtime, incident, notice, Facts.from_dict(version.facts).answers)


def _letters(
    tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, version: Version
) -> tuple[BatchLetter, ...]:
    findings = proofread_batch(tx, runtime, incident, notice)
    rows: list[Mapping[str, str]] = version.facts["rows"]
    texts = [Text(**text) for text in version.facts["letters"]]
    return tuple(
        BatchLetter(row["email"], row.get("name", ""), row.get("company", ""), text, found)
        for row, text, found in zip(rows, texts, findings, strict=True)
    )


def _failed(tx: Tx, notice: Notice) -> tuple[FailedRow, ...]:
    rows = tx.outbox.page(notice.id, ("failed", "unknown"), 0, SHOWN_FAILURES)
    return tuple(FailedRow(row.address, row.state, row.reply) for row in rows)


def _previous(tx: Tx, notice: Notice) -> Related | None:
    told = [n for n in tx.notices.of(notice.incident_id) if n.sending_at and n.id != notice.id]
    last = next((n for n in reversed(told) if spec_of(n.kind).is_report), None)
    return Related(last.kind, last.number, last.sending_at) if last else None


def _successor(tx: Tx, keys: Keys, notice: Notice, person: str) -> Related | None:
    later = tx.notices.get(notice.superseded_by) if notice.superseded_by else None
    if later is None:
        return None
    link = tx.links.of(later.id).get(person)
    number = Facts.from_dict(tx.notices.version(later.id, later.version).facts).number
    return Related(later.kind, number, None, f"/approve/{keys.token(link.id)}" if link else None)
