"""What an on-call message says at the moment it leaves: rings are never stored, so that they never go stale."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from bridge.core import next_notice
from bridge.core.actions import may_be_reopened
from bridge.core.continuity import STOPS
from bridge.core.drill_score import score
from bridge.core.facts import Facts
from bridge.core.failures import FailureGroup
from bridge.core.settings import Person, Service
from bridge.core.values import LocalText
from bridge.keys import Keys
from bridge.oncall.copy_answered import CopyTold
from bridge.oncall.drill_over import DrillOver
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import (
    Acknowledged,
    Decided,
    Decision,
    Finished,
    InTrouble,
    ListTold,
    OncallMessage,
    Rehearsal,
    Renewed,
    RingFacts,
    TrialCopy,
    Trouble,
)
from bridge.oncall.own_decision import OwnDecision, StillFiring
from bridge.oncall.sender_message import RefusedSender, SenderHeard, SilentSender
from bridge.oncall.sign_in_mail import SignInMail
from bridge.oncall.trial_ring import TrialRing
from bridge.stages import refused, sign_in, trial_ring
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.decide.stop import BY_PERSON
from bridge.stages.draft_on_request import API
from bridge.stages.runtime import Runtime
from bridge.store.claims import Claimed
from bridge.store.tx import Tx

_TIMES = ("posted_at", "told_at", "wrong_since")


Composed = tuple[OncallMessage | Rehearsal, Person, Service]


@dataclass(frozen=True, slots=True)
class MessageContext(NoticeContext):
    """One message of the outbox about a notice. `relay_trouble`: why customers' mail cannot leave, or empty."""

    keys: Keys
    row: Claimed
    relay_trouble: str

    @property
    def letter(self) -> LetterRef:
        number = Facts.from_dict(self.version().facts).number
        return LetterRef.of(self.service, self.notice.kind, number)

    @property
    def link(self) -> str:
        """The reader's own URL to the notice. Raises KeyError for somebody who has none."""
        link = self.tx.links.of(self.notice.id)[self.row.person or ""]
        return f"{self.runtime.config.server.public_url}/approve/{self.keys.token(link.id)}"


def compose(tx: Tx, runtime: Runtime, keys: Keys, row: Claimed, relay_trouble: str) -> Composed | None:
    """The message, its reader and the service in whose name it goes; None when its notice or service is gone."""
    if row.notice_id is None:
        return _about_no_notice(tx, runtime, keys, row)
    found = open_notice(tx, runtime, row.notice_id)
    if found is None:
        return None
    ctx = MessageContext(tx, runtime, found.incident, found.notice, keys, row, relay_trouble)
    message = _WRITERS.get(row.kind, _renewed)(ctx)
    told = Rehearsal(message) if ctx.incident.is_drill else message
    return told, runtime.person(row.person or ""), ctx.service


def _about_no_notice(
    tx: Tx, runtime: Runtime, keys: Keys, row: Claimed
) -> tuple[OncallMessage, Person, Service] | None:
    service = runtime.config.services.get(str(row.detail["service"]))
    if service is None:
        return None
    person = runtime.person(row.person or "")
    if row.kind == sign_in.OCCASION:
        token = sign_in.token_of(keys, person.id, str(row.detail["link"]))
        return SignInMail(f"{runtime.config.server.public_url}/sign-in/{token}"), person, service
    if row.kind == trial_ring.OCCASION:
        return TrialRing(person.name), person, service
    told = _refused(row, service, tx.now) if row.kind == refused.OCCASION else _silent(row, service, tx.now)
    return told, person, service


def _refused(row: Claimed, service: Service, now: datetime) -> OncallMessage:
    return RefusedSender(
        source=str(row.detail["source"]),
        at=datetime.fromisoformat(str(row.detail["at"])),
        now=now,
        status=int(row.detail["status"]),
        title=str(row.detail["title"]),
        field=str(row.detail["field"]),
        zone=service.timezone,
    )


def _silent(row: Claimed, service: Service, now: datetime) -> OncallMessage:
    detail, zone = row.detail, service.timezone
    times = {key: datetime.fromisoformat(str(detail[key])) for key in _TIMES if detail.get(key)}
    source, posted_at = str(detail["source"]), times.get("posted_at", now)
    if row.kind == "heard":
        return SenderHeard(source, posted_at, times.get("told_at", posted_at), now, zone)
    return SilentSender(source, posted_at, now, zone, times.get("wrong_since"), int(detail["firing"]))


def _ring(ctx: MessageContext) -> OncallMessage:
    notice, row, version = ctx.notice, ctx.row, ctx.version()
    facts = Facts.from_dict(version.facts)
    refused = ctx.tx.outbox.refused_people(notice.id)
    others = {
        person: ring.fired_at
        for ring in ctx.tx.rings.of(notice.id)
        for person in ring.people
        if person not in (row.person, *refused) and ring.fired_at
    }
    yes = next((a for a in notice.approvals if a.version == notice.version), None)
    late = timedelta(seconds=float(row.detail.get("late", 0)))
    count = row.detail.get("count")
    return RingFacts(
        ctx.letter,
        due_at=next_notice.printed_due(notice),
        now=ctx.now,
        link=ctx.link,
        subject=version.texts[ctx.service.locale].subject,
        started_at=facts.started_at,
        what=facts.impacts,
        recipients=count if isinstance(count, int) else None,
        uncounted=_in_both(row.detail.get("problem")),
        list_told=_list_told(row.detail),
        refused=facts.impact_refused,
        template_problem=str(row.detail.get("template") or ""),
        promise_at=facts.promise_at,
        rung=tuple((ctx.runtime.person(person).name, at) for person, at in others.items()),
        not_reached=tuple(
            (ctx.runtime.person(person).name, words)
            for person, words in refused.items()
            if person != row.person
        ),
        approved=(ctx.runtime.person(yes.person).name, yes.at) if yes else None,
        planned_at=ctx.now - late if late else None,
        relay_trouble=ctx.relay_trouble,
        record_until=ctx.record_until(),
        copy=ctx.copy(),
    )


def _list_told(detail: Mapping[str, Any]) -> ListTold:
    """What was known of the list when the ring fired. A ring from before an upgrade tells nothing of it."""
    as_of = detail.get("as_of")
    return ListTold(
        detail.get("unusable", 0), detail.get("before"), datetime.fromisoformat(as_of) if as_of else None
    )


def _in_both(stored: Mapping[str, str] | str | None) -> LocalText | None:
    """What was stored with a ring; one from before an upgrade has a single language."""
    if not stored:
        return None
    return LocalText(ja=stored) if isinstance(stored, str) else LocalText(**stored)


def _acknowledged(ctx: MessageContext) -> OncallMessage:
    notice = ctx.notice
    pending = next((ring.due_at for ring in ctx.tx.rings.of(notice.id) if ring.state == "pending"), None)
    return Acknowledged(
        ctx.letter,
        person=ctx.runtime.person(notice.acknowledged_by or "").name,
        at=notice.acknowledged_at or ctx.now,
        due_at=next_notice.printed_due(notice),
        next_ring_at=pending,
    )


def _decided(ctx: MessageContext) -> OncallMessage:
    notice, stored = ctx.notice, ctx.row.detail["decision"]
    decision: Decision = stored if stored in get_args(Decision) else "approved"
    return Decided(
        ctx.letter,
        decision=decision,
        at=notice.decided_at or notice.drafted_at,
        person=ctx.runtime.person(notice.decided_by or "").name,
        reason=notice.reason or "",
        recipients=notice.recipients,
        anchor=str(ctx.tx.events.head(notice.incident_id) or ""),
    )


def _own_decision(ctx: MessageContext) -> OncallMessage:
    notice, detail = ctx.notice, ctx.row.detail
    held = notice.send_at if notice.state == "approved" and notice.send_at else None
    version = ctx.version()
    return OwnDecision(
        ctx.letter,
        decision=detail["decision"],
        at=datetime.fromisoformat(str(detail["at"])),
        now=ctx.now,
        link=ctx.link,
        until=held if held and held > ctx.now else None,
        recipients=notice.recipients,
        edited_by=ctx.runtime.person(version.edited_by).name if version.edited_by else "",
        reason=notice.reason or "",
        undo=may_be_reopened(notice, ctx.incident.state, newer=next_notice.has_newer(notice, ctx.notices())),
        partly=notice.sending_at is not None,
        anchor=str(ctx.tx.events.head(notice.incident_id) or ""),
    )


def _still_firing(ctx: MessageContext) -> OncallMessage:
    notice, facts = ctx.notice, Facts.from_dict(ctx.version().facts)
    return StillFiring(
        ctx.letter,
        person=ctx.runtime.person(notice.decided_by or "").name,
        decided_at=notice.decided_at or notice.drafted_at,
        now=ctx.now,
        link=ctx.link,
        started_at=ctx.incident.started_at,
        what=facts.impacts,
        reason=notice.reason or "",
    )


def _finished(ctx: MessageContext) -> OncallMessage:
    notice, version, detail = ctx.notice, ctx.version(), ctx.row.detail
    counts, until = detail["counts"], detail.get("until")
    failures = detail.get("failures", ())
    return Finished(
        ctx.letter,
        at=notice.finished_at or notice.first_round_at or notice.drafted_at,
        sent=counts.get("sent", 0),
        failed=counts.get("failed", 0),
        unknown=counts.get("unknown", 0),
        since_detection=next_notice.since_detection(notice, ctx.incident),
        promise_at=None if ctx.incident.is_drill else version.promise_at,
        cause_by=Facts.from_dict(version.facts).answers.cause_by,
        last_since_detection=next_notice.last_since_detection(notice, ctx.incident),
        retrying=sum(counts.get(state, 0) for state in ("queued", "sending", "in_doubt", "deferred")),
        until=datetime.fromisoformat(until) if until else None,
        after_retries=bool(detail.get("after_retries")),
        failures=tuple(FailureGroup(one["reply"], one["count"], tuple(one["domains"])) for one in failures),
    )


def _trouble(ctx: MessageContext) -> OncallMessage:
    stored = ctx.row.detail["trouble"]
    trouble: Trouble = stored if stored in get_args(Trouble) else "stopped"
    counts = ctx.tx.delivery_counts.of([ctx.notice.id])[ctx.notice.id]
    sent = counts.get("sent", 0)
    return InTrouble(
        ctx.letter,
        trouble=trouble,
        why=str(ctx.row.detail["why"]),
        link=ctx.link,
        sent=sent,
        rest=sum(counts.values()) - sent or (ctx.notice.recipients or 0),
        record_until=ctx.record_until() if ctx.row.detail["why"] in STOPS else None,
        now=ctx.now,
        copy=ctx.copy(),
        person=_stopper(ctx) if ctx.row.detail["why"] == BY_PERSON else "",
        approved=ctx.notice.recipients,
        listed=ctx.row.detail.get("listed"),
    )


def _stopper(ctx: MessageContext) -> str:
    return ctx.runtime.person(ctx.notice.decided_by).name if ctx.notice.decided_by else ""


def _test_copy(ctx: MessageContext) -> OncallMessage:
    version = ctx.tx.notices.version(ctx.notice.id, int(ctx.row.detail["version"]))
    return TrialCopy(version.texts[ctx.service.locale])


def _renewed(ctx: MessageContext) -> OncallMessage:
    return Renewed(ctx.letter, ctx.link)


def _drill_over(ctx: MessageContext) -> OncallMessage:
    told = score(ctx.tx.events.of(ctx.incident.id))
    people = (one.person for one in told.people)
    return DrillOver(ctx.letter, told, {person: ctx.runtime.person(person).name for person in people})


def _copy(ctx: MessageContext) -> OncallMessage:
    detail = ctx.row.detail
    return CopyTold(
        ctx.letter,
        goes_on=detail["answer"] == "goes_on",
        person="" if detail["by"] == API else ctx.runtime.person(detail["by"]).name,
        at=datetime.fromisoformat(str(detail["at"])),
        now=ctx.now,
        before=str(detail["before"]),
        here=str(detail["here"]),
    )


_WRITERS: Mapping[str, Callable[[MessageContext], OncallMessage]] = {
    "ring": _ring,
    "drill_over": _drill_over,
    "copy": _copy,
    "acknowledged": _acknowledged,
    "decided": _decided,
    "own_decision": _own_decision,
    "still_firing": _still_firing,
    "finished": _finished,
    "trouble": _trouble,
    "slow": _trouble,
    "test": _test_copy,
}
