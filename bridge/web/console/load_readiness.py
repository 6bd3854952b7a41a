"""Reading what has to work before anything happens: people, lists, sources."""

from bridge.stages.watch import senders
from bridge.store.tx import Tx
from bridge.web.console.desk import Desk
from bridge.web.views.lists import ListsData
from bridge.web.views.people import PeopleData
from bridge.web.views.sources import SourcesData

IGNORED_SHOWN = 50


def load_people(tx: Tx, desk: Desk, *, tried: bool) -> PeopleData:
    """Who is rung, and what became of the last ring to each. `tried`: a test ring was just asked for."""
    config = desk.runtime.config
    return PeopleData(
        frame=desk.frame(tx.now),
        services=config.services,
        escalations=config.escalations,
        rings=tx.summaries.last_rings(),
        approvals=tx.summaries.last_approvals(),
        tried=tried,
    )


def load_lists(tx: Tx, desk: Desk) -> ListsData:
    """The lists as they are now, beside the last letter that went to each."""
    config = desk.runtime.config
    last = {service: tx.notices.last_sent(service, exclude="") for service in config.services}
    return ListsData(
        frame=desk.frame(tx.now),
        services=config.services,
        lists=desk.lists,
        files={service: one.path.name for service, one in config.service_lists.items()},
        previous={
            service: sent[0].recipients for service, sent in last.items() if sent and sent[0].recipients
        },
    )


def load_sources(tx: Tx, desk: Desk) -> SourcesData:
    """What was heard of each source, and the alerts that no incident took."""
    config = desk.runtime.config
    return SourcesData(
        frame=desk.frame(tx.now),
        services=config.services,
        senders=tuple(senders(tx, config)),
        heard={source: desk.posts.of(source) for source in config.sources},
        began_at=desk.posts.began_at,
        ignored=tx.alerts.recently_ignored(IGNORED_SHOWN),
    )
