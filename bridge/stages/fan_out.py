"""From an approved letter to rows in the outbox (docs/design.md §11)."""

from collections.abc import Collection, Sequence

from bridge.core import next_notice
from bridge.core.events import SendingBegan, Stopped
from bridge.core.facts import Facts
from bridge.core.kinds import Promises, spec_of
from bridge.core.model import Incident, Notice, Recipient, Text, Version
from bridge.core.settings import Service
from bridge.core.values import Locale
from bridge.letters.mime import Letterhead, freeze, message_id
from bridge.stages.notify_oncall import tell_trouble
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.outbox import OutboxMessage
from bridge.store.tx import Tx

CHUNK = 5000  # recipients a transaction puts into the outbox
TEXT_CHANGED = "text_changed"  # why a letter was stopped


def claim_letter(tx: Tx, runtime: Runtime, me: str, but: Collection[str] = ()) -> Notice | None:
    """One approved letter whose hold is over; from now on this instance loads its list.

    `but`: letters by id that this round has tried already.
    """
    return tx.notices.claim_sending(tx.now, me, runtime.config.services, but)


def batch_recipients(tx: Tx, notice: Notice) -> list[Recipient]:
    """The recipients of an individual batch, in the order of its rows."""
    batch = tx.notices.version(notice.id, notice.approved_version or notice.version).batch
    assert batch
    return [Recipient(row["email"], row.get("name", ""), row.get("company", "")) for row in batch.rows]


def begin_send(
    tx: Tx, runtime: Runtime, notice: Notice, start: int, chunk: Sequence[Recipient], *, last: bool
) -> Wake:
    """Put a chunk of the list into the outbox; with the last one the letter starts sending.

    `start`: how many recipients came before the chunk. Rows that are there already stay, so that a loading
    which died is simply done again.
    """
    incident = tx.incidents.get(notice.incident_id)
    if incident is None:
        return NOTHING
    tx.lock("service", incident.service)  # a person may be calling the letter back, which takes its rows away
    now = tx.notices.get(notice.id)
    if now is None or now.state != "approved":
        return NOTHING
    if now.approved_at != notice.approved_at:  # stopped and resumed meanwhile: loaded anew, from the start
        return NOTHING
    service = runtime.service(incident)
    version = tx.notices.version(notice.id, notice.approved_version or notice.version)
    if start == 0:
        if tx.events.approved_texts(now) not in (None, tx.notices.digest(notice.id, version.version)):
            tx.notices.withdraw_approvals(notice.id)  # they were to another text
            return stop_changed(tx, runtime, notice, TEXT_CHANGED)
        tx.outbox.freeze(notice.id, _skeletons(service, version, notice))
    tx.outbox.add(_rows(tx, service, version, notice, start, chunk))
    if not last:
        return NOTHING
    _start(tx, runtime, incident, now, version)
    return Wake(timer=True, customers=True)


def stop_changed(tx: Tx, runtime: Runtime, notice: Notice, why: str) -> Wake:
    """List or text are not the approved ones any more, or cannot be read: nothing is sent, on-call is told."""
    incident = tx.incidents.get(notice.incident_id)
    if incident is None or not tx.notices.move(notice, "stopped", stop_reason=why, owner=None):
        return NOTHING
    tx.outbox.thaw(notice.id)
    tell_trouble(tx, runtime, incident, notice, Stopped(notice.id, notice.kind, why))
    return Wake(oncall=True)


def _skeletons(service: Service, version: Version, notice: Notice) -> dict[str, bytes]:
    """The frozen letters by key: one for each language, or one for each row of an individual batch."""
    date = notice.approved_at or notice.drafted_at

    def frozen(text: Text, locale: Locale) -> bytes:
        head = Letterhead(service.sender.name.get(locale), service.sender.email, date)
        return freeze(head, text.subject, text.body).frozen

    if version.batch:
        return {str(n): frozen(text, service.locale) for n, text in enumerate(version.batch.letters)}
    return {locale: frozen(text, locale) for locale, text in version.texts.items()}


def _rows(
    tx: Tx, service: Service, version: Version, notice: Notice, start: int, chunk: Sequence[Recipient]
) -> list[OutboxMessage]:
    batch = version.batch is not None
    domain = service.sender.email.rpartition("@")[2]
    earlier = [n.id for n in tx.notices.of(notice.incident_id) if n.id != notice.id and n.sending_at]
    threads = tx.outbox.message_ids(earlier, [r.address for r in chunk])
    return [
        OutboxMessage(
            notice_id=notice.id,
            lane="customers",
            kind="letter",
            n=start + at if batch else 0,
            address=recipient.address,
            letter=str(start + at) if batch else _language(version, service, recipient),
            refs=" ".join(threads.get(recipient.address, ())),
            message_id=message_id(
                f"{notice.id}/{start + at}" if batch else notice.id, recipient.address, domain
            ),
        )
        for at, recipient in enumerate(chunk)
    ]


def _language(version: Version, service: Service, recipient: Recipient) -> str:
    return recipient.locale if recipient.locale in version.texts else service.locale


def _start(tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, version: Version) -> None:
    """The letter leaves: its promise is the incident's from now on."""
    if not tx.notices.move(notice, "sending", sending_at=tx.now, owner=None):
        return
    promises = spec_of(notice.kind).promises
    if promises is Promises.NEXT_REPORT:
        tx.incidents.set(incident.id, promise_at=version.promise_at)
    if promises is Promises.CAUSE:
        cause_by = Facts.from_dict(version.facts).answers.cause_by
        zone = runtime.service(incident).timezone
        tx.incidents.set(
            incident.id, promise_at=None, final_at=next_notice.final_at(cause_by, zone) if cause_by else None
        )
    began = SendingBegan(notice.id, notice.kind, notice.approved_version, notice.recipients)
    tx.events.add(incident.id, BRIDGE, began)
