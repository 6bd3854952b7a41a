"""Telling the on-call that something keeps a letter from its customers."""

from collections.abc import Sequence, Set

from bridge.core.model import Incident, Notice
from bridge.oncall.message import Trouble
from bridge.stages.notify_oncall import tell
from bridge.stages.runtime import BRIDGE, Runtime
from bridge.store.tx import Tx


def tell_trouble(
    tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, trouble: Trouble, action: str, why: str
) -> None:
    """Mail everybody behind a letter, each with their own link; `action` is what the history calls it."""
    tx.events.add(incident.id, BRIDGE, action, notice=notice.id, kind=notice.kind, why=why)
    mail_trouble(tx, runtime, incident, notice, runtime.behind(incident), trouble, why)


def mail_trouble(
    tx: Tx,
    runtime: Runtime,
    incident: Incident,
    notice: Notice,
    people: Sequence[str],
    trouble: Trouble,
    why: str,
) -> None:
    """Mail these people what keeps a letter from its customers, each with their own link.

    After its event: that takes the history's lock, without which two troubles at once get one number, and only the
    first is mailed.
    """
    tx.links.ensure(notice.id, people)
    tell(tx, runtime, incident, notice, "trouble", people, {"trouble": trouble, "why": why})


def tell_relay_down(tx: Tx, runtime: Runtime, why: str, told: Set[str]) -> frozenset[str]:
    """Ring everybody behind a letter that is approved or on its way; the on-call lane has its own relay.

    `told`: the letters by id whose people know already. Returns those who were told now.
    """
    newly: set[str] = set()
    for notice in tx.notices.in_states({"approved", "sending"}):
        incident = tx.incidents.get(notice.incident_id)
        if incident is None or notice.id in told:
            continue
        tell_trouble(tx, runtime, incident, notice, "relay", "relay_down", why)
        newly.add(notice.id)
    return frozenset(newly)
