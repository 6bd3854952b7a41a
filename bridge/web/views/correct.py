"""The page that stops a letter that was wrong, and prepares the correction. It sends nothing."""

from dataclasses import dataclass
from typing import get_args

from bridge.core.dates import round_up
from bridge.core.kinds.correction import Nature
from bridge.web.views.page_data import PageData


@dataclass(frozen=True, slots=True)
class NatureChoice:
    """One answer to what was wrong. `note`: what customers will read."""

    value: Nature
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Correct:
    """The form. `going`: how far the sending is that can be stopped at once; empty when none runs."""

    title: str
    going: str
    stopped: str
    natures: tuple[NatureChoice, ...]
    hint: str
    go: str
    leave: str
    missing: str
    right: str


def correct(data: PageData, *, missing: bool = False, right: str = "") -> Correct:
    """The page. `missing`: nothing was chosen. `right`: what was typed before."""
    say, going = data.say, data.notice.state == "sending"
    sent, rest = data.deliveries("sent"), _rest(data)
    counts = {"sent": say.number(sent), "rest": say.number(rest)}
    promise = round_up(data.now + data.service.policy.update_every.shortest(data.severities))
    return Correct(
        title=say("correct_title", name=data.heading),
        going=say("correct_going", clock=say.to_the_second(data.now), **counts) if going else "",
        stopped=say("correct_stopped", **counts) if rest and not going else "",
        natures=tuple(
            NatureChoice(nature, say(nature), say(f"{nature}_note")) for nature in get_args(Nature)
        ),
        hint=say("right_hint", clock=say.spoken(promise)),
        go=say("correct_stop_go" if going else "correct_go"),
        leave=say("correct_leave_going" if going else "back"),
        missing=say("correct_missing") if missing else "",
        right=right,
    )


def _rest(data: PageData) -> int:
    """How many have not been sent the letter, and will not unless the sending goes on."""
    return max(0, (data.notice.recipients or 0) - data.deliveries("sent", "failed", "unknown"))
