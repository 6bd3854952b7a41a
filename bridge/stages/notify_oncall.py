"""Telling the on-call: one message for each person and occasion, composed only when a lane claims it."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Literal

from bridge.core.events import RelayFailed, SendingSlow, Stopped
from bridge.core.model import Notice
from bridge.core.settings import Person, Service
from bridge.letters.mime import message_id
from bridge.oncall.message import Trouble
from bridge.stages.context import NoticeContext
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.store.outbox import OutboxMessage
from bridge.store.tx import Tx

Occasion = Literal[
    "ring",
    "acknowledged",
    "decided",
    "own_decision",
    "still_firing",
    "finished",
    "trouble",
    "slow",
    "test",
    "renewed",
    "drill_over",
    "copy",
]


def tell(
    ctx: NoticeContext,
    occasion: Occasion,
    people: Iterable[str],
    detail: Mapping[str, Any],
) -> None:
    """Queue the mail of one occasion to each of these people who has an address.

    Nobody is told about a service that the configuration lost: it names neither a sender nor an escalation.
    """
    if ctx.incident.service not in ctx.runtime.config.services:
        return
    n = ctx.tx.outbox.next_n(ctx.notice.id, occasion)
    domain = ctx.service.sender.email.rpartition("@")[2]
    ctx.tx.outbox.add(
        [
            OutboxMessage(
                notice_id=ctx.notice.id,
                lane="oncall",
                kind=occasion,
                n=n,
                address=person.email,
                person=person.id,
                detail=detail,
                message_id=message_id(f"{ctx.notice.id}/{occasion}/{n}", person.email, domain),
            )
            for person in map(ctx.runtime.person, dict.fromkeys(people))
            if person.email
        ]
    )


def about_no_notice(
    person: Person, service: Service, kind: str, occasion: str, detail: Mapping[str, Any]
) -> OutboxMessage:
    """The mail of an occasion that is about no notice, in this service's name. `occasion` tells it from any other."""
    return OutboxMessage(
        notice_id=None,
        lane="oncall",
        kind=kind,
        n=0,
        address=person.email,
        person=person.id,
        detail={**detail, "service": service.id},
        message_id=message_id(occasion, person.email, service.sender.email.rpartition("@")[2]),
    )


def rung(tx: Tx, notice: Notice) -> tuple[str, ...]:
    """Everybody who was rung about a notice so far, each once."""
    return tuple(dict.fromkeys(person for ring in tx.rings.of(notice.id) for person in ring.people))


def others_rung(tx: Tx, notice: Notice, exclude: str) -> list[str]:
    """Everybody who was rung about a notice, but the one who did something about it."""
    return [person for person in rung(tx, notice) if person != exclude]


def tell_trouble(ctx: NoticeContext, trouble: Stopped | RelayFailed | SendingSlow) -> None:
    """Record what keeps a letter from its customers, and mail everybody behind it, each with their own link."""
    ctx.record(BRIDGE, trouble)
    called, why = _called(trouble)
    listed = trouble.listed if isinstance(trouble, Stopped) else None
    mail_trouble(ctx, ctx.runtime.behind(ctx.incident), called, why, listed)


def _called(trouble: Stopped | RelayFailed | SendingSlow) -> tuple[Trouble, str]:
    """What the mail calls it, and what it says about it."""
    match trouble:
        case RelayFailed():
            return "relay", trouble.why
        case SendingSlow():
            return "slow", str(trouble.minutes)
        case Stopped(words=words) if words:
            return "refused", words
        case _:
            return "stopped", trouble.why


def mail_trouble(
    ctx: NoticeContext,
    people: Sequence[str],
    trouble: Trouble,
    why: str,
    listed: int | None = None,
) -> None:
    """Mail these people what keeps a letter from its customers, each with their own link. `listed`: as of `Stopped`.

    After its event: that takes the history's lock, without which two troubles at once get one number, and only the
    first is mailed. A slow letter is an occasion of its own, by which it is known that people were told.
    """
    ctx.tx.links.ensure(ctx.notice.id, people)
    detail = {"trouble": trouble, "why": why, "listed": listed}
    tell(ctx, "slow" if trouble == "slow" else "trouble", people, detail)


def tell_relay_down(tx: Tx, runtime: Runtime, why: str, told: Set[str]) -> frozenset[str]:
    """Ring everybody behind a letter that is approved or on its way; the on-call lane has its own relay.

    `told`: the letters by id whose people know already. Returns those who were told now.
    """
    newly: set[str] = set()
    for notice in tx.notices.in_states({"approved", "sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None or notice.id in told:
            continue
        here = NoticeContext(tx, runtime, incident, notice)
        tell_trouble(here, RelayFailed(notice.id, notice.kind, why))
        newly.add(notice.id)
    return frozenset(newly)
