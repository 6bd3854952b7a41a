"""Reading one notice as one person meets it: rows to `PageData`."""

from dataclasses import dataclass

from bridge.core.actions import expired
from bridge.core.facts import Facts
from bridge.core.kinds import Recipients, spec_of
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Incident, Notice, Version
from bridge.core.values import LOCALES, Locale
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
    """What a page shows besides the rows of its notice, from its address and the health of this instance."""

    lang: str | None = None
    did: Did | None = None
    sheet: Sheet | None = None
    relay_problem: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A notice behind a link. `expired`: the link shows nothing any more and can be renewed."""

    data: PageData
    expired: bool


@dataclass(frozen=True, slots=True)
class PageLoader:
    """Reads pages for one request. `lists`: what is known of the customer lists now."""

    runtime: Runtime
    keys: Keys
    lists: Lists
    asked: Asked

    def load(self, tx: Tx, link_id: str) -> Loaded | None:
        """The page behind a link; None for a link that leads nowhere."""
        link = tx.links.get(link_id)
        notice = tx.notices.get(link.notice_id) if link else None
        incident = tx.incidents.get(notice.incident_id) if notice else None
        if link is None or notice is None or incident is None:
            return None
        if incident.service not in self.runtime.config.services:
            return None
        run_out = link.replaced or expired(notice, tx.now, link.created_at)
        return Loaded(self._page_data(tx, link, notice, incident), run_out)

    def _page_data(self, tx: Tx, link: Link, notice: Notice, incident: Incident) -> PageData:
        runtime, asked = self.runtime, self.asked
        service, person = runtime.service(incident), runtime.person(link.person)
        *earlier, version = tx.notices.versions(notice.id)
        sent = tx.notices.last_sent(service.id, but=notice.id)
        batch = spec_of(notice.kind).recipients is Recipients.BATCH
        return PageData(
            service=service,
            escalation=runtime.escalation(service),
            incident=incident,
            notice=notice,
            version=version,
            earlier=tuple(earlier),
            current=self._current_facts(tx, incident, notice, version),
            person=person,
            people=runtime.config.people,
            audience=audience_of(tx, runtime, incident, notice, self.lists),
            now=tx.now,
            lang=_language(asked.lang, person.locale),
            csrf=self.keys.csrf(link.id, notice.id, notice.version),
            number=Facts.from_dict(version.facts).number,
            alerts=tuple(tx.alerts.of(incident.id)),
            letters=self._batch_letters(tx, incident, notice, version) if batch else (),
            findings=proofread(tx, runtime, incident, notice),
            events=tuple(tx.events.of(incident.id)),
            counts=tx.outbox.counts([notice.id])[notice.id],
            failed=_failed(tx, notice),
            previous_count=sent[0].recipients if sent and not batch else None,
            repeated_at=next((n.sending_at for n in sent if n.kind == notice.kind), None),
            previous_report=_previous(tx, notice),
            withdrawn=_withdrawn(tx, incident),
            successor=self._successor(tx, notice, person.id),
            relay_problem=asked.relay_problem or None,
            did=asked.did,
            sheet=asked.sheet,
        )

    def _current_facts(self, tx: Tx, incident: Incident, notice: Notice, version: Version) -> Facts | None:
        """The facts as they are now, for a draft that a person edited: the bridge does not draft it anew."""
        if version.edited_by is None or notice.state not in UNDECIDED:
            return None
        return current_facts(tx, self.runtime, incident, notice, Facts.from_dict(version.facts).answers)

    def _batch_letters(
        self, tx: Tx, incident: Incident, notice: Notice, version: Version
    ) -> tuple[BatchLetter, ...]:
        findings = proofread_batch(tx, self.runtime, incident, notice)
        assert version.batch
        return tuple(
            BatchLetter(row["email"], row.get("name", ""), row.get("company", ""), text, found)
            for row, text, found in zip(version.batch.rows, version.batch.letters, findings, strict=True)
        )

    def _successor(self, tx: Tx, notice: Notice, person: str) -> Related | None:
        """The notice that took this one's place, with this person's own page of it."""
        later = tx.notices.get(notice.superseded_by) if notice.superseded_by else None
        if later is None:
            return None
        link = tx.links.of(later.id).get(person)
        number = Facts.from_dict(tx.notices.version(later.id, later.version).facts).number
        return Related(later.kind, number, None, f"/approve/{self.keys.token(link.id)}" if link else None)


def _language(wanted: str | None, own: Locale) -> Locale:
    return wanted if wanted in LOCALES else own


def _failed(tx: Tx, notice: Notice) -> tuple[FailedRow, ...]:
    rows = tx.outbox.page(notice.id, ("failed", "unknown"), 0, SHOWN_FAILURES)
    return tuple(FailedRow(row.address, row.state, row.reply) for row in rows)


def _previous(tx: Tx, notice: Notice) -> Related | None:
    told = [n for n in tx.notices.of(notice.incident_id) if n.sending_at and n.id != notice.id]
    last = next((n for n in reversed(told) if spec_of(n.kind).is_report), None)
    return Related(last.kind, last.number, last.sending_at) if last else None


def _withdrawn(tx: Tx, incident: Incident) -> frozenset[str]:
    return frozenset(n.id for n in tx.notices.of(incident.id) if n.closed_reason == "fires_again")
