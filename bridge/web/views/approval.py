"""The page of a notice that waits for a person: four facts, the letter, one button."""

from dataclasses import dataclass

from bridge.core.diff import TextChange
from bridge.core.kinds import Asks, spec_of
from bridge.core.next_notice import printed_due
from bridge.web.views.alerts import warns_of_left_out
from bridge.web.views.approvers import not_reached, open_banner, second_waits
from bridge.web.views.batch_overview import BatchOverview, overview
from bridge.web.views.deadline import Deadline, deadline
from bridge.web.views.deck import Button, Choice, button, choices
from bridge.web.views.disclosures import Disclosures, disclosures
from bridge.web.views.edit import Field
from bridge.web.views.fact_rows import FactRow, fact_rows
from bridge.web.views.letters import (
    ChangesSinceEdit,
    LetterView,
    edits_of,
    from_answers,
    letters,
    numbered,
    rewritten_changes,
    since_edit,
)
from bridge.web.views.old_record import CopyChoice, copy_choice, old_record
from bridge.web.views.page_data import PageData
from bridge.web.views.problems import FormProblem, problem_of
from bridge.web.views.recipients import Audience, audience
from bridge.web.views.stopped import joined

PERSONAL_DATA_RULE = "LAW-02"


@dataclass(frozen=True, slots=True)
class News:
    """What changed since this person looked. `lead`: one sentence, its middle part in bold.

    `typed`: the text that this person wrote and that was not saved.
    """

    lead: tuple[str, str, str]
    changed: str
    old: str
    new: str
    changes: tuple[TextChange, ...]
    typed: tuple[Field, ...]
    typed_note: str


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """Everything the template lays out, in the order of the screen. An empty text is not shown.

    `asks_news`: the page asks whether anything has changed. `untouched`: apart from the facts, the letter is what
    the company registered. `rewritten`: what a rewrite from the facts of now would change. `amber`: that there is
    something to check, above a card so long that it hides what. `notes`: what is odd about the text, in amber.
    """

    title: str
    asks_news: bool
    done: str
    banner: str
    copy: CopyChoice | None
    acknowledged: str
    deadline: Deadline
    problems_title: str
    problems: tuple[FormProblem, ...]
    warnings: tuple[FormProblem, ...]
    personal_data: bool
    audience: Audience
    rows: tuple[FactRow, ...]
    untouched: bool
    amber: str
    notes: tuple[str, ...]
    edited: str
    edits: tuple[TextChange, ...]
    since: ChangesSinceEdit | None
    rewritten: tuple[TextChange, ...]
    overview: BatchOverview | None
    letters: tuple[LetterView, ...]
    other_letters: tuple[LetterView, ...]
    button: Button | None
    choices: tuple[Choice, ...]
    sheets: Disclosures
    news: News | None = None


def approval(data: PageData) -> ApprovalView:
    """The view of an undecided notice."""
    marks, edits, errors = numbered(data), edits_of(data), len(data.errors)
    shown = letters(data, marks, edited=bool(edits))
    unfolded = len(shown) if data.letters else 1
    places = {piece.mark for each in shown for piece in (*each.subject, *each.body)}
    problems = tuple(problem_of(data, mark, linked=mark.number in places) for mark in marks)
    links = choices(data)
    return ApprovalView(
        title=_title(data),
        asks_news=spec_of(data.notice.kind).asks is Asks.NEWS,
        done=_done(data),
        banner=joined(data, not_reached(data), old_record(data), open_banner(data)),
        copy=copy_choice(data),
        acknowledged=_acknowledged(data),
        deadline=deadline(data),
        problems_title=_problems_title(data),
        problems=problems[:errors],
        warnings=problems[errors:],
        personal_data=any(finding.rule == PERSONAL_DATA_RULE for finding in data.findings),
        audience=audience(data),
        rows=fact_rows(data),
        untouched=_untouched(data, edits),
        amber=_amber(data, problems[errors:]),
        notes=_notes(data),
        edited=_edited(data, edits or ()),
        edits=edits or (),
        since=since_edit(data),
        rewritten=rewritten_changes(data),
        overview=overview(data) if data.letters else None,
        letters=shown[:unfolded],
        other_letters=shown[unfolded:],
        button=button(data),
        choices=links,
        sheets=disclosures(data, acknowledge=all(link.action is None for link in links)),
    )


def _title(data: PageData) -> str:
    say, due = data.say, printed_due(data.notice)
    if data.errors:
        return say("error_title", title=_problems_title(data))
    if due <= data.now:
        return say("title_late", name=data.heading)
    return say("title_open", clock=say.spoken(due), name=data.heading)


def _problems_title(data: PageData) -> str:
    errors = len(data.errors)
    return "" if not errors else data.say("fix_1") if errors == 1 else data.say("fix_n", n=errors)


def _done(data: PageData) -> str:
    """What the last press of this person did. The page begins with it where nothing was sent."""
    say = data.say
    if data.notice.state == "awaiting_second" and data.said_yes:
        return say("full_stop", first=say("unsent"), second=second_waits(data))
    return say(f"did_{data.did}", address=data.person.email) if data.did else ""


def _acknowledged(data: PageData) -> str:
    say, at = data.say, data.notice.acknowledged_at
    if at is None or data.did == "acknowledged":
        return ""
    return say("acknowledged_by", who=say.person(data.notice.acknowledged_by), clock=say.clock(at))


def _untouched(data: PageData, edits: tuple[TextChange, ...] | None) -> bool:
    own = data.version.edited_by is None or from_answers(data) or edits == ()
    return own and not data.letters and not data.template_problem


def _amber(data: PageData, warnings: tuple[FormProblem, ...]) -> str:
    """The first thing to check and how many there are, for a letter about the past: its facts fill the screen."""
    found = (*_notes(data), *(warning.why for warning in warnings))
    if not found or not spec_of(data.notice.kind).looks_back:
        return ""
    return data.say("check_first", n=len(found), first=found[0])


def _notes(data: PageData) -> tuple[str, ...]:
    say = data.say
    failed = say("template_failed", why=data.template_problem) if data.template_problem else ""
    return tuple(note for note in (failed, *warns_of_left_out(data)) if note)


def _edited(data: PageData, edits: tuple[TextChange, ...]) -> str:
    """Whose words or answers are in the letter, where they changed it."""
    key, who = "answered" if from_answers(data) else "edited", data.say.person(data.version.edited_by)
    return data.say(key, who=who, n=len(edits)) if edits else ""
