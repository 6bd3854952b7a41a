"""What an on-call message says at the moment it leaves: rings are never stored, so that they never go stale."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from bridge.core import next_notice
from bridge.core.continuity import STOPS
from bridge.core.facts import Facts
from bridge.core.failures import FailureGroup
from bridge.core.settings import Person, Service
from bridge.core.values import LocalText
from bridge.keys import Keys
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import (
    Acknowledged,
    Decided,
    Decision,
    Finished,
    InTrouble,
    OncallMessage,
    RefusedSender,
    Renewed,
    RingFacts,
    TrialCopy,
    Trouble,
)
from bridge.oncall.sign_in_mail import SignInMail
from bridge.stages import sign_in
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.runtime import Runtime
from bridge.store.claims import Claimed
from bridge.store.tx import Tx


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


def compose(
    tx: Tx, runtime: Runtime, keys: Keys, row: Claimed, relay_trouble: str
) -> tuple[OncallMessage, Person, Service] | None:
    """The message, its reader and the service in whose name it goes; None when its notice or service is gone."""
    if row.notice_id is None:
        return _about_no_notice(tx, runtime, keys, row)
    found = open_notice(tx, runtime, row.notice_id)
    if found is None:
        return None
    ctx = MessageContext(tx, runtime, found.incident, found.notice, keys, row, relay_trouble)
    write = _WRITERS.get(row.kind, _renewed)
    return write(ctx), runtime.person(row.person or ""), ctx.service


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
    return _refused_sender(row, service, tx.now), person, service


def _refused_sender(row: Claimed, service: Service, now: datetime) -> RefusedSender:
    return RefusedSender(
        source=str(row.detail["source"]),
        at=datetime.fromisoformat(str(row.detail["at"])),
        now=now,
        status=int(row.detail["status"]),
        title=str(row.detail["title"]),
        field=str(row.detail["field"]),
        zone=service.timezone,
    )


def _ring(ctx: MessageContext) -> OncallMessage:
    notice, row, version = ctx.notice, ctx.row, ctx.version()
    facts = Facts.from_dict(version.facts)
    others = {
        person: ring.fired_at
        for ring in ctx.tx.rings.of(notice.id)
        for person in ring.people
        if person != row.person and ring.fired_at
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
        template_problem=str(row.detail.get("template") or ""),
        promise_at=facts.promise_at,
        rung=tuple((ctx.runtime.person(person).name, at) for person, at in others.items()),
        approved=(ctx.runtime.person(yes.person).name, yes.at) if yes else None,
        planned_at=ctx.now - late if late else None,
        relay_trouble=ctx.relay_trouble,
        record_until=ctx.record_until(),
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
        promise_at=version.promise_at,
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
    counts = ctx.tx.outbox.counts([ctx.notice.id])[ctx.notice.id]
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
    )


def _test_copy(ctx: MessageContext) -> OncallMessage:
    version = ctx.tx.notices.version(ctx.notice.id, int(ctx.row.detail["version"]))
    return TrialCopy(version.texts[ctx.service.locale])


def _renewed(ctx: MessageContext) -> OncallMessage:
    return Renewed(ctx.letter, ctx.link)


_WRITERS: Mapping[str, Callable[[MessageContext], OncallMessage]] = {
    "ring": _ring,
    "acknowledged": _acknowledged,
    "decided": _decided,
    "finished": _finished,
    "trouble": _trouble,
    "test": _test_copy,
}
