"""What a record cannot know that was restored, copied or left alone for long: said instead of counts that are old."""

from dataclasses import dataclass

from bridge.web.views.deck import Button
from bridge.web.views.fact_rows import FactRow, subject_of
from bridge.web.views.page_data import PageData
from bridge.web.words import RECORD_REASONS


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stopped letter by such a record. `search`: how to find out what is missing from it."""

    label: str
    count: str
    unit: str
    note: str
    rows: tuple[FactRow, ...]
    heading: str
    search: str


def recorded(data: PageData) -> Recorded | None:
    """None where nothing is missing from the record, and for a letter that was not stopped."""
    if data.record_until is None or data.notice.state != "stopped":
        return None
    say, left = data.say, left_on_record(data)
    return Recorded(
        say("recorded_left"),
        say.number(left),
        say("people_1" if left == 1 else "people"),
        say("recorded_note"),
        _rows(data),
        say("before_deciding"),
        how_to_search(data),
    )


def old_record(data: PageData) -> str:
    """Until when the record goes, and how to find out what it misses; empty where it misses nothing."""
    if data.record_until is None:
        return ""
    return data.say("gap").join((*until_when(data), how_to_search(data)))


def until_when(data: PageData) -> tuple[str, ...]:
    """Until when the record goes, and that it is a copy: a sentence each."""
    say, at = data.say, data.record_until
    if at is None:
        return ()
    copied = (say("copied"),) if data.copy else ()
    return *copied, say("old_record", at=say.dated_to_the_second(at)), say("old_record_since")


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """Which of two copies goes on. `sides`: where both are, as far as known. `presses`: two buttons."""

    heading: str
    sides: str
    presses: tuple[Button, ...]


def copy_choice(data: PageData) -> CopyChoice | None:
    """None unless the record is a copy, and this person may say which goes on."""
    copy, say = data.copy, data.say
    if copy is None or "go_on" not in data.offers:
        return None
    known = copy.before and copy.here
    sides = say("copy_sides", before=copy.before, here=copy.here) if known else ""
    presses = (
        Button(say("copy_quiet"), say("copy_quiet_note"), "keep_quiet"),
        Button(say("copy_go_on"), say("copy_go_on_note"), "go_on"),
    )
    return CopyChoice(say("copy_which"), f"{sides}{say('gap') if sides else ''}{say('copy_both')}", presses)


def how_to_search(data: PageData) -> str:
    """What to look for in the mail server's log, and what the answer means."""
    at, say = data.record_until, data.say
    sender = data.service.sender.email
    return say("old_record_search", at=say.dated_to_the_second(at), sender=sender) if at else ""


def left_on_record(data: PageData) -> int:
    """How many have no answer yet, by the record."""
    return max(0, (data.recipients or 0) - data.deliveries("sent", "failed", "unknown", "superseded"))


def _rows(data: PageData) -> tuple[FactRow, ...]:
    say, (lang, subject) = data.say, subject_of(data)
    sent = say.number(data.deliveries("sent"))
    reason = "copied" if data.copy else data.notice.stop_reason or ""
    why = RECORD_REASONS[reason][data.lang] if reason in RECORD_REASONS else ""
    rows = (
        FactRow(say("state_sent"), say("recorded_sent", n=sent)),
        FactRow(say("subject"), subject, lang),
        FactRow(say("stop_why"), why),
    )
    return tuple(row for row in rows if row.value)
