"""A letter that was not to be sent: who decided it and why, whether its alert goes on, and the way back."""

from dataclasses import dataclass

from bridge.core.dates import duration
from bridge.core.next_notice import rest_given_up
from bridge.web.views.deck import Button
from bridge.web.views.disclosures import Moment
from bridge.web.views.fact_rows import impact_of
from bridge.web.views.page_data import PageData


@dataclass(frozen=True, slots=True)
class Ongoing:
    """What goes on though nobody is told of it."""

    heading: str
    lines: tuple[str, ...]


def dismissed(data: PageData) -> tuple[str, str]:
    """The heading and the sentences under it, each on a line of its own."""
    say, notice = data.say, data.notice
    rest = "rest_" if rest_given_up(notice) else ""
    mine = notice.decided_by == data.person.id
    who = (
        say(f"{rest}dismissed_you") if mine else say(f"{rest}dismissed_by", who=say.person(notice.decided_by))
    )
    at = say.clock(notice.decided_at or notice.drafted_at)
    why = say("dismissed_at", clock=at, reason=say.reason(notice.reason))
    if rest:
        return who, f"{why}\n{_how_far(data)}"
    return who, "\n".join((why, say("dismissed_nobody"), say("dismissed_quiet")))


def _how_far(data: PageData) -> str:
    say, sent = data.say, data.deliveries("sent")
    rest = max(0, (data.recipients or 0) - data.deliveries("sent", "failed", "unknown"))
    key = "rest_counts_recorded" if data.record_until else "rest_counts"
    return say(key, sent=say.number(sent), rest=say.number(rest))


def ongoing(data: PageData) -> Ongoing | None:
    """None once no alert fires any more, and where a newer report is about it."""
    if "reopen" not in data.offers:
        return None
    say, since = data.say, data.incident.started_at
    lasting = say("ongoing_since", clock=say.clock(since), length=duration(data.now - since, data.lang))
    return Ongoing(say("ongoing"), (say("full_stop_1", text=impact_of(data)), lasting))


def after_all(data: PageData) -> Button:
    """The quiet way back."""
    return Button(data.say("after_all"), data.say("after_all_note"), "reopen")


def decided_at_last(data: PageData) -> tuple[Moment, ...]:
    """That the rest is never sent, as the last step of a sending."""
    say, at = data.say, data.notice.decided_at or data.now
    return (Moment(at.isoformat(), say.clock(at), dismissed(data)[0]),)


def steps(data: PageData) -> tuple[Moment, ...]:
    """What led to the decision and came after it, oldest first."""
    say, notice = data.say, data.notice
    own = [event for event in data.events if event.detail.get("notice") == notice.id]
    rang = [event for event in own if event.action == "rang"][-1:]
    told = [event for event in own if event.action == "still_firing"]
    why = say.reason(notice.reason)
    decided = say("record_dismissed", who=say.person(notice.decided_by), reason=why)
    lines = [
        (data.incident.received_at, say("record_detected")),
        *((one.at, say("record_rang", who=say.persons(one.detail["people"]))) for one in rang),
        (notice.decided_at or notice.drafted_at, decided),
        *((one.at, say("record_told", who=say.persons(one.detail["people"]))) for one in told),
    ]
    return tuple(Moment(at.isoformat(), say.clock(at), text) for at, text in lines)
