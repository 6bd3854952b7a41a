"""Stopping the rest of a sending, and going on with it."""

from bridge.core.events import ResumedFirst, ResumedRest, ResumedWhole, Stopped
from bridge.core.next_notice import never_left
from bridge.stages.approve import hold_now
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.notify_oncall import mail_trouble
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx

BY_PERSON = "person"
SECOND_NEEDED = "second_needed"


def stop(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """What is not on the wire yet stays here."""
    notice = case.notice
    if not tx.notices.move(notice, "stopped", stop_reason=BY_PERSON, decided_by=case.person):
        return DecisionResult("decided")  # its last mail left at that moment
    tx.events.add(case.incident.id, case.person, Stopped(notice.id, notice.kind, BY_PERSON))
    _mail_others(tx, runtime, case, BY_PERSON)
    return DecisionResult("done", wake=Wake(timer=True, oncall=True))


def resume(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Send the rest; a letter that was stopped before its list was read is sent to the list on the page."""
    notice = case.notice
    if not never_left(notice):
        if not tx.notices.move(notice, "sending", stop_reason=None):
            return DecisionResult("decided")
        tx.events.add(case.incident.id, case.person, ResumedRest(notice.id, notice.kind))
        return DecisionResult("done", wake=Wake(timer=True, customers=True))
    if case.audience.digest is None:
        return DecisionResult("list_unreadable")
    if form.audience != case.audience.digest:
        return DecisionResult("list_changed")
    return _approve_list(tx, runtime, case)


def _approve_list(tx: Tx, runtime: Runtime, case: DecisionContext) -> DecisionResult:
    """A yes to the list as it is now. To another list than the approved one, earlier yeses do not count."""
    notice = case.notice
    earlier = {yes.person for yes in notice.approvals}
    if case.audience.digest != notice.audience_digest:
        tx.notices.withdraw_approvals(notice.id)
        earlier = set()
    tx.notices.approve(notice, notice.version, case.person)
    if notice.kind in case.policy.second_person and len(earlier | {case.person}) < 2:
        return _first_of_two(tx, runtime, case)
    tx.outbox.thaw(notice.id)  # rows of a loading that never came to its end
    tx.notices.move(
        notice,
        "approved",
        stop_reason=None,
        approved_by=case.person,
        approved_at=tx.now,
        send_at=tx.now + hold_now(tx, case, overridden=bool(notice.override)),
        audience_digest=case.audience.digest,
        recipients=case.audience.count,
        owner=None,
    )
    head = tx.events.add(
        case.incident.id,
        case.person,
        ResumedWhole(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            recipients=case.audience.count,
        ),
    )
    return DecisionResult("done", wake=Wake(timer=True, customers=True, anchors=(head,)))


def _first_of_two(tx: Tx, runtime: Runtime, case: DecisionContext) -> DecisionResult:
    """The letter stays stopped. `recipients` stays, too: the second person is shown what the list had before."""
    notice = case.notice
    tx.notices.set(notice.id, approved_by=None, audience_digest=case.audience.digest)
    head = tx.events.add(
        case.incident.id,
        case.person,
        ResumedFirst(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            recipients=case.audience.count,
        ),
    )
    _mail_others(tx, runtime, case, SECOND_NEEDED)
    return DecisionResult("done", wake=Wake(oncall=True, anchors=(head,)))


def _mail_others(tx: Tx, runtime: Runtime, case: DecisionContext, why: str) -> None:
    """Everybody else behind the letter learns that it waits, and why."""
    others = [person for person in runtime.behind(case.incident) if person != case.person]
    mail_trouble(tx, runtime, case.incident, case.notice, others, "stopped", why)
