"""Drafting: facts to the text of a notice, and its rings and links along with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bridge.core import next_notice
from bridge.core.contradiction import same_for_customers
from bridge.core.events import LetterDrafted, LetterRedrafted, LetterReturned, Superseded, TemplateFailed
from bridge.core.facts import NO_ANSWERS, Answers, Facts, build, changed, covers
from bridge.core.kinds import Clock, Promises, Recipients, kinds_that, spec_of
from bridge.core.model import Alert, Batch, Kind, Notice, Text, Version
from bridge.core.values import Locale
from bridge.stages.context import IncidentContext, NoticeContext
from bridge.stages.runtime import BRIDGE

if TYPE_CHECKING:  # whoever explains opens no database
    from bridge.store.tx import Tx

GOING_ON = ("open", "settling")
(BATCH_KIND,) = kinds_that(lambda spec: spec.recipients is Recipients.BATCH)
REMEMBERED_VERSIONS = 20  # how many of the last versions may become the notice's own again
KEPT_WORDS = "a person had written it before"
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
    typed = _typed(ctx, kind, before)
    if typed and typed.origin == "answers":
        kept = Facts.from_dict(typed.facts).answers
        answers = kept if actor == BRIDGE else answers.over(kept)
    facts = facts_of(ctx, kind, before, answers)
    notice = _open(ctx, kind, before)
    _write(ctx.about(notice), 1, facts, *ctx.runtime.letters.texts(facts, ctx.service))
    ctx.record(actor, LetterDrafted(notice.id, kind, 1, why))
    if typed and typed.origin == "person":
        notice = _keep_typed(ctx.about(notice), typed)
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
    notice = waiting or _open(ctx, BATCH_KIND, notices)
    number = tx.notices.next_version(notice.id)
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


def _typed(ctx: IncidentContext, kind: Kind, before: Sequence[Notice]) -> Version | None:
    """What a person last wrote into a notice of this kind that was given up before anybody decided it."""
    old = next_notice.typed_before(before, kind)
    version = ctx.tx.notices.version(old.id, old.version) if old else None
    return version if version and version.edited_by and version.batch is None else None


def _keep_typed(ctx: NoticeContext, typed: Version) -> Notice:
    """A person's own words are the notice's second version; its page shows what has changed since they were typed."""
    version = replace(typed, notice_id=ctx.notice.id, version=2)
    ctx.tx.notices.add_version(version)
    ctx.tx.notices.move(ctx.notice, ctx.notice.state, at_version=1, version=2)
    ctx.record(BRIDGE, LetterRedrafted(ctx.notice.id, ctx.notice.kind, 2, KEPT_WORDS))
    return replace(ctx.notice, version=2)


def _open(ctx: IncidentContext, kind: Kind, before: Sequence[Notice]) -> Notice:
    """A notice without its text: its deadline, its first ring, and the links of everybody it may ring.

    Where it is about a question that nobody has answered yet, the clock of that question runs on.
    """
    carried = next_notice.carried_on(before, kind, ctx.now)
    base_at, due_at = next_notice.window(kind, ctx.incident, ctx.policy, ctx.now, again=bool(before))
    ring_at = base_at + ctx.escalation.remind_at[0]
    if carried:
        base_at, due_at = carried.base_at, carried.due_at
        ring_at = ctx.tx.rings.of(carried.id)[-1].due_at
    notice = Notice(
        id=str(uuid.uuid4()),
        incident_id=ctx.incident.id,
        kind=kind,
        state="awaiting_approval",
        version=1,
        base_at=base_at,
        due_at=due_at,
        drafted_at=ctx.now,
        acknowledged_by=carried.acknowledged_by if carried else None,
        acknowledged_at=carried.acknowledged_at if carried else None,
    )
    ctx.tx.notices.add(notice, ctx.service.audience)
    ctx.tx.links.ensure(notice.id, ctx.escalation.people())
    ctx.tx.rings.plan_first(notice.id, ring_at)
    return notice


def redraft(ctx: NoticeContext, facts: Facts, why: str, actor: str = BRIDGE) -> Notice:
    """Write the next version of an undecided notice from new facts. It voids a first yes.

    Where customers would read the same as before, it is the same version still, and a press on it counts.
    """
    notice, old = ctx.notice, ctx.version()
    texts, problem = ctx.runtime.letters.texts(facts, ctx.service)
    if old.edited_by is None and texts == old.texts:
        ctx.tx.notices.set_facts(old, facts.to_dict(), facts.promise_at)
        return notice
    return write_anew(ctx, facts, (texts, problem), why, actor)


def write_anew(
    ctx: NoticeContext, facts: Facts, rendered: tuple[Mapping[Locale, Text], str | None], why: str, actor: str
) -> Notice:
    """The next version of a notice that now waits for people: `rendered` from these facts. It voids a first yes."""
    notice, (texts, problem) = ctx.notice, rendered
    number = ctx.tx.notices.next_version(notice.id)
    ctx.tx.notices.move(notice, "awaiting_approval", at_version=notice.version, version=number)
    ctx.tx.notices.withdraw_approvals(notice.id)
    _write(ctx, number, facts, texts, problem)
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
    if is_news(old, new) and not _returned(ctx, new):
        redraft(ctx, new, "facts changed")


def is_news(old: Facts, new: Facts) -> bool:
    """Whether customers would read something new. A measured number that moves is none."""
    changes = set(changed(old, new)) | set(changed(new, old))
    if same_for_customers(old, new):
        changes -= {"scope", "partly_recovered"}
    return bool(changes) or old.combined != new.combined


def _returned(ctx: NoticeContext, facts: Facts) -> bool:
    """Whether an earlier version says just this, so that the notice can go back to it.

    An alert that goes up and down does not make a version of each turn, and whoever reads the version that is true
    again can press its button.
    """
    notice, longest = ctx.notice, ctx.policy.update_every.longest()
    for version in reversed(ctx.tx.notices.versions(notice.id)[-REMEMBERED_VERSIONS:]):
        if version.version == notice.version or version.edited_by is not None:
            continue
        if next_notice.stale(version.promise_at, longest, ctx.now):
            continue
        same = facts.model_copy(update={"promise_at": facts.promise_at and version.promise_at})
        if is_news(Facts.from_dict(version.facts), same):
            continue
        if ctx.runtime.letters.texts(same, ctx.service)[0] != version.texts:
            continue
        ctx.tx.notices.move(notice, "awaiting_approval", at_version=notice.version, version=version.version)
        ctx.tx.notices.withdraw_approvals(notice.id)
        ctx.tx.notices.set_facts(version, same.to_dict(), same.promise_at)
        ctx.record(BRIDGE, LetterReturned(notice.id, notice.kind, version.version))
        return True
    return False


def current_facts(ctx: NoticeContext, answers: Answers = NO_ANSWERS) -> Facts:
    """What a notice would say if it were drafted now."""
    before = [other for other in ctx.notices() if other.id != ctx.notice.id]
    return facts_of(ctx, ctx.notice.kind, before, answers)


def facts_of(ctx: IncidentContext, kind: Kind, before: Sequence[Notice], answers: Answers) -> Facts:
    """The facts of a letter of `kind` at this moment; `before` are the incident's other notices."""
    tx, service, spec = ctx.tx, ctx.service, spec_of(kind)
    follows_at, over_at = _earlier(ctx)
    alerts = _alerts(ctx, over_at)
    goes_on = ctx.incident.state in GOING_ON or spec.clock is not Clock.PROMISE
    promised = spec.promises is Promises.NEXT_REPORT and spec.owes_report(answers.own) and goes_on
    return build(
        service,
        ctx.incident,
        alerts,
        kind,
        drafted_at=ctx.now,
        promise_at=ctx.now + update_every(ctx) if promised else None,
        number=tx.notices.next_number(ctx.incident.id) if spec.numbered else None,
        answers=next_notice.promising_cause(answers, kind, ctx.now.astimezone(service.timezone).date()),
        previous=last_told(tx, before),
        follows_at=follows_at,
        over_at=over_at,
    )


def _alerts(ctx: IncidentContext, over_at: datetime | None) -> list[Alert]:
    """All alerts of the incident, as many as can say different things to customers.

    A start before the end of an earlier disturbance counts otherwise than one after it, whatever the delay.
    """
    impacts = ctx.service.impact
    names = {matcher.name for impact in impacts for matchers in impact.match for matcher in matchers.all}
    delays = {timedelta(), *(impact.detection_delay for impact in impacts)}
    borders = sorted(over_at + delay for delay in delays) if over_at else ()
    return ctx.tx.alerts.in_kinds(ctx.incident, sorted(names), borders)


def update_every(ctx: IncidentContext) -> timedelta:
    """How long after a report the next one is promised, by all that fires now."""
    return ctx.policy.update_every.shortest(ctx.tx.alerts.severities(ctx.incident.id))


def _earlier(ctx: IncidentContext) -> tuple[datetime | None, datetime | None]:
    """The start and the end that customers were told of the disturbance that this one comes back from."""
    follows = ctx.tx.incidents.get(ctx.incident.follows) if ctx.incident.follows else None
    if follows is None:
        return None, None
    told = last_told(ctx.tx, ctx.tx.notices.of(follows.id))
    return (told.started_at, told.recovered_at) if told else (follows.started_at, None)


def last_report(tx: "Tx", notices: Sequence[Notice]) -> Version | None:
    """The last report that customers were sent, or are about to be."""
    for notice in reversed(notices):
        if next_notice.reached(notice) and spec_of(notice.kind).is_report and notice.approved_version:
            return tx.notices.version(notice.id, notice.approved_version)
    return None


def last_told(tx: "Tx", notices: Sequence[Notice]) -> Facts | None:
    """The facts of that report."""
    report = last_report(tx, notices)
    return Facts.from_dict(report.facts) if report else None


def told_answers(tx: "Tx", notices: Sequence[Notice]) -> Answers:
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
    # Nobody was reached by that ring, so the notice in its place rings at once.
    if tx.outbox.cancel_rings(old.id):
        tx.rings.plan(old.id, ctx.now)
        if new:
            tx.rings.plan(new.id, ctx.now)
    tx.rings.cancel(old.id)
    if new:
        tx.links.ensure(new.id, tx.links.of(old.id))
    ctx.record(BRIDGE, Superseded(old.id, old.kind, why))


def _write(
    ctx: NoticeContext, number: int, facts: Facts, texts: Mapping[Locale, Text], problem: str | None
) -> None:
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
