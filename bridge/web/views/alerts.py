"""Which alerts an incident consists of: what fires and what has ended, since when, and who says so.

Here alone stand the names that a source gave its alerts. Without them nobody could find out that the one alert that
still counts as firing ended long ago, unseen.
"""

from dataclasses import dataclass

from bridge.core.kinds import spec_of
from bridge.core.model import AlertGroup, LeftOut
from bridge.web.views.page_data import PageData


@dataclass(frozen=True, slots=True)
class AlertLine:
    """The alerts of one name: `LoginErrors(3件)`, and in small letters since when and from which source."""

    name: str
    told: str


@dataclass(frozen=True, slots=True)
class AlertList:
    """All alerts of the incident by name. `more`: that there are others; `left_out`: what was kept out of it."""

    title: str
    firing: tuple[AlertLine, ...]
    ended: tuple[AlertLine, ...]
    more: str
    left_out: tuple[str, ...]


def alert_list(data: PageData) -> AlertList | None:
    """None for an incident whose alerts are not known."""
    if not data.alerts:
        return None
    say, firing = data.say, [one for one in data.alerts if one.status == "firing"]
    ended = [one for one in data.alerts if one.status == "resolved"]
    unlisted = data.alert_count - sum(one.count for one in data.alerts)
    return AlertList(
        title=say("alerts", firing=say.number(data.firing), ended=say.number(data.alert_count - data.firing)),
        firing=tuple(_line(data, one) for one in firing),
        ended=tuple(_line(data, one) for one in ended),
        more=say("alerts_more", n=say.number(unlisted)) if unlisted > 0 else "",
        left_out=left_out(data),
    )


def still_firing(data: PageData) -> str:
    """How many alerts fire, with a name: `アラートが2件続いています(ItemErrors ほか)`. Empty for none."""
    say, named = data.say, [one.name for one in data.alerts if one.status == "firing" and one.name]
    if not data.firing:
        return ""
    told = say("still_firing", n=data.firing)
    if not named:
        return told
    return say("named_more" if len(named) > 1 else "named", told=told, name=named[0])


def left_out(data: PageData) -> tuple[str, ...]:
    """Alerts of the same names that do not count here: their end is not awaited, and they may go on."""
    return tuple(_kept_out(data, one) for one in data.left_out)


def warns_of_left_out(data: PageData) -> tuple[str, ...]:
    """The same for a letter that says that all is over."""
    return left_out(data) if spec_of(data.notice.kind).tells_recovery else ()


def _line(data: PageData, group: AlertGroup) -> AlertLine:
    say, name = data.say, group.name or data.say("alert_unnamed")
    since, until = say.clock(group.since), say.clock(group.until) if group.until else ""
    key = "alert_by_hand" if group.by_hand else "alert_ended" if until else "alert_since"
    if group.end_note and not group.by_hand:
        key = "alert_unmeasured"
    shown = say("alert_times", name=name, n=say.number(group.count)) if group.count > 1 else name
    return AlertLine(shown, say(key, since=since, until=until, source=group.source, why=group.end_note))


def _kept_out(data: PageData, one: LeftOut) -> str:
    key = "alert_left_out" if one.value else "alert_left_out_bare"
    return data.say(key, name=one.name, label=one.label, value=one.value, clock=data.say.clock(one.at))
