"""Due rings become on-call messages, once each; the plan goes on until somebody decides."""

from collections.abc import Mapping

from bridge.core import next_notice, reminders
from bridge.core.events import Rang
from bridge.core.facts import Facts
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import AudienceFacts, Incident, Notice, Ring
from bridge.stages.approve import approve_by_policy
from bridge.stages.audience import audience_of
from bridge.stages.draft import current_facts, redraft
from bridge.stages.notify_oncall import tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx


def ring(tx: Tx, runtime: Runtime, due: Ring, lists: Mapping[str, AudienceFacts]) -> Wake:
    """Fire one due ring: render a fresh promise if the old one is nearly up, queue its mails, plan the next."""
    notice = tx.notices.get(due.notice_id)
    incident = tx.incidents.get(notice.incident_id) if notice else None
    if notice is None or incident is None:
        return NOTHING
    tx.lock("service", incident.service)
    notice = tx.notices.get(due.notice_id) or notice  # a person may have decided or edited until the lock
    if notice.state not in UNDECIDED:
        tx.rings.cancel(due.notice_id)
        return NOTHING
    audience = audience_of(tx, runtime, incident, notice, lists)
    if approved := approve_by_policy(tx, runtime, incident, notice, audience):
        return approved
    notice = _keep_promise_fresh(tx, runtime, incident, notice)
    fallback = tx.notices.version(notice.id, notice.version).template_problem or ""
    _fire(tx, runtime, incident, notice, due, audience, fallback)
    return Wake(timer=True, oncall=True, template_failed=(fallback,) if fallback else ())


def _fire(
    tx: Tx,
    runtime: Runtime,
    incident: Incident,
    notice: Notice,
    due: Ring,
    audience: AudienceFacts,
    fallback: str,
) -> None:
    escalation = runtime.escalation(runtime.service(incident))
    people = reminders.rung_people(notice, escalation, tx.now)
    if not tx.rings.fire(due, people):
        return
    late = max((tx.now - due.due_at).total_seconds(), 0.0)
    tx.outbox.cancel_rings(notice.id)  # a newer ring says all that an unsent older one would
    tx.links.ensure(notice.id, people)
    detail = {
        "count": audience.count,
        "problem": audience.problem and audience.problem.model_dump(),
        "template": fallback,
        "people": list(people),
        "late": late,
    }
    tell(tx, runtime, incident, notice, "ring", people, detail)
    base = min(notice.base_at, tx.now)  # ahead of now only when the clock went back: no silence until then
    planned = reminders.next_ring(escalation, base, tx.now)
    policy = runtime.service(incident).policy
    tx.rings.plan(notice.id, reminders.with_deadline(planned, notice, policy, tx.now))
    tx.events.add(notice.incident_id, BRIDGE, Rang(notice.id, due.n, list(people), round(late)))


def _keep_promise_fresh(tx: Tx, runtime: Runtime, incident: Incident, notice: Notice) -> Notice:
    """An untouched draft whose promise is nearly up is rendered again with a new one before it rings."""
    version = tx.notices.version(notice.id, notice.version)
    longest = runtime.service(incident).policy.update_every.longest()
    if version.edited_by or not next_notice.stale(version.promise_at, longest, tx.now):
        return notice
    new = current_facts(tx, runtime, incident, notice, Facts.from_dict(version.facts).answers)
    if new.promise_at is None:
        return notice
    if not next_notice.stale(version.promise_at, new.promise_at - tx.now, tx.now):
        return notice
    return redraft(tx, runtime, incident, notice, new, "the promise was nearly up")
