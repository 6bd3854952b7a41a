"""The watchdog over senders: when each posted last, whom that is told to, and when it is heard again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.config import SOURCES, Config
from bridge.core.refusals import first_rung
from bridge.core.settings import ZERO, Service
from bridge.core.watchdog import STORM_OVER, SenderNews, SenderState, news_of
from bridge.sources.settings import SourceSettings
from bridge.stages.notify_oncall import about_no_notice
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.outbox import OutboxMessage
from bridge.store.tx import Tx

HEARD_WITHIN = timedelta(seconds=1)
POSTED, WRONG, TOLD = "posted", "wrong credential", "silent"  # keys of `meta`, before the name of a source


@dataclass(frozen=True, slots=True)
class SenderChange:
    """What is to be told of one source."""

    sender: SenderState
    news: SenderNews


def heard(tx: Tx, source: str) -> None:
    """Remember that the source posted now, with the right credential.

    To `HEARD_WITHIN`: a storm that tells nothing new writes nothing, and waits for no disk.
    """
    known = _time(tx.instances.meta(f"{POSTED} {source}"))
    if known is None or not timedelta() <= tx.now - known < HEARD_WITHIN:
        tx.instances.set_meta(f"{POSTED} {source}", tx.now.isoformat())


def turned_away(tx: Tx, source: str) -> None:
    """Remember that somebody posts to the source with a wrong credential, and since when."""
    since, last = _two(tx.instances.meta(f"{WRONG} {source}"))
    goes_on = since and last and tx.now - last <= STORM_OVER
    begun = since if since and goes_on else tx.now
    tx.instances.set_meta(f"{WRONG} {source}", f"{begun.isoformat()} {tx.now.isoformat()}")


def senders(tx: Tx, config: Config) -> list[SenderState]:
    """What is known of every listed source."""
    return _states(tx, config.sources)


def post_ages(tx: Tx, config: Config) -> dict[str, timedelta]:
    """How long ago each listed source posted; without those that never did."""
    kept = tx.instances.metas(*(f"{POSTED} {name}" for name in config.sources))
    return {
        name: max(tx.now - posted_at, ZERO)
        for name in config.sources
        if (posted_at := _time(kept.get(f"{POSTED} {name}")))
    }


def news(tx: Tx, config: Config, listening_since: datetime) -> list[SenderChange]:
    """What is to be told now of the sources that are watched."""
    watched = {name: one for name, one in config.sources.items() if _is_watched(one)}
    found = ((state, news_of(state, listening_since, tx.now)) for state in _states(tx, watched))
    return [SenderChange(state, what) for state, what in found if what]


def watch(tx: Tx, runtime: Runtime, listening_since: datetime) -> Wake:
    """Tell the first step of watch.escalation of every sender that fell silent, or that is heard again, once each."""
    found = news(tx, runtime.config, listening_since)
    for source in sorted(one.sender.source for one in found):
        tx.lock("watch", source)
    wake = NOTHING
    # Another instance may have told it.
    for one in news(tx, runtime.config, listening_since) if found else ():
        tx.outbox.add(list(_messages(runtime, one, tx.now)))
        told = tx.now.isoformat() if one.news == "silent" else ""
        tx.instances.set_meta(f"{TOLD} {one.sender.source}", told)
        wake |= Wake(oncall=True)
    return wake


def _states(tx: Tx, sources: Mapping[str, SourceSettings]) -> list[SenderState]:
    """What is kept of all of them is read at once: each round of the timer asks."""
    if not sources:
        return []
    kept = tx.instances.metas(*(f"{what} {name}" for what in (POSTED, WRONG, TOLD) for name in sources))
    return [_state(tx, kept, name, settings) for name, settings in sources.items()]


def _state(tx: Tx, kept: Mapping[str, str], name: str, settings: SourceSettings) -> SenderState:
    since, last = _two(kept.get(f"{WRONG} {name}"))
    own = getattr(SOURCES[settings.kind], "SILENT_AFTER", None)
    firing = tx.alerts.firing_of(name) if _is_watched(settings) else 0
    return SenderState(
        source=name,
        allowed=settings.expect_every or (own if firing else None),
        posted_at=_time(kept.get(f"{POSTED} {name}")),
        told_at=_time(kept.get(f"{TOLD} {name}")),
        wrong_since=since,
        wrong_at=last,
        firing=firing,
    )


def _is_watched(settings: SourceSettings) -> bool:
    return settings.expect_every is not None or hasattr(SOURCES[settings.kind], "SILENT_AFTER")


def _messages(runtime: Runtime, one: SenderChange, now: datetime) -> Iterator[OutboxMessage]:
    sender = one.sender
    wrong = sender.turned_away_since(now)
    detail = {
        "source": sender.source,
        "posted_at": sender.posted_at.isoformat() if sender.posted_at else "",
        "told_at": sender.told_at.isoformat() if sender.told_at else "",
        "wrong_since": wrong.isoformat() if wrong else "",
        "firing": sender.firing,
        "at": now.isoformat(),
    }
    occasion = f"{one.news} {sender.source} {now.isoformat()}"
    for person, service in _rung(runtime.config).items():
        yield about_no_notice(runtime.config.people[person], service, one.news, occasion, detail)


def _rung(config: Config) -> Mapping[str, Service]:
    """Who is told, each with a service in whose name: step 0 of watch.escalation, or without one of every service."""
    if config.watch is None:
        return first_rung(config.services.values(), config.escalations)
    escalation = config.watch.escalation
    mine = [service for service in config.services.values() if service.escalation == escalation]
    service = (mine or list(config.services.values()))[0]
    return dict.fromkeys(config.escalations[escalation].steps[0].people, service)


def _time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _two(written: str | None) -> tuple[datetime | None, datetime | None]:
    first, _, last = (written or "").partition(" ")
    return _time(first), _time(last)
