"""Of two copies of one record, which goes on: people say it, for neither of them can know.

Quiet is about what was copied, and no more: it ends here. Whatever is posted here afterwards opens an incident and
rings as ever, so that a wrong press silences nothing that still fires.
"""

from dataclasses import dataclass, replace
from typing import Literal

from bridge.core.continuity import Gap, copy_since
from bridge.core.events import Closed, CopyAnswered
from bridge.core.lifecycle import UNDECIDED
from bridge.core.next_notice import never_left
from bridge.stages.context import IncidentContext, NoticeContext, open_incident
from bridge.stages.notify_oncall import tell
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx

CopyAnswer = Literal["goes_on", "quiet"]
COPY = "copy"  # why a draft is given up, a rest is not sent, an incident is closed
ANSWERED = Wake(timer=True, oncall=True, customers=True)


@dataclass(frozen=True, slots=True)
class _Told:
    """What everybody who may be rung is told, each once."""

    gap: Gap
    answer: CopyAnswer
    actor: str
    people: set[str]


def answer_copy(tx: Tx, runtime: Runtime, answer: CopyAnswer, actor: str) -> int | None:
    """Which of two goes on. Returns how many unfinished incidents it was about; None where this is no copy.

    Drills stay: their letters reach nobody but those who were rung.
    """
    gaps = tx.instances.gaps()
    known = [one for one in tx.incidents.unfinished() if not one.is_drill]
    copies = {one.id: copy for one in known if (copy := copy_since(gaps, one.received_at))}
    if not any(gap.copied for gap in gaps):
        return None
    people: set[str] = set()
    for incident in sorted((one for one in known if one.id in copies), key=lambda one: one.service):
        ctx = open_incident(tx, runtime, incident.id, lock=True)
        if ctx is None or ctx.incident.state == "closed":
            continue
        ctx.record(actor, CopyAnswered(answer))
        _tell(ctx, _Told(copies[incident.id], answer, actor, people))
        if answer == "quiet":
            _end(ctx, actor)
    tx.instances.end_copies()
    return len(copies)


def _tell(ctx: IncidentContext, told: _Told) -> None:
    """Everybody behind it, whoever pressed among them: the press may not have been their own."""
    notices = ctx.notices()
    behind = [person for person in ctx.runtime.behind(ctx.incident) if person not in told.people]
    if not notices or not behind:
        return
    told.people.update(behind)
    detail = {"answer": told.answer, "by": told.actor, "at": ctx.now.isoformat()}
    tell(ctx.about(notices[-1]), "copy", behind, detail | {"before": told.gap.before, "here": told.gap.here})


def _end(ctx: IncidentContext, actor: str) -> None:
    for notice in ctx.notices():
        _give_up(ctx.about(notice), actor)
    if ctx.tx.incidents.move(ctx.incident, "closed"):
        ctx.record(actor, Closed(COPY))


def _give_up(ctx: NoticeContext, actor: str) -> None:
    """A draft is withdrawn; what is left of a letter is never sent from here."""
    tx, notice = ctx.tx, ctx.notice
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    if notice.state in ("approved", "sending") and tx.notices.move(notice, "stopped", owner=None):
        notice = replace(notice, state="stopped")
    if notice.state in UNDECIDED or never_left(notice):
        tx.notices.withdraw_approvals(notice.id)
        tx.outbox.discard_unsent(notice.id)
        tx.notices.move(notice, "superseded", decided_by=actor, decided_at=ctx.now, closed_reason=COPY)
    elif notice.state == "stopped":
        tx.outbox.cancel_letters(notice.id)
        tx.notices.move(notice, "dismissed", decided_by=actor, decided_at=ctx.now, reason=COPY)
