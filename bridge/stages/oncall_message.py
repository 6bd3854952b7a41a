"""What an on-call message says at the moment it leaves: rings are never stored, so that they never go stale."""

from collections.abc import Mapping
from datetime import timedelta
from typing import get_args

from bridge.core import next_notice
from bridge.core.facts import Facts
from bridge.core.model import Incident, Notice, Text, Version
from bridge.core.settings import Person, Service
from bridge.core.values import LocalText
from bridge.keys import Keys
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import (
    Acknowledged,
    Decided,
    Decision,
    Finished,
    InTrouble,
    OncallMessage,
    Renewed,
    RingFacts,
    TrialCopy,
    Trouble,
)
from bridge.stages.runtime import Runtime
from bridge.store.claims import Claimed
from bridge.store.tx import Tx


def compose(
    tx: Tx, runtime: Runtime, keys: Keys, row: Claimed, relay_trouble: str
) -> tuple[OncallMessage, Person, Service] | None:
    """The message, its reader and the service it is about; None when its notice is gone.

    `relay_trouble`: why customers' mail cannot leave now, empty while it can.
    """
    notice = tx.notices.get(row.notice_id)
    incident = tx.incidents.get(notice.incident_id) if notice else None
    if notice is None or incident is None or incident.service not in runtime.config.services:
        return None
    version = tx.notices.version(notice.id, notice.version)
    person = runtime.person(row.person or "")
    service = runtime.service(incident)
    matter = LetterRef.of(service, notice.kind, Facts.from_dict(version.facts).number)
    match row.kind:
        case "ring":
            message: OncallMessage = _ring(
                tx, runtime, keys, row, notice, version, service, matter, relay_trouble
            )
        case "acknowledged":
            message = _acknowledged(tx, runtime, notice, matter)
        case "decided":
            message = _decided(tx, runtime, row, notice, matter)
        case "finished":
            message = _finished(row, incident, notice, version, matter)
        case "trouble":
            message = _trouble(tx, runtime, keys, row, notice, matter)
        case "test":
            message = TrialCopy(_own_text(tx, row, notice, service))
        case _:
            message = Renewed(matter, link_to(tx, runtime, keys, notice, person.id))
    return message, person, service


def link_to(tx: Tx, runtime: Runtime, keys: Keys, notice: Notice, person: str) -> str:
    """The person's own URL to a notice. Raises KeyError for somebody who has none."""
    link = tx.links.of(notice.id)[person]
    return f"{runtime.config.server.public_url}/approve/{keys.token(link.id)}"


def _ring(
    tx: Tx,
    runtime: Runtime,
    keys: Keys,
    row: Claimed,
    notice: Notice,
    version: Version,
    service: Service,
    matter: LetterRef,
    relay_trouble: str,
) -> OncallMessage:
    facts = Facts.from_dict(version.facts)
    me = row.person or ""
    others = {
        person: ring.fired_at
        for ring in tx.rings.of(notice.id)
        for person in ring.people
        if person != me and ring.fired_at
    }
    yes = next((a for a in notice.approvals if a.version == notice.version), None)
    late = timedelta(seconds=float(row.detail.get("late", 0)))
    count = row.detail.get("count")
    return RingFacts(
        matter=matter,
        due_at=next_notice.printed_due(notice),
        now=tx.now,
        link=link_to(tx, runtime, keys, notice, me),
        subject=version.texts[service.locale].subject,
        started_at=facts.started_at,
        what=facts.impacts,
        recipients=count if isinstance(count, int) else None,
        uncounted=_in_both(row.detail.get("problem")),
        template_problem=str(row.detail.get("template") or ""),
        promise_at=facts.promise_at,
        rung=tuple((runtime.person(person).name, at) for person, at in others.items()),
        approved=(runtime.person(yes.person).name, yes.at) if yes else None,
        planned_at=tx.now - late if late else None,
        relay_trouble=relay_trouble,
    )


def _in_both(stored: Mapping[str, str] | str | None) -> LocalText | None:
    """What was stored with a ring; one from before an upgrade has a single language."""
    if not stored:
        return None
    return LocalText(ja=stored) if isinstance(stored, str) else LocalText(**stored)


def _acknowledged(tx: Tx, runtime: Runtime, notice: Notice, matter: LetterRef) -> OncallMessage:
    pending = next((ring.due_at for ring in tx.rings.of(notice.id) if ring.state == "pending"), None)
    return Acknowledged(
        matter,
        person=runtime.person(notice.acknowledged_by or "").name,
        at=notice.acknowledged_at or tx.now,
        due_at=next_notice.printed_due(notice),
        next_ring_at=pending,
    )


def _decided(tx: Tx, runtime: Runtime, row: Claimed, notice: Notice, matter: LetterRef) -> OncallMessage:
    decision: Decision = (
        row.detail["decision"] if row.detail["decision"] in get_args(Decision) else "approved"
    )
    return Decided(
        matter,
        decision=decision,
        at=notice.decided_at or notice.drafted_at,
        person=runtime.person(notice.decided_by or "").name,
        reason=notice.reason or "",
        recipients=notice.recipients,
        anchor=str(tx.events.head(notice.incident_id) or ""),
    )


def _finished(
    row: Claimed, incident: Incident, notice: Notice, version: Version, matter: LetterRef
) -> OncallMessage:
    counts = row.detail["counts"]
    at = notice.finished_at or notice.drafted_at
    return Finished(
        matter,
        at=at,
        sent=counts.get("sent", 0),
        failed=counts.get("failed", 0),
        unknown=counts.get("unknown", 0),
        since_detection=next_notice.since_detection(notice, incident),
        promise_at=version.promise_at,
        cause_by=Facts.from_dict(version.facts).answers.cause_by,
    )


def _trouble(
    tx: Tx, runtime: Runtime, keys: Keys, row: Claimed, notice: Notice, matter: LetterRef
) -> OncallMessage:
    trouble: Trouble = row.detail["trouble"] if row.detail["trouble"] in get_args(Trouble) else "stopped"
    counts = tx.outbox.counts([notice.id])[notice.id]
    sent = counts.get("sent", 0)
    return InTrouble(
        matter,
        trouble=trouble,
        why=str(row.detail["why"]),
        link=link_to(tx, runtime, keys, notice, row.person or ""),
        sent=sent,
        rest=sum(counts.values()) - sent,
    )


def _own_text(tx: Tx, row: Claimed, notice: Notice, service: Service) -> Text:
    version = tx.notices.version(notice.id, int(row.detail["version"]))
    return version.texts[service.locale]
