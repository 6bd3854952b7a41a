"""What `bridge check` says of senders: when each posted last, as the running bridge has written it down."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bridge.cli.conditions import Problem
from bridge.cli.records import CheckedRecords
from bridge.config import Config
from bridge.core.values import format_duration
from bridge.core.watchdog import SenderState, is_silent

_EVER = datetime.min.replace(tzinfo=UTC)


def check_senders(_config: Config, records: CheckedRecords | None) -> Iterator[Problem]:
    """Whether a sender that is expected has fallen silent, and whether it is turned away."""
    if records is None:
        return
    now = records.at
    for sender in records.senders:
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


def last_posts(records: CheckedRecords) -> Iterator[str]:
    """A line for each source that ever posted."""
    for sender in records.senders:
        if sender.posted_at:
            yield f"{sender.source}: last post {_ago(sender, records.at)}"


def _ago(sender: SenderState, now: datetime) -> str:
    age = sender.silent_for(now) or timedelta()
    return f"{format_duration(timedelta(seconds=int(age.total_seconds())))} ago"
