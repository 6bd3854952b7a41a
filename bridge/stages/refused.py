"""A post that its sender may make, and that we could not take: the on-call is told, once in each such outage."""

from dataclasses import asdict, dataclass
from datetime import datetime

from bridge.core.refusals import first_rung, is_news
from bridge.stages.notify_oncall import about_no_notice
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.stages.watch import heard
from bridge.store.tx import Tx

OCCASION = "refused"


@dataclass(frozen=True, slots=True)
class RefusedPost:
    """`status` and `title` are those of our answer; `field` is the JSON path of what was malformed, or empty."""

    source: str
    status: int
    title: str
    field: str = ""


def tell_refused(tx: Tx, runtime: Runtime, post: RefusedPost) -> Wake:
    """Remember when this source was refused last, and ring the first step of every escalation if that is news."""
    tx.lock("refused", post.source)
    key = f"refused {post.source}"
    before = tx.instances.meta(key)
    tx.instances.set_meta(key, tx.now.isoformat())
    heard(tx, post.source)
    if not is_news(datetime.fromisoformat(before) if before else None, tx.now):
        return NOTHING
    config = runtime.config
    rung = first_rung(config.services.values(), config.escalations)
    occasion = f"{key} {tx.now.isoformat()}"
    detail = {**asdict(post), "at": tx.now.isoformat()}
    tx.outbox.add(
        [
            about_no_notice(config.people[person], service, OCCASION, occasion, detail)
            for person, service in rung.items()
        ]
    )
    return Wake(oncall=True)
