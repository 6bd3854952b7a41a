"""Drafting on request, from the API: update, recovery report, individual batch, correction (docs/design.md §3.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bridge.core import next_notice
from bridge.core.actions import may_be_corrected, may_be_reopened
from bridge.core.facts import Answers, Facts
from bridge.core.kinds.correction import Nature
from bridge.core.model import Notice
from bridge.stages.context import IncidentContext, NoticeContext, open_incident, open_notice
from bridge.stages.decide.correct import begin_correction
from bridge.stages.decide.reopen import take_up_again
from bridge.stages.draft import current_facts, draft, draft_batch, redraft
from bridge.stages.next_notice import recover
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx

API = "api"  # the actor of what a program asked for


@dataclass(frozen=True, slots=True)
class Drafted:
    """The notice that now waits for people, or why there is none.

    An `unknown` incident, a wrong `state`, or a report of the cause promised for a day that is over.
    """

    notice_id: str | None = None
    unknown: bool = False
    state: str = ""
    day_over: date | None = None


def draft_update(tx: Tx, runtime: Runtime, incident_id: str, answers: Answers) -> Drafted:
    """An update now, ahead of its time; a newer version when one waits already."""
    ctx = _locked(tx, runtime, incident_id)
    if isinstance(ctx, Drafted):
        return ctx
    notices = ctx.notices()
    if ctx.incident.state not in ("open", "settling"):
        return Drafted(state=f"the incident is {ctx.incident.state}")
    if not next_notice.customers_told(notices):
        return Drafted(state="the first report is not approved yet")
    if waiting := next_notice.undecided(notices, next_notice.UPDATE):
        return _again(ctx, waiting, answers)
    if any(notice.state == "approved" for notice in notices):
        return Drafted(state="another letter is about to leave")
    return Drafted(draft(ctx, next_notice.UPDATE, "on request", answers, API).id)


def draft_recovery(tx: Tx, runtime: Runtime, incident_id: str, answers: Answers) -> Drafted:
    """A recovery report now, without waiting for the incident to settle; a newer version of one that waits."""
    ctx = _locked(tx, runtime, incident_id)
    if isinstance(ctx, Drafted):
        return ctx
    notices = ctx.notices()
    if waiting := next_notice.undecided(notices, next_notice.RECOVERY):
        return _again(ctx, waiting, answers)
    if ctx.incident.state != "settling":
        return Drafted(state=f"the incident is {ctx.incident.state}")
    if any(notice.state == "approved" for notice in notices):
        return Drafted(state="another letter is about to leave")
    if over := _day_over(ctx, answers):
        return over
    report = recover(ctx, "on request", API, answers)
    return Drafted(report.id) if report else Drafted(state="the incident has moved on")


def draft_individual(
    tx: Tx, runtime: Runtime, incident_id: str, rows: Sequence[Mapping[str, str]], actor: str = API
) -> Drafted:
    """One batch of individual apologies; a corrected file makes a newer version of the batch that waits."""
    ctx = _locked(tx, runtime, incident_id)
    return ctx if isinstance(ctx, Drafted) else Drafted(draft_batch(ctx, rows, actor).id)


def draft_correction(tx: Tx, runtime: Runtime, notice_id: str, nature: Nature, right: str) -> Drafted:
    """The correction of a letter of which some has left; what has not left is stopped."""
    ctx = open_notice(tx, runtime, notice_id, lock=True)
    if ctx is None:
        lost = tx.notices.get(notice_id)
        return Drafted(unknown=lost is None, state="its service is not in the configuration any more")
    if not may_be_corrected(ctx.notice):
        return Drafted(state=_uncorrectable(ctx))
    return Drafted(begin_correction(ctx, nature, right, API).id)


def reopen_notice(tx: Tx, runtime: Runtime, notice_id: str) -> Drafted:
    """The letter that was not to be sent waits for people again, in a version of now."""
    ctx = open_notice(tx, runtime, notice_id, lock=True)
    if ctx is None:
        lost = tx.notices.get(notice_id)
        return Drafted(unknown=lost is None, state="its service is not in the configuration any more")
    newer = next_notice.has_newer(ctx.notice, ctx.notices())
    if not may_be_reopened(ctx.notice, ctx.incident.state, newer=newer):
        return Drafted(state=_closed_for_good(ctx, newer=newer))
    waiting = take_up_again(ctx, API)
    return Drafted(waiting.id) if waiting else Drafted(state="the incident has moved on")


def _closed_for_good(ctx: NoticeContext, *, newer: bool) -> str:
    if ctx.notice.state != "dismissed":
        return f"the notice is {ctx.notice.state}, not dismissed"
    if newer:
        return "a newer notice exists: decide that one"
    if ctx.incident.state != "open":
        return f"the incident is {ctx.incident.state}: no alert fires"
    return f"a notice of kind {ctx.notice.kind} is not taken up again"


def _uncorrectable(ctx: NoticeContext) -> str:
    if not ctx.spec.correctable:
        return f"a notice of kind {ctx.notice.kind} is not corrected"
    if ctx.notice.corrected_by:
        return f"it is corrected by {ctx.notice.corrected_by} already"
    return "nothing of it was sent: cancel or dismiss it"


def _locked(tx: Tx, runtime: Runtime, incident_id: str) -> IncidentContext | Drafted:
    """The incident with its service locked, or why nothing can be drafted."""
    ctx = open_incident(tx, runtime, incident_id, lock=True)
    if ctx:
        return ctx
    lost = tx.incidents.get(incident_id)
    if lost is None:
        return Drafted(unknown=True)
    return Drafted(state=f"the service {lost.service} is not in the configuration any more")


def _again(ctx: IncidentContext, waiting: Notice, answers: Answers) -> Drafted:
    here = ctx.about(waiting)
    answers = answers.over(Facts.from_dict(here.version().facts).answers)
    if over := _day_over(ctx, answers):
        return over
    redraft(here, current_facts(here, answers), "on request", API)
    return Drafted(waiting.id)


def _day_over(ctx: IncidentContext, answers: Answers) -> Drafted | None:
    """The refusal when a letter with these answers would promise a day that has passed."""
    day = answers.cause_by
    over = day is not None and next_notice.is_over(day, ctx.now, ctx.service.timezone)
    return Drafted(day_over=day) if over else None
