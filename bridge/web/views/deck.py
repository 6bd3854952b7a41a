"""The one button of a page, and the text links under it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.actions import Action
from bridge.core.kinds import Asks, Recipients, spec_of
from bridge.core.model import Text
from bridge.core.values import Locale
from bridge.web.views.page_data import PageData
from bridge.wording import Letter, apply

CAUSE_DAY_RULE = "BRG-05"


@dataclass(frozen=True, slots=True)
class Button:
    """Without an `action` it is a link to `href`; with both it posts there.

    `fields`: the hidden fields that its form has of its own.
    """

    text: str
    note: str
    action: Action | None = None
    href: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the text links: a press of its own where `action` is set."""

    text: str
    href: str = ""
    action: Action | None = None


def button(data: PageData) -> Button | None:
    """The button of an undecided notice: it sends, or it leads to what must be repaired first."""
    say = data.say
    if not data.errors:
        return _send(data)
    if "edit" not in data.offers:
        return None
    by_hand = {finding.rule for finding in data.errors if finding.replacement is None}
    if by_hand == {CAUSE_DAY_RULE}:
        return Button(say("answer_again"), say("edit_note"), href=data.link("answers"))
    if data.rewritten:
        return Button(say("rewrite"), say("repair_note"), "edit", fields=_rewritten(data, data.rewritten))
    if by_hand:
        return Button(say("edit_self"), say("edit_note"), href=data.link("edit"))
    return Button(say("repair"), say("repair_note"), "edit", fields=_repaired(data))


def choices(data: PageData) -> tuple[Choice, ...]:
    """The text links under the button of an undecided notice, in the order of the page."""
    say, asks = data.say, spec_of(data.notice.kind).asks
    dismiss = Choice(say("dismiss"), data.link("do=dismiss", "#dismiss"))
    on_it = Choice(say("acknowledge"), action="acknowledge")
    as_is = Choice(say("as_is"), data.link("do=override", "#override"))
    over = Choice(say("recovered"), data.link("do=recovered", "#recovered"))
    answer = Choice(say("answer_again"), data.link("answers"))

    def edit(key: str) -> Choice:
        return Choice(say(key), data.link("edit"))

    if data.errors:
        return *((edit("edit_self"),) if "edit" in data.offers else ()), dismiss, as_is
    if asks is Asks.NEWS and "recovered" in data.offers:
        return edit("write_change"), over, dismiss
    if "edit" not in data.offers:
        return dismiss, on_it
    if asks is Asks.ANSWERS:
        return answer, edit("edit"), dismiss
    return edit("edit"), dismiss, on_it


def hold_note(data: PageData) -> str:
    """How long a press can be taken back."""
    seconds = data.hold_seconds
    return data.say("hold_note", n=seconds) if seconds else data.say("hold_none")


def _send(data: PageData) -> Button | None:
    """The press that approves; None for who cannot, and while the list cannot be counted."""
    if "approve" not in data.offers or data.recipients is None or data.audience.problem:
        return None
    first_of_two = data.two_people and data.notice.state == "awaiting_approval"
    note = data.say("first_note") if first_of_two else hold_note(data)
    if data.drill:
        note = data.say("drill_note")
    return Button(_send_text(data), _last_time(data) + note, "approve")


def _last_time(data: PageData) -> str:
    """The size of the last list, where this one is surprising beside it."""
    if "list_size" not in data.surprises:
        return ""
    return data.say("last_time", n=data.say.number(data.previous_count or 0))


def _send_text(data: PageData) -> str:
    """What the button does, with the number of letters in it."""
    unchanged = data.version.edited_by is None and not data.facts.changes
    spec = spec_of(data.notice.kind)
    if data.notice.state == "awaiting_second":
        key = "send_second"
    elif spec.recipients is Recipients.LEDGER:
        key = "send_correction"
    elif data.letters:
        key = "send_batch"
    elif spec.asks is Asks.NEWS and unchanged:
        key = "send_unchanged"
    else:
        key = "send"
    if data.drill:
        key = {"send_second": "drill_send_second", "send_unchanged": "drill_send_unchanged"}.get(
            key, "drill_send"
        )
    return data.say(key, n=data.say.number(data.recipients or 0))


def _rewritten(data: PageData, texts: Mapping[Locale, Text]) -> tuple[tuple[str, str], ...]:
    """The letter from the facts of now, in every language, as the fields of an edit."""
    main = data.service.locale
    suffixes = {code: "" if code == main else f"_{code}" for code in texts}
    return tuple(
        field
        for code, text in texts.items()
        for field in ((f"subject{suffixes[code]}", text.subject), (f"body{suffixes[code]}", text.body))
    )


def _repaired(data: PageData) -> tuple[tuple[str, str], ...]:
    """The whole letter with every suggestion in it, as the fields of an edit."""
    text = data.version.texts[data.service.locale]
    mended = apply(Letter(data.notice.kind, text.subject, text.body), data.errors)
    return ("subject", mended.subject), ("body", mended.body)
