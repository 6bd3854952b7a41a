"""Approving: the letter is decided, its rings end, and its hold runs. A press and a deadline both come here."""

from datetime import timedelta

from bridge.core.actions import hold_for, surprises
from bridge.core.events import Approved
from bridge.core.kinds import Recipients, spec_of
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import AudienceFacts, Incident, Notice
from bridge.stages.decide.decision import DecisionContext
from bridge.stages.notify_oncall import others_rung, tell
from bridge.stages.proofread import proofread
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

POLICY = "policy"  # the approver of what `at_deadline: send` sends


def approve_by_policy(
    tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, audience: AudienceFacts
) -> Wake | None:
    """`at_deadline: send`: past its deadline an untouched draft without a finding goes out by itself.

    None when it does not.
    """
    policy = runtime.service(incident).policy
    if policy.at_deadline != "send" or tx.now < notice.due_at or audience.digest is None:
        return None
    if notice.kind in policy.second_person or notice.state not in UNDECIDED:
        return None
    touched = tx.notices.version(notice.id, notice.version).edited_by is not None
    if touched or proofread(tx, runtime, incident, notice):
        return None
    return start_hold(tx, runtime, incident, notice, POLICY, audience, timedelta(), None)


def start_hold(
    tx: Tx,
    runtime: Runtime,
    incident: Incident,
    notice: Notice,
    person: str,
    audience: AudienceFacts,
    hold: timedelta,
    override: str | None,
) -> Wake:
    """The letter is approved: the rings end, and the hold runs."""
    moved = tx.notices.move(
        notice,
        "approved",
        at_version=notice.version,
        approved_version=notice.version,
        approved_by=person,
        approved_at=tx.now,
        decided_by=person,
        decided_at=tx.now,
        send_at=tx.now + hold,
        number=tx.notices.next_number(incident.id) if spec_of(notice.kind).numbered else None,
        audience_digest=audience.digest,
        recipients=audience.count,
        override=override,
    )
    if not moved:
        return NOTHING
    tx.rings.cancel(notice.id)
    tx.outbox.cancel_rings(notice.id)
    others = others_rung(tx, notice, person)
    tell(
        tx,
        runtime,
        incident,
        notice,
        "decided",
        others,
        {"decision": "by_policy" if person == POLICY else "approved"},
    )
    head = tx.events.add(
        incident.id,
        person,
        Approved(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            recipients=audience.count,
            hold=round(hold.total_seconds()),
            override=override,
        ),
    )
    return Wake(timer=True, oncall=True, anchors=(head,))


def hold_now(tx: Tx, case: DecisionContext, *, overridden: bool) -> timedelta:
    """How long a press now can be called back: longer where the sending is surprising."""
    sent = tx.notices.last_sent(case.service.id, but=case.notice.id)
    by_list = spec_of(case.notice.kind).recipients is Recipients.SERVICE_LIST
    surprised = surprises(
        case.audience.count,
        sent[0].recipients if sent and by_list else None,
        overridden=overridden,
        repeated_at=next((n.sending_at for n in sent if n.kind == case.notice.kind), None),
        now=tx.now,
    )
    return hold_for(case.policy, case.notice, tx.now, surprised)
