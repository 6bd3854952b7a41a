"""The findings FCT-01 to FCT-06: a letter against what is known at this moment (docs/design.md §3.6)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from bridge.core.contradiction import Contradiction, Untrue, contradictions
from bridge.core.dates import clock, moment, rough, round_up
from bridge.core.facts import Facts
from bridge.core.kinds import Clock
from bridge.core.model import Notice, Text, Version
from bridge.core.next_notice import never_left
from bridge.core.values import Locale
from bridge.stages.context import NoticeContext
from bridge.stages.draft import current_facts, update_every
from bridge.wording import Finding

FACTS = "FCT-"
PROMISE_PASSED = "FCT-05"
LONG_AGO = timedelta(days=1)

_Words = Callable[[Contradiction, ZoneInfo, Locale], str]


def of_facts(ctx: NoticeContext, version: Version) -> list[Finding]:
    """What the newest version of a notice says otherwise than the alerts do now.

    The replacement of an error is the whole body of the same letter, rendered from now. Where the bridge would write
    the same again, as in a recovery report while an alert fires, only a person can decide: there is none.
    """
    if not (ctx.spec.follows_alerts or ctx.spec.tells_recovery):
        return []
    told, own = ctx.told(version), version.texts[ctx.service.locale]
    now = current_facts(ctx, told.answers)
    found = contradictions(told, now, f"{own.subject}\n{own.body}", ctx.tx.alerts.unended(ctx.incident.id))
    if not found:
        return _long_ago(ctx, told, now)
    fresh = rewritten(ctx, now)[ctx.service.locale].body
    replacement = None if fresh == own.body else fresh
    span, zone = (0, len(own.body)), ctx.service.timezone
    errors = [
        Finding(
            rule, "error", "body", span, own.body, say(one, zone, "ja"), say(one, zone, "en"), replacement
        )
        for one in found
        for rule, say in (_RULES[one.untrue],)
    ]
    return errors + _long_ago(ctx, told, now)


def errors_to_resume(findings: Iterable[Finding], notice: Notice) -> tuple[Finding, ...]:
    """The errors that a stopped letter, or its rest, may not be sent with.

    What it was approved with for a reason, or others have got already, is not asked about again, but what is not true
    any more is.
    """
    errors = (one for one in findings if one.severity == "error")
    accepted = notice.override is not None or not never_left(notice)
    return tuple(one for one in errors if not accepted or one.rule.startswith(FACTS))


def rewritten(ctx: NoticeContext, now: Facts) -> Mapping[Locale, Text]:
    """The letter as the bridge would write it from these facts."""
    texts, _ = ctx.runtime.letters.texts(now, ctx.service)
    return texts


def promise_passed(ctx: NoticeContext, version: Version) -> list[Finding]:
    """That the printed promise has passed, for a letter whose text the wording check cannot read a promise from."""
    if version.promise_at is None or round_up(version.promise_at) > ctx.now:
        return []
    body, zone = version.texts[ctx.service.locale].body, ctx.service.timezone
    printed = moment(round_up(version.promise_at), zone, ctx.service.locale)
    at = body.find(printed)
    if at < 0:
        return []
    new = moment(round_up(ctx.now + update_every(ctx)), zone, ctx.service.locale)
    return [Finding(PROMISE_PASSED, "error", "body", (at, at + len(printed)), printed, *_PASSED, new)]


_PASSED = ("約束した次回のご報告の時刻を過ぎています。", "The promised time of the next report has passed.")


def _long_ago(ctx: NoticeContext, told: Facts, now: Facts) -> list[Finding]:
    """That a first report tells of something that began more than a day before it."""
    since = ctx.now - told.started_at
    if ctx.spec.clock is not Clock.DETECTION or now.recovered_at or since <= LONG_AGO:
        return []
    start = {code: moment(told.started_at, ctx.service.timezone, code) for code in ("ja", "en")}
    return [
        Finding(
            "FCT-06",
            "warning",
            "body",
            (0, 0),
            "",
            f"{start['ja']}から{rough(since, 'ja')}続いています。第一報としてこの発生日時でよいか確かめてください。",
            f"This goes on for {rough(since, 'en')}, since {start['en']}. Check that a first report should say so.",
        )
    ]


def _ended(one: Contradiction, zone: ZoneInfo, locale: Locale) -> str:
    at = clock(one.now, zone, locale) if one.now else ""
    if locale == "ja":
        said = f"{clock(one.told, zone, 'ja')} に復旧したと" if one.told else "継続中と"
        return f"アラートはすべて {at} に止まりました。手紙には{said}書かれています。"
    said = f"that it was over at {clock(one.told, zone, 'en')}" if one.told else "that it goes on"
    return f"All alerts ended at {at}. The letter says {said}."


def _not_named(one: Contradiction, _zone: ZoneInfo, locale: Locale) -> str:
    names = [impact.get(locale) for impact in one.impacts[:3]]
    rest = len(one.impacts) - len(names)
    if locale == "ja":
        more = f" ほか{rest}件" if rest else ""
        return f"影響のうち{'、'.join(f'「{name}」' for name in names)}{more}が手紙に書かれていません。"
    more = f" and {rest} more" if rest else ""
    return f"The letter does not name what is affected now: {'; '.join(names)}{more}."


def _still_fires(one: Contradiction, _zone: ZoneInfo, locale: Locale) -> str:
    if locale == "ja":
        return f"アラートが{one.firing}件まだ続いています。手紙には復旧したと書かれています。"
    fire = "alert still fires" if one.firing == 1 else "alerts still fire"
    return f"{one.firing} {fire}. The letter says that it is over."


def _started(one: Contradiction, zone: ZoneInfo, locale: Locale) -> str:
    now, told = (moment(at, zone, locale) if at else "" for at in (one.now, one.told))
    if locale == "ja":
        return f"発生日時が {told} から {now} に変わりました。手紙には前の時刻が書かれています。"
    return f"The start is now {now}. The letter says {told}."


_RULES: Mapping[Untrue, tuple[str, _Words]] = {
    "ended": ("FCT-01", _ended),
    "not_named": ("FCT-02", _not_named),
    "still_fires": ("FCT-03", _still_fires),
    "started": ("FCT-04", _started),
}
