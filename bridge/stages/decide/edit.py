"""Editing: every save is a new version, and never sends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from bridge.core import next_notice
from bridge.core.contradiction import facts_told_by
from bridge.core.drill import marked
from bridge.core.events import Edited
from bridge.core.facts import Answers, Facts
from bridge.core.kinds import Asks
from bridge.core.model import Text, Version
from bridge.core.values import Locale
from bridge.stages.decide.decision import DecisionContext, DecisionRequest, DecisionResult
from bridge.stages.draft import current_facts, note_fallback
from bridge.stages.facts_at_press import rewritten
from bridge.stages.proofread import context_of, printed_promise
from bridge.stages.wake import Wake


def edit(ctx: DecisionContext, form: DecisionRequest) -> DecisionResult:
    """Save a person's wording, or what they answered about cause and prevention. It voids a first yes.

    422 for a day that is none or is over: customers would be promised a report by then.
    """
    tx = ctx.tx
    old = ctx.version()
    given = form.answers if ctx.spec.asks is Asks.ANSWERS else {}
    try:
        answers = answers_from(given, Facts.from_dict(old.facts).answers)
    except ValueError:
        return DecisionResult("not_a_day")
    if given and answers.cause_by and next_notice.is_over(answers.cause_by, tx.now, ctx.service.timezone):
        return DecisionResult("day_over")
    new = _answered(ctx, old, answers) if given else _reworded(ctx, old, form)
    if new.texts == old.texts and not given:
        return DecisionResult("done", did="saved")
    notice = ctx.notice
    if not tx.notices.move(notice, "awaiting_approval", at_version=old.version, version=new.version):
        return DecisionResult("newer_version")
    tx.notices.withdraw_approvals(notice.id)
    tx.notices.add_version(new)
    texts = tx.notices.digest(notice.id, new.version)
    saved = Edited(notice.id, notice.kind, new.version, texts, rendered=bool(given))
    ctx.record(ctx.person, saved)
    if given:
        note_fallback(ctx, new)
    return DecisionResult("done", did="saved", wake=Wake(timer=True))


def _reworded(ctx: DecisionContext, old: Version, form: DecisionRequest) -> Version:
    own = old.texts[ctx.service.locale]
    mine = Text(
        own.subject if form.subject is None else one_line(form.subject),
        own.body if form.body is None else body_of(form.body),
    )
    mine = _as_drill(ctx, mine, ctx.service.locale)
    texts = {**old.texts, ctx.service.locale: mine}
    promise_at = _promise(ctx, old, mine)
    for locale, text in old.texts.items():
        if locale != ctx.service.locale:
            typed = Text(
                one_line(form.other_texts.get(f"subject_{locale}", text.subject)),
                body_of(form.other_texts.get(f"body_{locale}", text.body)),
            )
            texts[locale] = _as_drill(ctx, typed, locale)
    facts = _told(ctx, old, mine, promise_at)
    return replace(
        old,
        version=ctx.tx.notices.next_version(old.notice_id),
        texts=texts,
        facts=facts.to_dict(),
        promise_at=promise_at,
        edited_by=ctx.person,
        created_at=ctx.now,
        origin="answers" if _is_rendered(ctx, facts, mine) else "person",
    )


def _as_drill(ctx: DecisionContext, text: Text, locale: Locale) -> Text:
    """What a person typed in a drill says that it is one, whatever they left of that."""
    return marked(text, locale) if ctx.incident.is_drill else text


def _answered(ctx: DecisionContext, old: Version, answers: Answers) -> Version:
    """Rendered again from the template with the person's answers."""
    facts = current_facts(ctx, answers)
    texts, problem = ctx.runtime.letters.texts(facts, ctx.service)
    return Version(
        old.notice_id,
        ctx.tx.notices.next_version(old.notice_id),
        texts,
        facts.to_dict(),
        facts.promise_at,
        ctx.person,
        ctx.now,
        origin="answers",
        template_problem=problem,
    )


def answers_from(given: Mapping[str, str], was: Answers) -> Answers:
    """A form's or a program's answers over the earlier ones. Raises ValueError for a date that is none."""
    texts = {name: text.strip() for name, text in given.items() if name != "cause_by"}
    day = given.get("cause_by", "").strip()
    answers = was.model_copy(update={k: v for k, v in texts.items() if k in Answers.model_fields})
    if day:
        return answers.model_copy(update={"cause_by": date.fromisoformat(day), "cause": ""})
    return answers.model_copy(update={"cause_by": None}) if answers.cause else answers


def _told(ctx: DecisionContext, old: Version, mine: Text, promise_at: datetime | None) -> Facts:
    """The facts that the text tells; those of now that it does not tell stay as the old version told them.

    The old version's text was on the page, and the facts of now beside it.
    """
    was = Facts.from_dict(old.facts)
    now = current_facts(ctx, was.answers)
    if rewritten(ctx, now.model_copy(update={"promise_at": promise_at}))[ctx.service.locale] == mine:
        return now.model_copy(update={"promise_at": promise_at})
    return facts_told_by(f"{mine.subject}\n{mine.body}", was, now, ctx.service.locale)


def _is_rendered(ctx: DecisionContext, facts: Facts, mine: Text) -> bool:
    """Whether the text is what the bridge writes from these facts: then a person took its fresh letter over."""
    return rewritten(ctx, facts)[ctx.service.locale] == mine


def _promise(ctx: DecisionContext, old: Version, mine: Text) -> datetime | None:
    """The promise that the text now prints: the exact old one unless a person wrote another time."""
    if old.promise_at is None:
        return None
    context = context_of(ctx.runtime, ctx.service, ctx.told(old), ctx.now)
    before = printed_promise(ctx.service, ctx.notice, old.texts[ctx.service.locale], context)
    after = printed_promise(ctx.service, ctx.notice, mine, context)
    if after is None or after.at is None or (before and before.at == after.at):
        return old.promise_at
    return after.at


def one_line(subject: str) -> str:
    """A subject as a person typed it: on one line."""
    return " ".join(subject.split())


def body_of(text: str) -> str:
    """A body as a browser sent it: LF line ends, one at the end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"
