"""Verifying the history of an incident: whether its chain holds, and whether its letters are what it says."""

import hmac
from collections.abc import Iterator

from bridge.core.audit_chain import START, AuditKeys, ChainedEvent, chain_mac
from bridge.core.model import Event
from bridge.store.events import is_yes
from bridge.store.tx import Tx


def broken(tx: Tx, keys: AuditKeys, incident_id: str) -> Iterator[tuple[int, str]]:
    """Every event whose chain does not hold, or whose letter is another now: its number and why.

    Number 0 stands for a yes that a letter claims and no event records.
    """
    previous, expected = START, 1
    yes: dict[str, tuple[int, str]] = {}  # the last yes to each letter: the event's number, the person
    for link in tx.events.chain(incident_id):
        event = link.event
        if event.seq != expected:
            yield event.seq, f"event {expected} is missing"
        elif link.previous_mac != previous:
            yield event.seq, "does not follow the event before"
        elif why := _untrue(tx, keys, incident_id, link):
            yield event.seq, why
        if is_yes(event):
            yes[event.detail.get("notice", "")] = event.seq, event.actor
        previous, expected = link.mac, event.seq + 1
    yield from _claimed(tx, incident_id, yes)


def _untrue(tx: Tx, keys: AuditKeys, incident_id: str, link: ChainedEvent) -> str:
    """Why an event in its place is not what was written, or names a text that was changed; empty when all holds."""
    event = link.event
    key = keys.by_id.get(link.key_id)
    if key is None:
        return f"signed by key {link.key_id}, which the key file does not hold"
    if not hmac.compare_digest(link.mac, chain_mac(key, link.previous_mac, incident_id, event)):
        return "was changed"
    return (
        f"names another text than version {event.detail['version']} holds now"
        if _other_text(tx, event)
        else ""
    )


def _other_text(tx: Tx, event: Event) -> bool:
    """Whether the version that an event is about holds another text now. Older events do not say what it held."""
    texts = event.detail.get("texts")
    return texts is not None and tx.notices.digest(event.detail["notice"], event.detail["version"]) != texts


def _claimed(tx: Tx, incident_id: str, yes: dict[str, tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Letters that name another approver than the history does."""
    for notice in tx.notices.of(incident_id):
        seq, actor = yes.get(notice.id, (0, notice.approved_by))
        if notice.approved_by and notice.approved_by != actor:
            yield seq, f"is a yes of {actor}, and its letter says {notice.approved_by}"
