"""The page of a notice that waits for a person: four facts, the letter, one button."""

from dataclasses import dataclass

from bridge.core.actions import Action
from bridge.core.diff import TextChange
from bridge.core.kinds import Asks, Clock, spec_of
from bridge.core.next_notice import printed_due
from bridge.web.views.changes_since_edit import ChangesSinceEdit, since_edit
from bridge.web.views.disclosures import Disclosures, sheets
from bridge.web.views.edit import Field
from bridge.web.views.fact_rows import FactRow, fact_rows
from bridge.web.views.layout import Deadline, Layout, deadline, frame, heading, link
from bridge.web.views.letter import LetterView
from bridge.web.views.letters import Highlight, edits_of, from_answers, letters, numbered, untranslated
from bridge.web.views.page_data import PageData
from bridge.web.views.recipients import Audience, audience
from bridge.web.views.second_approver import second_asked, second_waits
from bridge.wording import Letter as Wording
from bridge.wording import apply

PERSONAL_DATA_RULE = "LAW-02"
CAUSE_DAY_RULE = "BRG-05"


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A finding in words. `mark` is its number; `linked`: the letter on the page shows the place.

    `quote` is empty where something is missing rather than wrong.
    """

    mark: int
    linked: bool
    quote: str
    why: str
    replacement: str | None


@dataclass(frozen=True, slots=True)
class Button:
    """The one button. Without an `action` it is a link to `href`. `fields`: further hidden fields."""

    text: str
    note: str
    action: Action | None = None
    href: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the text links under the button: a link, or a press of its own when `action` is set."""

    text: str
    href: str = ""
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What changed since this person looked. `lead`: one sentence, its middle part in bold.

    `typed`: text that would otherwise be lost.
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
    """Everything the template lays out, in the order of the screen."""

    frame: Layout
    question: str
    done: str
    banner: str
    relay: str
    acknowledged: str
    deadline: Deadline
    problems_title: str
    problems_note: str
    problems: tuple[FormProblem, ...]
    warnings: tuple[FormProblem, ...]
    personal_data: bool
    audience: Audience
    rows: tuple[FactRow, ...]
    untouched: str
    fallback: str
    untranslated: str
    edited: str
    edits: tuple[TextChange, ...]
    since: ChangesSinceEdit | None
    letters: tuple[LetterView, ...]
    other_letters: tuple[LetterView, ...]
    button: Button | None
    choices: tuple[Choice, ...]
    sticky: bool
    sheets: Disclosures
    news: News | None = None


def approval(data: PageData) -> ApprovalView:
    """The view of an undecided notice."""
    outer = frame(data, _title(data))
    marks = numbered(data)
    edits = edits_of(data)
    all_letters = letters(data, marks, edits)
    shown = 1 if not data.letters else len(all_letters)
    places = {piece.mark for each in all_letters for piece in (*each.subject, *each.body)}
    problems = tuple(_problem(data, mark, linked=mark.number in places) for mark in marks)
    errors = len(data.errors)
    choices = _choices(data, outer)
    return ApprovalView(
        frame=outer,
        question=_question(data),
        done=_done(data),
        banner=_banner(data),
        relay=_relay(data),
        acknowledged=_acknowledged(data),
        deadline=deadline(data),
        problems_title=_problems_title(data, errors),
        problems_note=data.say("batch_fix") if data.letters else "",
        problems=problems[:errors],
        warnings=problems[errors:],
        personal_data=any(f.rule == PERSONAL_DATA_RULE for f in data.findings),
        audience=audience(data),
        rows=fact_rows(data),
        untouched=_untouched(data, edits),
        fallback=_fallback(data),
        untranslated=_untranslated(data),
        edited=_edited(data, edits),
        edits=edits or (),
        since=since_edit(data),
        letters=all_letters[:shown],
        other_letters=all_letters[shown:],
        button=_button(data, outer),
        choices=choices,
        sticky=not data.letters,
        sheets=sheets(data, acknowledge=all(c.action is None for c in choices)),
    )


def _title(data: PageData) -> str:
    say, name = data.say, heading(data)
    if data.errors:
        return say("error_title", title=_problems_title(data, len(data.errors)))
    due = printed_due(data.notice)
    if due <= data.now:
        return say("title_late", name=name)
    return say("title_open", clock=say.spoken(due), name=name)


def _question(data: PageData) -> str:
    return data.say("update_title") if spec_of(data.notice.kind).asks is Asks.NEWS else ""


def _done(data: PageData) -> str:
    """What this person's last press did: the page begins with it when nothing was sent."""
    say = data.say
    if data.notice.state == "awaiting_second" and data.said_yes:
        return say("full_stop", first=say("unsent"), second=second_waits(data))
    return say(f"did_{data.did}", address=data.person.email) if data.did else ""


def _banner(data: PageData) -> str:
    """Who else must approve, or already has."""
    say, notice = data.say, data.notice
    if notice.state == "awaiting_second":
        return "" if data.said_yes else second_asked(data)
    if not data.two_people:
        return _all_ended(data)
    if data.version.edited_by == data.person.id:
        return say("second_editor", v=notice.version)
    return say("second_needed")


def _all_ended(data: PageData) -> str:
    """A disturbance that was over before anyone approved can be told in one letter, or not at all."""
    over, firing = data.incident.resolved_at, any(a.status == "firing" for a in data.alerts)
    if spec_of(data.notice.kind).clock is not Clock.DETECTION or over is None or firing:
        return ""
    say = data.say
    return say("all_ended", clock=say.clock(over))


def _relay(data: PageData) -> str:
    """That the letter cannot leave yet: no reason to wait with the decision."""
    if data.relay_problem is None:
        return ""
    return data.say("relay_down_yet", why=data.relay_problem)


def _acknowledged(data: PageData) -> str:
    say, notice = data.say, data.notice
    if notice.acknowledged_at is None or data.did == "acknowledged":
        return ""
    return say(
        "acknowledged_by", who=say.person(notice.acknowledged_by), clock=say.clock(notice.acknowledged_at)
    )


def _problems_title(data: PageData, errors: int) -> str:
    say = data.say
    return "" if not errors else say("fix_1") if errors == 1 else say("fix_n", n=errors)


def _problem(data: PageData, mark: Highlight, *, linked: bool) -> FormProblem:
    say, finding = data.say, mark.finding
    quote = say("quoted", text=finding.text) if finding.text else ""
    if data.letters:
        quote = say("quoted_in", n=mark.letter + 1, quote=quote).strip()
    return FormProblem(mark.number, linked, quote, finding.because(data.lang), finding.replacement)


def _untouched(data: PageData, edits: tuple[TextChange, ...] | None) -> str:
    """That all but the facts is as the company registered it; nothing where that is not so."""
    own = data.version.edited_by is None or from_answers(data) or edits == ()
    shipped = data.letters or data.template_problem
    return data.say("as_template") if own and not shipped else ""


def _fallback(data: PageData) -> str:
    why = data.template_problem
    return data.say("template_failed", why=why) if why else ""


def _untranslated(data: PageData) -> str:
    say, readers = data.say, untranslated(data)
    return say("untranslated", n=say.number(readers)) if readers else ""


def _edited(data: PageData, edits: tuple[TextChange, ...] | None) -> str:
    """Whose words or answers the letter has in it; nothing where they leave it as it was."""
    if not edits:
        return ""
    say = data.say
    key = "answered" if from_answers(data) else "edited"
    return say(key, who=say.person(data.version.edited_by), n=len(edits))


def _button(data: PageData, outer: Layout) -> Button | None:
    say = data.say
    if data.errors:
        if "edit" not in data.offers:
            return None
        by_hand = {f.rule for f in data.errors if f.replacement is None}
        if by_hand == {CAUSE_DAY_RULE}:
            return Button(say("answer_again"), say("edit_note"), href=link(outer, "answers"))
        if by_hand:
            return Button(say("edit_self"), say("edit_note"), href=link(outer, "edit"))
        return Button(say("repair"), say("repair_note"), "edit", fields=_repaired(data))
    if "approve" not in data.offers or data.recipients is None or data.audience.problem:
        return None
    return Button(send_text(data), send_note(data), "approve")


def _repaired(data: PageData) -> tuple[tuple[str, str], ...]:
    """The whole letter with every suggestion in it, as the fields of an edit."""
    text = data.version.texts[data.service.locale]
    mended = apply(Wording(data.notice.kind, text.subject, text.body), data.errors)
    return ("subject", mended.subject), ("body", mended.body)


def send_text(data: PageData) -> str:
    """What the button does, with the number in it."""
    say, notice = data.say, data.notice
    n = say.number(data.recipients or 0)
    if notice.state == "awaiting_second":
        return say("send_second", n=n)
    if data.letters:
        return say("send_batch", n=n)
    if spec_of(notice.kind).asks is Asks.NEWS and data.version.edited_by is None and not data.facts.changes:
        return say("send_unchanged", n=n)
    return say("send", n=n)


def send_note(data: PageData) -> str:
    """What happens after the press."""
    say = data.say
    if data.two_people and data.notice.state == "awaiting_approval":
        return say("first_note")
    seconds = data.hold_seconds
    return say("hold_note", n=seconds) if seconds else say("hold_none")


def _choices(data: PageData, outer: Layout) -> tuple[Choice, ...]:
    """The text links under the button, as the pictures order them."""
    say, asks = data.say, spec_of(data.notice.kind).asks
    dismiss = Choice(say("dismiss"), link(outer, "do=dismiss", "#dismiss"))
    if data.errors:
        as_is = Choice(say("as_is"), link(outer, "do=override", "#override"))
        by_hand = (Choice(say("edit_self"), link(outer, "edit")),) if "edit" in data.offers else ()
        return *by_hand, dismiss, as_is
    if asks is Asks.NEWS and "recovered" in data.offers:
        over = Choice(say("recovered"), link(outer, "do=recovered", "#recovered"))
        return Choice(say("write_change"), link(outer, "edit")), over, dismiss
    on_it = Choice(say("acknowledge"), action="acknowledge")
    if "edit" not in data.offers:
        return dismiss, on_it
    edit = Choice(say("edit"), link(outer, "edit"))
    if asks is Asks.ANSWERS:
        edit = Choice(say("answer_again"), link(outer, "answers"))
        return edit, Choice(say("edit"), link(outer, "edit")), dismiss
    return edit, dismiss, on_it
