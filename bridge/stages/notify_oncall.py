"""Telling the on-call: one message for each person and occasion, composed only when a lane claims it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bridge.core.model import Incident, Notice
from bridge.letters.mime import message_id
from bridge.stages.runtime import Runtime
from bridge.store.outbox import OutboxMessage
from bridge.store.tx import Tx

Occasion = Literal["ring", "acknowledged", "decided", "finished", "trouble", "test", "renewed"]


def tell(
    tx: Tx,
    runtime: Runtime,
    incident: Incident,
    notice: Notice,
    occasion: Occasion,
    people: Iterable[str],
    detail: Mapping[str, Any],
) -> None:
    """Queue the mail of one occasion to each of these people who has an address.

    Nobody is told about a service that the configuration lost: it names neither a sender nor an escalation.
    """
    if incident.service not in runtime.config.services:
        return
    n = tx.outbox.next_n(notice.id, occasion)
    domain = runtime.service(incident).sender.email.rpartition("@")[2]
    tx.outbox.add(
        [
            OutboxMessage(
                notice_id=notice.id,
                lane="oncall",
                kind=occasion,
                n=n,
                address=person.email,
                person=person.id,
                detail=detail,
                message_id=message_id(f"{notice.id}/{occasion}/{n}", person.email, domain),
            )
            for person in map(runtime.person, dict.fromkeys(people))
            if person.email
        ]
    )


def rung(tx: Tx, notice: Notice) -> tuple[str, ...]:
    """Everybody who was rung about a notice so far, each once."""
    return tuple(dict.fromkeys(person for ring in tx.rings.of(notice.id) for person in ring.people))


def others_rung(tx: Tx, notice: Notice, but: str) -> list[str]:
    """Everybody who was rung about a notice, but the one who did something about it."""
    return [person for person in rung(tx, notice) if person != but]
