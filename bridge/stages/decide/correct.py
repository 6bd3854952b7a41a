"""Correcting a letter: the rest is stopped; a correction to those whom it reached is drafted and rung."""

from datetime import datetime
from typing import get_args

from bridge.core.events import Stopped
from bridge.core.facts import Answers, Facts
from bridge.core.kinds import Recipients, kinds_that
from bridge.core.kinds.correction import Nature, facts_about
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Notice
from bridge.core.values import LOCALES, LocalText
from bridge.letters.view import view
from bridge.stages.context import NoticeContext
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.decide.stop import BY_PERSON
from bridge.stages.draft import draft, supersede
from bridge.stages.wake import Wake

(CORRECTION_KIND,) = kinds_that(lambda spec: spec.recipients is Recipients.LEDGER)


def correct(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Begin the correction, and lead to its page. The second of two people at once is led to the same one."""
    if ctx.notice.corrected_by:
        return _to(ctx, ctx.notice.corrected_by)
    nature = next((known for known in get_args(Nature) if known == form.nature), None)
    if nature is None:
        return DecisionResult("no_nature")
    new = begin_correction(ctx, nature, form.right, ctx.person)
    return _to(ctx, new.id, wake=Wake(timer=True, oncall=True))


def _to(ctx: DecisionContext, notice_id: str, wake: Wake | None = None) -> DecisionResult:
    ctx.tx.links.ensure(notice_id, [ctx.person])
    return DecisionResult("done", wake=wake or Wake(), link=ctx.tx.links.of(notice_id)[ctx.person].id)


def begin_correction(ctx: NoticeContext, nature: Nature, right: str, actor: str) -> Notice:
    """Stop the rest of a letter of which some has left, draft its correction, and ring for that at once.

    A letter that says that there was no disturbance takes the place of every other draft of the incident.
    """
    tx, notice = ctx.tx, ctx.notice
    if notice.state == "sending" and tx.notices.move(
        notice, "stopped", stop_reason=BY_PERSON, decided_by=actor
    ):
        ctx.record(actor, Stopped(notice.id, notice.kind, BY_PERSON))
    own = facts_about(nature, right.strip(), *_said(ctx))
    new = draft(ctx, CORRECTION_KIND, f"correction of {notice.id}: {nature}", Answers(own=own), actor)
    retracts = ctx.about(new).spec.retracts(own)
    tx.notices.set(new.id, corrects=notice.id, retracts=retracts)
    tx.notices.set(notice.id, corrected_by=new.id)
    tx.rings.plan(new.id, ctx.now)
    if retracts:
        for other in ctx.notices():
            if other.id != new.id and other.state in UNDECIDED and ctx.about(other).spec.is_report:
                supersede(ctx.about(other), new, "there was no disturbance")
    return new


def _said(ctx: NoticeContext) -> tuple[LocalText, LocalText | None, datetime]:
    """What the letter said that is to be corrected: its subject, what it named as affected, and when it left.

    A letter after the end tells so much else that what it named is no guess at what was wrong.
    """
    notice = ctx.notice
    version = ctx.tx.notices.version(notice.id, notice.approved_version or notice.version)
    facts, own = Facts.from_dict(version.facts), version.texts[ctx.service.locale]
    subject = {locale: version.texts.get(locale, own).subject for locale in LOCALES}
    scope = {locale: view(facts, locale).scope for locale in LOCALES}
    named = scope["ja"] and not ctx.spec.looks_back
    wrong = LocalText(ja="、".join(scope["ja"]), en="; ".join(scope["en"])) if named else None
    return LocalText(**subject), wrong, notice.sending_at or ctx.now
