"""A press on the approval page: the checks in the order of DESIGN.md §5, then the action's own file."""

from collections.abc import Callable, Mapping

from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import Notice
from bridge.core.panel import expired, offers, said_yes
from bridge.stages.audience import Lists, audience_of
from bridge.stages.decide.acknowledge import acknowledge
from bridge.stages.decide.approve import approve
from bridge.stages.decide.cancel import cancel
from bridge.stages.decide.case import Answer, Case, Form
from bridge.stages.decide.dismiss import dismiss
from bridge.stages.decide.edit import edit
from bridge.stages.decide.recovered import recovered
from bridge.stages.decide.renew import renew
from bridge.stages.decide.stop import resume, stop
from bridge.stages.decide.trial import trial
from bridge.stages.setup import Setup
from bridge.store.tx import Tx

Decide = Callable[[Tx, Setup, Case, Form], Answer]
ACTIONS: Mapping[str, Decide] = {
    "approve": approve,
    "edit": edit,
    "dismiss": dismiss,
    "acknowledge": acknowledge,
    "cancel": cancel,
    "stop": stop,
    "resume": resume,
    "test": trial,
    "recovered": recovered,
}
# These are about what the page says, or make it outdated; the others mean the same whatever it says.
ABOUT_THE_PAGE = frozenset({"approve", "edit", "dismiss", "recovered"})


def decide(tx: Tx, setup: Setup, link_id: str, form: Form, lists: Lists) -> Answer:
    """Carry out one person's press, or say why not. `lists`: the audiences as they are now."""
    case = open_case(tx, setup, link_id, lists)
    if case is None:
        return Answer("no_link")
    notice = case.notice
    if case.link.replaced or expired(notice, tx.now, case.link.created_at):
        return _gone(tx, setup, case, form)
    offered = form.action in offers(notice, case.person, tx.now, case.incident.state)
    if not offered and (form.action in ACTIONS or notice.state not in UNDECIDED):
        return _already(notice, case.person, form)
    if not form.genuine:
        return Answer("forged")
    if form.action not in ACTIONS:
        return Answer("unknown_action")
    if form.action in ABOUT_THE_PAGE and form.version != notice.version:
        return Answer("newer_version")
    return ACTIONS[form.action](tx, setup, case, form)


def open_case(tx: Tx, setup: Setup, link_id: str, lists: Lists) -> Case | None:
    """The notice behind a link, with its service locked so that nobody else decides meanwhile.

    None for a link that leads nowhere, as one to a service does that the configuration lost.
    """
    link = tx.links.get(link_id)
    notice = tx.notices.get(link.notice_id) if link else None
    incident = tx.incidents.get(notice.incident_id) if notice else None
    if link is None or notice is None or incident is None or incident.service not in setup.config.services:
        return None
    tx.lock("service", incident.service)
    notice = tx.notices.get(link.notice_id) or notice
    incident = tx.incidents.get(notice.incident_id) or incident
    audience = audience_of(tx, setup, incident, notice, lists)
    return Case(incident, notice, setup.service(incident), link, audience)


def _gone(tx: Tx, setup: Setup, case: Case, form: Form) -> Answer:
    """An expired link is good for one thing: a fresh one, to the registered address."""
    if form.action != "renew":
        return Answer("expired")
    return renew(tx, setup, case, form) if form.genuine else Answer("forged")


def _already(notice: Notice, person: str, form: Form) -> Answer:
    """The same person's same approval again is no error: its answer was lost, or the button was hit twice."""
    mine = said_yes(notice, person) or notice.approved_by == person
    repeated = form.action == "approve" and mine and form.version == notice.version
    return Answer("done") if repeated else Answer("decided")
