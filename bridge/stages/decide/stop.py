"""Stopping the rest of a sending, and going on with it."""

from bridge.stages.decide.case import Answer, Case, Form
from bridge.stages.setup import Setup
from bridge.stages.wake import Wake
from bridge.store.tx import Tx

BY_PERSON = "person"


def stop(tx: Tx, setup: Setup, case: Case, form: Form) -> Answer:
    """What is not on the wire yet stays here."""
    notice = case.notice
    tx.notices.move(notice, "stopped", stop_reason=BY_PERSON, decided_by=case.person)
    tx.events.add(case.incident.id, case.person, "stopped", notice=notice.id, kind=notice.kind, why=BY_PERSON)
    return Answer("done", wake=Wake(timer=True))


def resume(tx: Tx, setup: Setup, case: Case, form: Form) -> Answer:
    """Send the rest; a letter that was stopped before its list was read is sent to the list on the page."""
    notice = case.notice
    if notice.sending_at:
        tx.notices.move(notice, "sending", stop_reason=None)
    elif form.audience != case.audience.digest or case.audience.digest is None:
        return Answer("list_changed")
    else:
        tx.outbox.thaw(notice.id)  # rows of a loading that never came to its end
        tx.notices.move(
            notice,
            "approved",
            stop_reason=None,
            send_at=tx.now + case.policy.hold,
            audience_digest=case.audience.digest,
            recipients=case.audience.count,
            owner=None,
        )
    tx.events.add(case.incident.id, case.person, "resumed", notice=notice.id, kind=notice.kind)
    return Answer("done", wake=Wake(timer=True, customers=True))
