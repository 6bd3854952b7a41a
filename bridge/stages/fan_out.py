"""From an approved letter to rows in the outbox (docs/design.md §11)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bridge.core import next_notice
from bridge.core.drill import agreed_mode, is_marked
from bridge.core.events import SendingBegan, Stopped
from bridge.core.facts import Facts
from bridge.core.kinds import Clock, Promises
from bridge.core.model import Mode, Notice, Recipient, Text, Version
from bridge.core.settings import Service
from bridge.core.values import Locale
from bridge.letters.mime import Letterhead, freeze, message_id
from bridge.stages.audience import rung_recipients
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.draft import GOING_ON
from bridge.stages.notify_oncall import tell_trouble
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.bulk import Letter
from bridge.store.incidents import IncidentChanges
from bridge.store.tx import Tx

CHUNK = 5000  # recipients a transaction puts into the outbox
TEXT_CHANGED = "text_changed"  # why a letter was stopped
MODE_CHANGED = "mode_changed"  # the record disagrees about whether it is a drill


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a list. `start`: how many recipients came before it."""

    start: int
    recipients: Sequence[Recipient]


def claim_letter(
    tx: Tx, runtime: Runtime, instance_id: str, exclude: Collection[str] = (), *, ahead: bool = False
) -> Notice | None:
    """One approved letter whose hold is over; from now on this instance loads its list.

    `exclude`: letters by id that this round has tried already. `ahead`: one whose hold still runs.
    """
    return tx.notices.claim_sending(instance_id, runtime.config.services, exclude, ahead=ahead)


def batch_recipients(tx: Tx, notice: Notice) -> list[Recipient]:
    """The recipients of an individual batch, in the order of its rows."""
    batch = tx.notices.version(notice.id, notice.approved_version or notice.version).batch
    assert batch
    return [Recipient(row["email"], row.get("name", ""), row.get("company", "")) for row in batch.rows]


def reached(tx: Tx, notice: Notice, after: int) -> list[tuple[int, Recipient]]:
    """A part of those whom the corrected notice reached, with the id of each one's row."""
    return tx.outbox.reached(notice.corrects or "", after, CHUNK)


def mode_of(tx: Tx, notice: Notice) -> Mode | None:
    """Whether a letter is a drill's. None when the incident's row, its first event and the approval disagree."""
    incident = tx.incidents.get(notice.incident_id)
    assert incident is not None, "a notice has an incident: a foreign key"
    return agreed_mode(incident.mode, tx.events.begun_as(incident.id), tx.events.approved_as(notice))


def people_rung(tx: Tx, runtime: Runtime, notice: Notice) -> list[Recipient]:
    """To whom the letter of a drill goes."""
    ctx = open_notice(tx, runtime, notice.id)
    return rung_recipients(ctx) if ctx else []


def begin_send(tx: Tx, runtime: Runtime, notice: Notice, chunk: Chunk, *, last: bool) -> Wake:
    """Put a chunk of the list into the outbox; with the last one the letter starts sending.

    A loading that died is done again from the start: what it left may be from another list. An empty first chunk is
    for a list that was loaded during the hold.
    """
    # The lock: a person may be calling the letter back, which takes its rows away.
    ctx = open_notice(tx, runtime, notice.id, lock=True)
    if ctx is None or ctx.notice.state != "approved":
        return NOTHING
    # Stopped and resumed meanwhile: loaded anew, from the start.
    if ctx.notice.approved_at != notice.approved_at:
        return NOTHING
    version = tx.notices.version(notice.id, notice.approved_version or notice.version)
    if not _is_for(ctx, version, chunk):
        return stop_changed(tx, runtime, notice, MODE_CHANGED)
    if chunk.start == 0:
        if tx.events.approved_texts(ctx.notice) not in (None, tx.notices.digest(notice.id, version.version)):
            tx.notices.withdraw_approvals(notice.id)  # they were to another text
            return stop_changed(tx, runtime, notice, TEXT_CHANGED)
        if chunk.recipients:
            tx.outbox.discard_unsent(notice.id)
        tx.outbox.freeze(notice.id, _skeletons(ctx, version))
    tx.outbox.add_letters(notice.id, _rows(ctx, version, chunk))
    if not last:
        return NOTHING
    _start(ctx, version)
    return Wake(timer=True, customers=True)


def _is_for(ctx: NoticeContext, version: Version, chunk: Chunk) -> bool:
    """Whether the record agrees about what this is; a drill's letter must say so, and go to people rung alone."""
    mode = mode_of(ctx.tx, ctx.notice)
    if mode != "drill":
        return mode is not None
    people = {recipient.address for recipient in rung_recipients(ctx)}
    says_so = all(is_marked(text.subject) for text in version.texts.values())
    return says_so and people >= {recipient.address for recipient in chunk.recipients}


def go_on(tx: Tx, runtime: Runtime, notice: Notice) -> Wake:
    """The hold of a letter is over whose list is in the outbox already: its rest leaves."""
    ctx = open_notice(tx, runtime, notice.id, lock=True)
    if ctx is None or not tx.notices.move(notice, "sending", stop_reason=None, owner=None):
        return NOTHING
    return Wake(timer=True, customers=True)


def stop_changed(tx: Tx, runtime: Runtime, notice: Notice, why: str, listed: int | None = None) -> Wake:
    """List or text are not the approved ones any more, or cannot be read: nothing is sent, on-call is told.

    `listed`: how many the list has now.
    """
    incident = tx.incidents.get(notice.incident_id)
    if incident is None or not tx.notices.move(notice, "stopped", stop_reason=why, owner=None):
        return NOTHING
    tx.outbox.discard_unsent(notice.id)
    tell_trouble(
        NoticeContext(tx, runtime, incident, notice), Stopped(notice.id, notice.kind, why, listed=listed)
    )
    return Wake(oncall=True)


def _skeletons(ctx: NoticeContext, version: Version) -> dict[str, bytes]:
    """The frozen letters by key: one for each language, or one for each row of an individual batch."""
    service, date = ctx.service, ctx.notice.approved_at or ctx.notice.drafted_at

    def frozen(text: Text, locale: Locale) -> bytes:
        head = Letterhead(service.sender.name.get(locale), service.sender.email, date)
        return freeze(head, text.subject, text.body).frozen

    if version.batch:
        return {str(n): frozen(text, service.locale) for n, text in enumerate(version.batch.letters)}
    return {locale: frozen(text, locale) for locale, text in version.texts.items()}


def _rows(ctx: NoticeContext, version: Version, chunk: Chunk) -> list[Letter]:
    service, notice, batch = ctx.service, ctx.notice, version.batch is not None
    domain = service.sender.email.rpartition("@")[2]
    earlier = [n.id for n in ctx.notices() if n.id != notice.id and n.sending_at]
    threads = ctx.tx.outbox.message_ids(earlier, [r.address for r in chunk.recipients])
    return [
        (
            n if batch else 0,
            recipient.address,
            str(n) if batch else _language(version, service, recipient),
            " ".join(threads.get(recipient.address, ())),
            message_id(f"{notice.id}/{n}" if batch else notice.id, recipient.address, domain),
        )
        for n, recipient in enumerate(chunk.recipients, chunk.start)
    ]


def _language(version: Version, service: Service, recipient: Recipient) -> str:
    return recipient.locale if recipient.locale in version.texts else service.locale


def _start(ctx: NoticeContext, version: Version) -> None:
    """The letter leaves: its promise is the incident's from now on."""
    tx, incident, notice = ctx.tx, ctx.incident, ctx.notice
    if not tx.notices.move(notice, "sending", sending_at=tx.now, owner=None):
        return
    spec = ctx.spec
    if notice.retracts:
        tx.incidents.set(incident.id, promise_at=None, final_at=None)
    elif spec.promises is Promises.NEXT_REPORT and (version.promise_at or spec.clock is Clock.PROMISE):
        _promise(ctx, version)
    if spec.promises is Promises.CAUSE:
        cause_by = Facts.from_dict(version.facts).answers.cause_by
        zone = ctx.service.timezone
        tx.incidents.set(
            incident.id, promise_at=None, final_at=next_notice.final_at(cause_by, zone) if cause_by else None
        )
    began = SendingBegan(notice.id, notice.kind, notice.approved_version, notice.recipients)
    ctx.record(BRIDGE, began)


def _promise(ctx: NoticeContext, version: Version) -> None:
    """The letter's promise is the incident's. After the end, the duty of a final report begins with it."""
    changes: IncidentChanges = {"promise_at": version.promise_at}
    if ctx.incident.state not in GOING_ON:
        cause_by = Facts.from_dict(version.facts).answers.cause_by
        owed = next_notice.final_at(cause_by, ctx.service.timezone) if cause_by else None
        before = ctx.policy.update_ring_before
        changes["final_at"] = version.promise_at - before if version.promise_at else owed
    ctx.tx.incidents.move(
        ctx.incident, "recovered" if ctx.incident.state == "closed" else ctx.incident.state, **changes
    )
