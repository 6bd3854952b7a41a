"""Approving: one person's yes to the version on the page; the last yes needed starts the hold."""

from bridge.core.events import ApprovedFirst
from bridge.core.kinds import Clock, spec_of
from bridge.stages.approve import hold_now, start_hold
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.proofread import proofread
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx


def approve(tx: Tx, runtime: Runtime, case: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Record the yes. 409 for another list than the page showed, 422 for wording errors without a reason."""
    notice, audience = case.notice, case.audience
    if audience.digest is None:
        return DecisionResult("list_unreadable")
    if form.audience != audience.digest:
        return DecisionResult("list_changed")
    findings = proofread(tx, runtime, case.incident, notice)
    errors = [finding for finding in findings if finding.severity == "error"]
    override = form.override.strip()
    if errors and not override:
        return DecisionResult("wording", findings=findings)
    tx.notices.approve(notice, notice.version, case.person)
    yes = {approval.person for approval in notice.approvals if approval.version == notice.version}
    if notice.kind in case.policy.second_person and not yes - {case.person}:
        return _first_of_two(tx, case, override if errors else "")
    reason = (override if errors else notice.override) or None
    hold = hold_now(tx, case, overridden=bool(reason))
    wake = start_hold(tx, runtime, case.incident, notice, case.person, audience, hold, reason)
    took = (
        (tx.now - case.incident.received_at).total_seconds()
        if spec_of(notice.kind).clock is Clock.DETECTION
        else None
    )
    return DecisionResult("done", wake=wake, approved_after=took)


def _first_of_two(tx: Tx, case: DecisionContext, override: str) -> DecisionResult:
    notice = case.notice
    tx.notices.move(notice, "awaiting_second", at_version=notice.version, override=override or None)
    tx.rings.plan(notice.id, tx.now)  # the others are rung at once
    head = tx.events.add(
        case.incident.id,
        case.person,
        ApprovedFirst(
            notice.id,
            notice.kind,
            notice.version,
            texts=tx.notices.digest(notice.id, notice.version),
            override=override or None,
        ),
    )
    return DecisionResult("done", wake=Wake(timer=True, oncall=True, anchors=(head,)))
