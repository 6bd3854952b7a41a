"""Drafting: facts to the text of a notice, and its rings and links along with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.core import next_notice
from bridge.core.events import LetterDrafted, LetterRedrafted, Superseded, TemplateFailed
from bridge.core.facts import NO_ANSWERS, Answers, Facts, build, changed, covers
from bridge.core.kinds import Promises, Recipients, kinds_that, spec_of
from bridge.core.model import Alert, Batch, Incident, Kind, Notice, Version
from bridge.core.settings import Service
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.store.tx import Tx

(BATCH_KIND,) = kinds_that(lambda spec: spec.recipients is Recipients.BATCH)
FIRES_AGAIN = "fires again"  # in the history: a recovery report was given up with none in its place


def draft(
    tx: Tx,
    runtime: Runtime,
    incident: Incident,
    kind: Kind,
    why: str,
    answers: Answers = NO_ANSWERS,
    actor: str = BRIDGE,
) -> Notice:
    """Write a notice's first version, plan its first ring, and make the links of everybody it may ring."""
    service = runtime.service(incident)
    before = tx.notices.of(incident.id)
    unsent = [old for old in before if next_notice.never_left(old) and spec_of(old.kind).gives_way]
    for old in unsent:  # the newer report takes its place, and its number
        tx.notices.set(old.id, number=None)
    facts = facts_of(tx, runtime, incident, kind, before, answers)
    notice = _open(tx, runtime, service, incident, kind, again=bool(before))
    _write(tx, runtime, service, notice, 1, facts)
    tx.events.add(incident.id, actor, LetterDrafted(notice.id, kind, 1, why))
    for old in unsent:
        supersede(tx, incident, old, notice, why)
    return notice


def draft_batch(
    tx: Tx, runtime: Runtime, incident: Incident, rows: Sequence[Mapping[str, str]], actor: str
) -> Notice:
    """Write an individual batch, one letter a row; a newer version when one waits for people already."""
    service = runtime.service(incident)
    notices = tx.notices.of(incident.id)
    facts = facts_of(tx, runtime, incident, BATCH_KIND, notices, told_answers(tx, notices))
    rendered = [
        runtime.letters.render_safe(facts.for_row(row), service.locale, wrap=service.wrap) for row in rows
    ]
    letters = [letter for letter, _ in rendered]
    problem = next((problem for _, problem in rendered if problem), None)
    waiting = next_notice.undecided(notices, BATCH_KIND)
    notice = waiting or _open(tx, runtime, service, incident, BATCH_KIND, again=bool(notices))
    number = notice.version + 1 if waiting else 1
    if waiting:
        tx.notices.move(waiting, "awaiting_approval", at_version=waiting.version, version=number)
        tx.notices.withdraw_approvals(notice.id)
    tx.notices.add_version(
        Version(
            notice.id,
            number,
            texts={service.locale: letters[0]},
            facts=facts.to_dict(),
            promise_at=None,
            edited_by=None,
            created_at=tx.now,
            template_problem=problem,
            batch=Batch(tuple(map(dict, rows)), tuple(letters)),
        )
    )
    if problem:
        note_fallback(tx, notice, number, problem)
    written = LetterRedrafted if waiting else LetterDrafted
    tx.events.add(incident.id, actor, written(notice.id, BATCH_KIND, number, "on request", len(rows)))
    return replace(notice, version=number, state="awaiting_approval")


def _open(
    tx: Tx, runtime: Runtime, service: Service, incident: Incident, kind: Kind, *, again: bool
) -> Notice:
    """A notice without its text: its deadline, its first ring, and the links of everybody it may ring."""
    base_at, due_at = next_notice.window(kind, incident, service.policy, tx.now, again=again)
    notice = Notice(
        id=str(uuid.uuid4()),
        incident_id=incident.id,
        kind=kind,
        state="awaiting_approval",
        version=1,
        base_at=base_at,
        due_at=due_at,
        drafted_at=tx.now,
    )
    tx.notices.add(notice, service.audience)
    escalation = runtime.escalation(service)
    tx.links.ensure(notice.id, escalation.people())
    tx.rings.plan(notice.id, base_at + escalation.remind_at[0])
    return notice


def redraft(
    tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, facts: Facts, why: str, actor: str = BRIDGE
) -> Notice:
    """Write the next version of an undecided notice from new facts. It voids a first yes."""
    service = runtime.service(incident)
    number = notice.version + 1
    tx.notices.move(notice, "awaiting_approval", at_version=notice.version, version=number)
    tx.notices.withdraw_approvals(notice.id)
    _write(tx, runtime, service, notice, number, facts)
    tx.events.add(incident.id, actor, LetterRedrafted(notice.id, notice.kind, number, why))
    return replace(notice, state="awaiting_approval", version=number, approvals=())


def refresh(tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, news: Sequence[Alert]) -> None:
    """Redraft an untouched draft when `news` changes what it would tell customers.

    A draft that a person edited stays: the page shows what changed.
    """
    version = tx.notices.version(notice.id, notice.version)
    if version.edited_by is not None:
        return
    old = Facts.from_dict(version.facts)
    if covers(old, news, runtime.service(incident), incident):
        return
    new = current_facts(tx, runtime, incident, notice, old.answers)
    if changed(old, new) or old.combined != new.combined:
        redraft(tx, runtime, incident, notice, new, "facts changed")


def current_facts(
    tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, answers: Answers = NO_ANSWERS
) -> Facts:
    """What a notice would say if it were drafted now."""
    before = [other for other in tx.notices.of(incident.id) if other.id != notice.id]
    return facts_of(tx, runtime, incident, notice.kind, before, answers)


def facts_of(
    tx: Tx, runtime: Runtime, incident: Incident, kind: Kind, before: Sequence[Notice], answers: Answers
) -> Facts:
    """The facts of a letter of `kind` at this moment; `before` are the incident's other notices."""
    service = runtime.service(incident)
    alerts = tx.alerts.of(incident.id)
    promise_at = None
    if spec_of(kind).promises is Promises.NEXT_REPORT:
        promise_at = tx.now + service.policy.update_every.while_firing(alerts)
    follows_at, over_at = _earlier(tx, incident)
    return build(
        service,
        incident,
        alerts,
        kind,
        drafted_at=tx.now,
        promise_at=promise_at,
        number=tx.notices.next_number(incident.id) if spec_of(kind).numbered else None,
        answers=next_notice.promising_cause(answers, kind, tx.now.astimezone(service.timezone).date()),
        previous=last_told(tx, before),
        follows_at=follows_at,
        over_at=over_at,
    )


def _earlier(tx: Tx, incident: Incident) -> tuple[datetime | None, datetime | None]:
    """The start and the end that customers were told of the disturbance that this one comes back from."""
    follows = tx.incidents.get(incident.follows) if incident.follows else None
    if follows is None:
        return None, None
    told = last_told(tx, tx.notices.of(follows.id))
    return (told.started_at, told.recovered_at) if told else (follows.started_at, None)


def last_report(tx: Tx, notices: Sequence[Notice]) -> Version | None:
    """The last report that customers were sent, or are about to be."""
    for notice in reversed(notices):
        if next_notice.reached(notice) and spec_of(notice.kind).is_report and notice.approved_version:
            return tx.notices.version(notice.id, notice.approved_version)
    return None


def last_told(tx: Tx, notices: Sequence[Notice]) -> Facts | None:
    """The facts of that report."""
    report = last_report(tx, notices)
    return Facts.from_dict(report.facts) if report else None


def told_answers(tx: Tx, notices: Sequence[Notice]) -> Answers:
    """What people have told customers already: a later letter must not know less than an earlier one."""
    told = last_told(tx, notices)
    return told.answers if told else NO_ANSWERS


def supersede(tx: Tx, incident: Incident, old: Notice, new: Notice | None, why: str) -> None:
    """A newer notice, or none, takes the place of one that nobody decided. Its rings stop."""
    moved = tx.notices.move(
        old,
        "superseded",
        superseded_by=new.id if new else None,
        decided_at=tx.now,
        closed_reason="replaced" if new else "fires_again",
    )
    if not moved:
        return
    tx.rings.cancel(old.id)
    tx.outbox.cancel_rings(old.id)
    if new:
        tx.links.ensure(new.id, tx.links.of(old.id))
    tx.events.add(incident.id, BRIDGE, Superseded(old.id, old.kind, why))


def _write(tx: Tx, runtime: Runtime, service: Service, notice: Notice, number: int, facts: Facts) -> None:
    texts, problem = runtime.letters.texts(facts, service)
    tx.notices.add_version(
        Version(
            notice.id,
            number,
            texts,
            facts.to_dict(),
            facts.promise_at,
            edited_by=None,
            created_at=tx.now,
            template_problem=problem,
        )
    )
    if problem:
        note_fallback(tx, notice, number, problem)


def note_fallback(tx: Tx, notice: Notice, number: int, problem: str) -> None:
    """The company's own template is broken: whoever is rung about this version must know that it is not theirs."""
    tx.events.add(notice.incident_id, BRIDGE, TemplateFailed(notice.id, number, problem))
