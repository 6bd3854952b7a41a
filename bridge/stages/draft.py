"""Drafting: facts to the text of a notice, and its rings and links along with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.core import next_notice
from bridge.core.events import LetterDrafted, LetterRedrafted, Superseded, TemplateFailed
from bridge.core.facts import NO_ANSWERS, Answers, Facts, build, changed, covers
from bridge.core.kinds import Clock, Promises, Recipients, kinds_that, spec_of
from bridge.core.model import Alert, Batch, Kind, Notice, Version
from bridge.stages.context import IncidentContext, NoticeContext
from bridge.stages.runtime import BRIDGE
from bridge.store.tx import Tx

GOING_ON = ("open", "settling")
(BATCH_KIND,) = kinds_that(lambda spec: spec.recipients is Recipients.BATCH)
FIRES_AGAIN = "fires again"  # in the history: a recovery report was given up with none in its place


def draft(
    ctx: IncidentContext,
    kind: Kind,
    why: str,
    answers: Answers = NO_ANSWERS,
    actor: str = BRIDGE,
) -> Notice:
    """Write a notice's first version, plan its first ring, and make the links of everybody it may ring."""
    before = ctx.notices()
    unsent = [old for old in before if next_notice.never_left(old) and spec_of(old.kind).gives_way]
    for old in unsent:  # the newer report takes its place, and its number
        ctx.tx.notices.set(old.id, number=None)
    facts = facts_of(ctx, kind, before, answers)
    notice = _open(ctx, kind, again=bool(before))
    _write(ctx.about(notice), 1, facts)
    ctx.record(actor, LetterDrafted(notice.id, kind, 1, why))
    for old in unsent:
        supersede(ctx.about(old), notice, why)
    return notice


def draft_batch(ctx: IncidentContext, rows: Sequence[Mapping[str, str]], actor: str) -> Notice:
    """Write an individual batch, one letter a row; a newer version when one waits for people already."""
    tx, service = ctx.tx, ctx.service
    notices = ctx.notices()
    facts = facts_of(ctx, BATCH_KIND, notices, told_answers(tx, notices))
    rendered = [
        ctx.runtime.letters.render_safe(facts.for_row(row), service.locale, wrap=service.wrap) for row in rows
    ]
    letters = [letter for letter, _ in rendered]
    problem = next((problem for _, problem in rendered if problem), None)
    waiting = next_notice.undecided(notices, BATCH_KIND)
    notice = waiting or _open(ctx, BATCH_KIND, again=bool(notices))
    number = notice.version + 1 if waiting else 1
    if waiting:
        tx.notices.move(waiting, "awaiting_approval", at_version=waiting.version, version=number)
        tx.notices.withdraw_approvals(notice.id)
    version = Version(
        notice.id,
        number,
        texts={service.locale: letters[0]},
        facts=facts.to_dict(),
        promise_at=None,
        edited_by=None,
        created_at=ctx.now,
        template_problem=problem,
        batch=Batch(tuple(map(dict, rows)), tuple(letters)),
    )
    tx.notices.add_version(version)
    note_fallback(ctx, version)
    written = LetterRedrafted if waiting else LetterDrafted
    ctx.record(actor, written(notice.id, BATCH_KIND, number, "on request", len(rows)))
    return replace(notice, version=number, state="awaiting_approval")


def _open(ctx: IncidentContext, kind: Kind, *, again: bool) -> Notice:
    """A notice without its text: its deadline, its first ring, and the links of everybody it may ring."""
    base_at, due_at = next_notice.window(kind, ctx.incident, ctx.policy, ctx.now, again=again)
    notice = Notice(
        id=str(uuid.uuid4()),
        incident_id=ctx.incident.id,
        kind=kind,
        state="awaiting_approval",
        version=1,
        base_at=base_at,
        due_at=due_at,
        drafted_at=ctx.now,
    )
    ctx.tx.notices.add(notice, ctx.service.audience)
    ctx.tx.links.ensure(notice.id, ctx.escalation.people())
    ctx.tx.rings.plan(notice.id, base_at + ctx.escalation.remind_at[0])
    return notice


def redraft(ctx: NoticeContext, facts: Facts, why: str, actor: str = BRIDGE) -> Notice:
    """Write the next version of an undecided notice from new facts. It voids a first yes."""
    notice, number = ctx.notice, ctx.notice.version + 1
    ctx.tx.notices.move(notice, "awaiting_approval", at_version=notice.version, version=number)
    ctx.tx.notices.withdraw_approvals(notice.id)
    _write(ctx, number, facts)
    ctx.record(actor, LetterRedrafted(notice.id, notice.kind, number, why))
    return replace(notice, state="awaiting_approval", version=number, approvals=())


def refresh(ctx: NoticeContext, news: Sequence[Alert]) -> None:
    """Redraft an untouched draft when `news` changes what it would tell customers.

    A draft that a person edited stays: the page shows what changed.
    """
    version = ctx.version()
    if version.edited_by is not None:
        return
    old = Facts.from_dict(version.facts)
    if covers(old, news, ctx.service, ctx.incident):
        return
    new = current_facts(ctx, old.answers)
    if changed(old, new) or old.combined != new.combined:
        redraft(ctx, new, "facts changed")


def current_facts(ctx: NoticeContext, answers: Answers = NO_ANSWERS) -> Facts:
    """What a notice would say if it were drafted now."""
    before = [other for other in ctx.notices() if other.id != ctx.notice.id]
    return facts_of(ctx, ctx.notice.kind, before, answers)


def facts_of(ctx: IncidentContext, kind: Kind, before: Sequence[Notice], answers: Answers) -> Facts:
    """The facts of a letter of `kind` at this moment; `before` are the incident's other notices."""
    tx, service, spec = ctx.tx, ctx.service, spec_of(kind)
    alerts = tx.alerts.of(ctx.incident.id)
    goes_on = ctx.incident.state in GOING_ON or spec.clock is not Clock.PROMISE
    promised = spec.promises is Promises.NEXT_REPORT and spec.owes_report(answers.own) and goes_on
    follows_at, over_at = _earlier(ctx)
    return build(
        service,
        ctx.incident,
        alerts,
        kind,
        drafted_at=ctx.now,
        promise_at=ctx.now + ctx.policy.update_every.while_firing(alerts) if promised else None,
        number=tx.notices.next_number(ctx.incident.id) if spec.numbered else None,
        answers=next_notice.promising_cause(answers, kind, ctx.now.astimezone(service.timezone).date()),
        previous=last_told(tx, before),
        follows_at=follows_at,
        over_at=over_at,
    )


def _earlier(ctx: IncidentContext) -> tuple[datetime | None, datetime | None]:
    """The start and the end that customers were told of the disturbance that this one comes back from."""
    follows = ctx.tx.incidents.get(ctx.incident.follows) if ctx.incident.follows else None
    if follows is None:
        return None, None
    told = last_told(ctx.tx, ctx.tx.notices.of(follows.id))
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


def supersede(ctx: NoticeContext, new: Notice | None, why: str) -> None:
    """A newer notice, or none, takes the place of one that nobody decided. Its rings stop."""
    tx, old = ctx.tx, ctx.notice
    moved = tx.notices.move(
        old,
        "superseded",
        superseded_by=new.id if new else None,
        decided_at=ctx.now,
        closed_reason="replaced" if new else "fires_again",
    )
    if not moved:
        return
    tx.rings.cancel(old.id)
    tx.outbox.cancel_rings(old.id)
    if new:
        tx.links.ensure(new.id, tx.links.of(old.id))
    ctx.record(BRIDGE, Superseded(old.id, old.kind, why))


def _write(ctx: NoticeContext, number: int, facts: Facts) -> None:
    texts, problem = ctx.runtime.letters.texts(facts, ctx.service)
    version = Version(
        ctx.notice.id,
        number,
        texts,
        facts.to_dict(),
        facts.promise_at,
        edited_by=None,
        created_at=ctx.now,
        template_problem=problem,
    )
    ctx.tx.notices.add_version(version)
    note_fallback(ctx, version)


def note_fallback(ctx: IncidentContext, version: Version) -> None:
    """The history notes a version that is not in the company's own words, because their template is broken."""
    if version.template_problem:
        ctx.record(BRIDGE, TemplateFailed(version.notice_id, version.version, version.template_problem))
