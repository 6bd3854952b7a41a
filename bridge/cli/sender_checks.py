"""What `bridge check` says of senders: when each posted last, as the running bridge has written it down."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from bridge import clock
from bridge.cli.conditions import Problem
from bridge.cli.records import recorded
from bridge.config import Config
from bridge.core.values import format_duration
from bridge.core.watchdog import SenderState, is_silent
from bridge.stages.watch import senders

_EVER = datetime.min.replace(tzinfo=UTC)


def check_senders(config: Config) -> Iterator[Problem]:
    """Whether a sender that is expected has fallen silent, and whether it is turned away."""
    now = clock.now()
    for sender in _known(config):
        wrong = sender.turned_away_since(now)
        if wrong:
            yield (
                ("sources", sender.source),
                f"posts arrive with a wrong token since {wrong:%Y-%m-%dT%H:%MZ}. Give the sender the right one",
            )
        elif is_silent(sender, _EVER, now) and sender.posted_at and sender.allowed:
            yield (
                ("sources", sender.source, "expect_every"),
                f"last post {_ago(sender, now)}, expected every {format_duration(sender.allowed)}. See to the sender",
            )


def last_posts(config: Config) -> Iterator[str]:
    """A line for each source that ever posted."""
    now = clock.now()
    for sender in _known(config):
        if sender.posted_at:
            yield f"{sender.source}: last post {_ago(sender, now)}"


def _ago(sender: SenderState, now: datetime) -> str:
    age = sender.silent_for(now) or timedelta()
    return f"{format_duration(timedelta(seconds=int(age.total_seconds())))} ago"


def _known(config: Config) -> list[SenderState]:
    return recorded(config, partial(senders, config=config)) or []
