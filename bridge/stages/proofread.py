"""The wording check over a notice as it stands: every language it is sent in, and what only the bridge knows."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bridge.core import next_notice
from bridge.core.batch import MAX_ROWS
from bridge.core.contradiction import unmeasured
from bridge.core.dates import moment, round_up
from bridge.core.facts import Facts
from bridge.core.kinds import Promises, Recipients, spec_of
from bridge.core.model import Notice, Text, Version
from bridge.core.service_index import index_of, names_of
from bridge.core.settings import Service
from bridge.core.values import Locale
from bridge.letters.render import english_begins
from bridge.letters.view import view
from bridge.stages.context import NoticeContext
from bridge.stages.draft import last_report, update_every
from bridge.stages.facts_at_press import PROMISE_PASSED, of_facts, promise_passed
from bridge.stages.runtime import Runtime
from bridge.stages.word_findings import of_words
from bridge.wording import Context, Finding, Letter, check, check_again
from bridge.wording.ja.promise import Promise, promised_time
from bridge.wording.names import core_of
from bridge.wording.text import lay_out

COMPENSATION = "LAW-03"
PRINTED_PROMISE_PASSED = "DAT-07"  # a fact as much as a wording: it is reported as PROMISE_PASSED
DAY_OVER = "DAT-11"
UNKNOWN_IMPACT = (
    "影響範囲のお客様向けの言葉が登録されていません。わかる範囲で具体的に書いてください。",
    "No words for customers are registered for what is affected. Write what is known.",
)
LEFT_OUT = (
    "監視システムが{n}件のアラートを省いて送ってきました。影響範囲に漏れがないか確かめてください。",
    "Monitoring left {n} alerts out of its posts. Check that nothing is missing from what is affected.",
)
STALE_PROMISE = (
    "約束した次回のご報告の時刻が近づいています。新しい時刻に直してください。",
    "The promised time of the next report is close. Promise a new one.",
)
CAUSE_DAY_OVER = (
    "原因をご報告すると書いた日が過ぎています。答えの「報告する日」を選び直してください。",
    "The day named for reporting the cause is over. Choose another in the answers.",
)
REWORDED_SCOPE = (
    "前の報告では、影響範囲の文が手直しされています。この手紙の影響範囲も確かめてください。",
    "In the last report a person reworded what is affected. Check it in this letter too.",
)
OWN_WORDS = (
    "「{scope}」は、この言葉では手紙に書かれていません。同じ影響が伝わるか確かめてください。",
    "The letter does not have these words: {scope}. Check that yours tell the same of what is affected.",
)


def proofread(ctx: NoticeContext) -> tuple[Finding, ...]:
    """Every finding about the newest version of a notice now, in every language it may be sent in."""
    if ctx.spec.recipients is Recipients.BATCH:
        return tuple(found for letter in proofread_batch(ctx) for found in letter)
    service, version = ctx.service, ctx.version()
    fresh = ctx.now + update_every(ctx)
    context = replace(context_of(ctx.runtime, service, ctx.told(version), ctx.now), promise=round_up(fresh))
    findings = [
        replace(finding, rule=PROMISE_PASSED) if finding.rule == PRINTED_PROMISE_PASSED else finding
        for finding in _check_halves(_letter(ctx, version, service.locale), context, service)
    ]
    if not any(finding.rule == PROMISE_PASSED for finding in findings):
        findings += promise_passed(ctx, version)
    findings = of_facts(ctx, version) + findings
    passed = any(finding.rule == PROMISE_PASSED for finding in findings)
    ours = _bridge_findings(ctx, version, context, None if passed else fresh)
    if any(finding.why == CAUSE_DAY_OVER[0] for finding in ours):  # BRG-05 says it of the answers
        findings = [finding for finding in findings if finding.rule != DAY_OVER]
    findings += ours
    for locale in version.texts:
        if locale != service.locale and version.edited_by:
            others = check_again(_letter(ctx, version, locale), _in(context, service, locale))
            # A place in the other language's letter: the page marks only the service's own.
            findings += [replace(finding, span=(0, 0), replacement=None) for finding in others]
    return tuple(findings)


def proofread_batch(ctx: NoticeContext) -> list[tuple[Finding, ...]]:
    """The findings of every letter of an individual batch, in the order of its rows.

    Dates are judged as of the day the batch was drafted, so that a letter is checked once and not at every look.
    A promise of compensation, a warning elsewhere, may not leave in a letter to one customer.
    """
    service = ctx.service
    version = ctx.version()
    context = context_of(ctx.runtime, service, ctx.told(version), version.created_at)
    assert version.batch
    companies = frozenset(row["company"] for row in version.batch.rows)
    return [
        _check_once(
            Letter(ctx.notice.kind, text.subject, text.body, service.locale),
            _for_row(context, row, companies),
        )
        for row, text in zip(version.batch.rows, version.batch.letters, strict=True)
    ]


@lru_cache(maxsize=2 * MAX_ROWS)
def _check_once(letter: Letter, context: Context) -> tuple[Finding, ...]:
    return tuple(
        replace(finding, severity="error") if finding.rule == COMPENSATION else finding
        for finding in check(letter, context)
    )


def context_of(runtime: Runtime, service: Service, facts: Facts, now: datetime) -> Context:
    """What the wording check may know about a letter of these facts."""
    signs = service.representative
    signing = (signs.ja, signs.en) if signs else ()
    return Context(
        now=now,
        zone=service.timezone,
        service=service.name.get(service.locale),
        short_name=service.short_name.get(service.locale) if service.short_name else "",
        services=_names_of_others(runtime, service),
        signing=tuple(
            text for name in (service.sender.name, service.company) for text in (name.ja, name.en) if text
        ),
        report_no=facts.number,
        cause_confirmed=bool(facts.answers.cause),
        staff=tuple(p.name for p in runtime.config.people.values() if p.name not in signing),
        domains=(service.sender.email.rpartition("@")[2],),
        public_urls=service.links,
        wrapped=service.wrap is not None,
        terms=runtime.terms,
    )


def _names_of_others(runtime: Runtime, service: Service) -> tuple[str, ...]:
    """The names of all other services, in every language. A name that this service has too is not among them."""
    own = names_of(service)
    return tuple(name for name in index_of(runtime.config.services).names if name not in own)


def _for_row(context: Context, row: Mapping[str, str], companies: Collection[str]) -> Context:
    """A letter may name its reader, who may share an on-call's name, and the reader's company however written."""
    own = (row["company"], row["department"], row["name"])
    return replace(
        context,
        to=(row["email"],),
        staff=tuple(name for name in context.staff if not any(name in text for text in own)),
        other_customers=tuple(each for each in companies if core_of(each) not in row["company"]),
    )


def _in(context: Context, service: Service, locale: Locale) -> Context:
    """The context of the letter in that language."""
    short = service.short_name.get(locale) if service.short_name else ""
    return replace(context, service=service.name.get(locale), short_name=short)


def _check_halves(letter: Letter, context: Context, service: Service) -> list[Finding]:
    """Each half of a letter in both languages by the rules of its own; any other letter as a whole."""
    start = english_begins(letter.body) if service.bilingual else None
    if start is None:
        return list(check_again(letter, context))
    english = replace(letter, body=letter.body[start:], locale="en")
    return [
        *check_again(replace(letter, body=letter.body[:start], locale="ja"), _in(context, service, "ja")),
        *(
            replace(finding, span=(finding.span[0] + start, finding.span[1] + start))
            for finding in check_again(english, _in(context, service, "en"))
            if finding.field == "body"
        ),
    ]


def _scope_reworded(ctx: NoticeContext) -> bool:
    """Whether the last report told another scope than its facts: a person wrote it, and a draft cannot know."""
    before = [other for other in ctx.notices() if other.id != ctx.notice.id]
    report = last_report(ctx.tx, before)
    return bool(report and report.edited_by and _scope_unsaid(ctx, report))


def _scope_unsaid(ctx: NoticeContext, version: Version) -> list[str]:
    """What a letter of these facts prints as affected, and the text of this version does not have."""
    body = _bare(version.texts[ctx.service.locale].body)
    printed = view(ctx.told(version), ctx.service.locale).scope
    return [line for line in printed if _bare(line) not in body]


def _bare(text: str) -> str:
    """Without line ends, which folding moves, and without measured numbers."""
    return "".join(unmeasured(text).split())


def of_impact(facts: Facts) -> list[Finding]:
    """That a draft of these facts had to tell the impact with a neutral sentence."""
    if spec_of(facts.kind).looks_back or facts.impact_known:
        return []
    return [Finding("BRG-01", "warning", "body", (0, 0), "", *UNKNOWN_IMPACT)]


def printed_promise(service: Service, notice: Notice, text: Text, context: Context) -> Promise | None:
    """The next report a letter's own text promises, wherever a person may have moved it."""
    return promised_time(lay_out(Letter(notice.kind, text.subject, text.body, service.locale)), context)


def _letter(ctx: NoticeContext, version: Version, locale: Locale) -> Letter:
    text = version.texts.get(locale) or version.texts[ctx.service.locale]
    return Letter(ctx.notice.kind, text.subject, text.body, locale)


def _bridge_findings(
    ctx: NoticeContext, version: Version, context: Context, fresh: datetime | None
) -> list[Finding]:
    """What only the bridge can know of a letter.

    `fresh`: the promise that it would make now, None where the passed one is objected to already.
    """
    found: list[Finding] = []
    service, facts, body = ctx.service, ctx.told(version), version.texts[ctx.service.locale].body
    if version.edited_by is None:
        found += of_impact(facts) + of_words(facts)
    if ctx.incident.truncated:
        why, why_en = (words.format(n=ctx.incident.truncated) for words in LEFT_OUT)
        found.append(Finding("BRG-03", "warning", "body", (0, 0), "", why, why_en))
    day = facts.answers.cause_by
    if ctx.spec.promises is Promises.CAUSE and day and next_notice.is_over(day, ctx.now, service.timezone):
        found.append(Finding("BRG-05", "error", "body", (0, 0), "", *CAUSE_DAY_OVER))
    if fresh and version.edited_by and next_notice.stale(version.promise_at, fresh - ctx.now, ctx.now):
        printed = printed_promise(service, ctx.notice, version.texts[service.locale], context)
        if printed:
            start, end = printed.page.span(printed.start, printed.end)
            new = moment(round_up(fresh), service.timezone, service.locale)
            found.append(
                Finding("BRG-02", "warning", "body", (start, end), body[start:end], *STALE_PROMISE, new)
            )
    if version.edited_by is None and _scope_reworded(ctx):
        found.append(Finding("BRG-04", "warning", "body", (0, 0), "", *REWORDED_SCOPE))
    if version.edited_by and ctx.spec.follows_alerts and (lines := _scope_unsaid(ctx, version)):
        why, why_en = (words.format(scope=" / ".join(lines)) for words in OWN_WORDS)
        found.append(Finding("BRG-09", "warning", "body", (0, 0), "", why, why_en))
    return found
