"""How a sending went: when every recipient was tried once, and when nothing is left."""

from dataclasses import dataclass
from urllib.parse import urlencode

from bridge.core.actions import Action
from bridge.core.dates import near_clock
from bridge.core.events import Left, Retried
from bridge.core.failures import alias
from bridge.core.model import DeliveryState
from bridge.web.views.deck import Button
from bridge.web.views.page_data import FailedRow, PageData
from bridge.web.views.recipients import was_before
from bridge.web.views.sending import after_detection, nothing_sent

_RETRIED: tuple[DeliveryState, ...] = ("failed", "unknown")
DOMAINS = 3  # of the recipients whom the mail server refused in the same words


def finished(data: PageData) -> tuple[str, str]:
    """Heading and sentence of a letter with nothing left to send."""
    say = data.say
    if not data.deliveries("sent"):
        return say("nothing_sent"), _lost(data)
    told = _lost(data) + _left_out(data) + after_detection(data)
    return say("sent_title", n=say.number(data.deliveries("sent"))), told


def first_round(data: PageData) -> tuple[str, str]:
    """The same when everybody was tried, and the mail server has put some off: people need not wait for those."""
    say, until = data.say, data.retrying_until
    told = "" if nothing_sent(data) else say("sent_to", n=say.number(data.deliveries("sent")))
    if until is not None:
        rest = say.number(data.deliveries("queued", "sending", "in_doubt", "deferred"))
        told += say("retrying", n=rest, until=near_clock(until, data.now, say.zone, data.lang))
    told += _lost(data) + _left_out(data) + after_detection(data) + say("retrying_note")
    return say("nothing_sent" if nothing_sent(data) else "first_round"), told


def _left_out(data: PageData) -> str:
    """Who is missing: rows that could not be used, and a list that was surprisingly short or long."""
    if not data.same_list:  # what is wrong with the list of now says nothing about the one that was sent to
        return ""
    say, bad = data.say, data.audience.bad_total
    rows = say("rows_left_out", n=say.number(bad)) if bad else ""
    size = was_before(data) if "list_size" in data.surprises else ""
    return rows + (f"{size} " if size and data.lang == "en" else size)


@dataclass(frozen=True, slots=True)
class Reason:
    """The mail server's words, how many it refused in them and where, and what sends to those again."""

    reply: str
    refused: str
    again: Button | None


def reasons(data: PageData) -> tuple[Reason, ...]:
    """The mail server's words, each with how many it refused in them, and at which domains."""
    several = len(data.failures) > 1
    return tuple(
        Reason(
            group.reply,
            _refused(data, group.count, group.domains),
            _again(data, "failed", group.count, group.reply) if several and group.reply else None,
        )
        for group in data.failures
    )


def retries(data: PageData) -> tuple[Button, ...]:
    """The presses that send the letter again to all whom it did not reach, and to all of whom nobody knows."""
    found = [_again(data, state, data.deliveries(state)) for state in _RETRIED]
    if "leave" in data.offers and "" not in _left(data):
        text = data.say("leave_unknown", n=data.say.number(data.deliveries("unknown")))
        found.append(_press(data, "leave", (text, ""), ("unknown", "", "")))
    return tuple(press for press in found if press is not None)


@dataclass(frozen=True, slots=True)
class Unreached:
    """One whom the letter did not reach, or perhaps not. `presses`: about them alone, where nobody knows."""

    address: str
    state: str
    reply: str
    presses: tuple[Button, ...]


def unreached(data: PageData, most: int) -> tuple[Unreached, ...]:
    """The first of them."""
    return tuple(
        Unreached(row.address, row.state, row.reply, _alone(data, row)) for row in data.failed[:most]
    )


def _alone(data: PageData, row: FailedRow) -> tuple[Button, ...]:
    if row.state != "unknown" or "retry" not in data.offers:
        return ()
    say, which, left = data.say, ("unknown", "", alias(row.address)), _left(data)
    again = _press(data, "retry", (say("retry_one"), say("retry_twice")), which)
    return (
        (again,) if left & {"", which[2]} else (again, _press(data, "leave", (say("leave_one"), ""), which))
    )


def _left(data: PageData) -> set[str]:
    """The aliases of those whom people left as they are since letters were sent again last; empty: all of them."""
    mine = [event for event in data.events if event.detail.get("notice") == data.notice.id]
    last = max((event.seq for event in mine if event.action == Retried.action), default=0)
    return {str(e.detail.get("recipient") or "") for e in mine if e.action == Left.action and e.seq > last}


def _again(data: PageData, state: DeliveryState, count: int, reply: str = "") -> Button | None:
    if not count or "retry" not in data.offers:
        return None
    say = data.say
    note = say("retry_twice") if state == "unknown" else say("retry_rest") if "resume" in data.offers else ""
    return _press(data, "retry", (say(f"retry_{state}", n=say.number(count)), note), (str(state), reply, ""))


def _press(data: PageData, action: Action, words: tuple[str, str], which: tuple[str, str, str]) -> Button:
    """Whom it is for stands in the button's own address: a page has several of them, each for others."""
    named = zip(("state", "reply", "recipient"), which, strict=True)
    query = urlencode([(name, value) for name, value in named if value])
    return Button(*words, action, data.link(query))


def _refused(data: PageData, count: int, domains: tuple[str, ...]) -> str:
    shown = ("、" if data.lang == "ja" else ", ").join(domains[:DOMAINS])
    key = "reason_group_more" if len(domains) > DOMAINS else "reason_group"
    return data.say(key, n=data.say.number(count), domains=shown)


def _lost(data: PageData) -> str:
    say, failed, unknown = data.say, data.deliveries("failed"), data.deliveries("unknown")
    lost = say("sent_failed", n=say.number(failed)) if failed else ""
    return lost + (say("sent_unknown", n=say.number(unknown)) if unknown else "")
