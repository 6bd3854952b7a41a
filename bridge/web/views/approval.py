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
from bridge.web.views.layout import Deadline, Layout, deadline, frame, heading, link, speech
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


def approval(situation: PageData) -> ApprovalView:
    """The view of an undecided notice."""
    outer = frame(situation, _title(situation))
    marks = numbered(situation)
    edits = edits_of(situation)
    all_letters = letters(situation, marks, edits)
    shown = 1 if not situation.letters else len(all_letters)
    places = {piece.mark for each in all_letters for piece in (*each.subject, *each.body)}
    problems = tuple(_problem(situation, mark, linked=mark.number in places) for mark in marks)
    errors = len(situation.errors)
    choices = _choices(situation, outer)
    return ApprovalView(
        frame=outer,
        question=_question(situation),
        done=_done(situation),
        banner=_banner(situation),
        relay=_relay(situation),
        acknowledged=_acknowledged(situation),
        deadline=deadline(situation),
        problems_title=_problems_title(situation, errors),
        problems_note=speech(situation)("batch_fix") if situation.letters else "",
        problems=problems[:errors],
        warnings=problems[errors:],
        personal_data=any(f.rule == PERSONAL_DATA_RULE for f in situation.findings),
        audience=audience(situation),
        rows=fact_rows(situation),
        untouched=_untouched(situation, edits),
        fallback=_fallback(situation),
        untranslated=_untranslated(situation),
        edited=_edited(situation, edits),
        edits=edits or (),
        since=since_edit(situation),
        letters=all_letters[:shown],
        other_letters=all_letters[shown:],
        button=_button(situation, outer),
        choices=choices,
        sticky=not situation.letters,
        sheets=sheets(situation, acknowledge=all(c.action is None for c in choices)),
    )


def _title(situation: PageData) -> str:
    say, name = speech(situation), heading(situation)
    if situation.errors:
        return say("error_title", title=_problems_title(situation, len(situation.errors)))
    due = printed_due(situation.notice)
    if due <= situation.now:
        return say("title_late", name=name)
    return say("title_open", clock=say.spoken(due), name=name)


def _question(situation: PageData) -> str:
    return speech(situation)("update_title") if spec_of(situation.notice.kind).asks is Asks.NEWS else ""


def _done(situation: PageData) -> str:
    """What this person's last press did: the page begins with it when nothing was sent."""
    say = speech(situation)
    if situation.notice.state == "awaiting_second" and situation.said_yes:
        return say("full_stop", first=say("unsent"), second=second_waits(situation))
    return say(f"did_{situation.did}", address=situation.person.email) if situation.did else ""


def _banner(situation: PageData) -> str:
    """Who else must approve, or already has."""
    say, notice = speech(situation), situation.notice
    if notice.state == "awaiting_second":
        return "" if situation.said_yes else second_asked(situation)
    if not situation.two_people:
        return _all_ended(situation)
    if situation.version.edited_by == situation.person.id:
        return say("second_editor", v=notice.version)
    return say("second_needed")


def _all_ended(situation: PageData) -> str:
    """A disturbance that was over before anyone approved can be told in one letter, or not at all."""
    over, firing = situation.incident.resolved_at, any(a.status == "firing" for a in situation.alerts)
    if spec_of(situation.notice.kind).clock is not Clock.DETECTION or over is None or firing:
        return ""
    say = speech(situation)
    return say("all_ended", clock=say.clock(over))


def _relay(situation: PageData) -> str:
    """That the letter cannot leave yet: no reason to wait with the decision."""
    if situation.relay_problem is None:
        return ""
    return speech(situation)("relay_down_yet", why=situation.relay_problem)


def _acknowledged(situation: PageData) -> str:
    say, notice = speech(situation), situation.notice
    if notice.acknowledged_at is None or situation.did == "acknowledged":
        return ""
    return say(
        "acknowledged_by", who=say.person(notice.acknowledged_by), clock=say.clock(notice.acknowledged_at)
    )


def _problems_title(situation: PageData, errors: int) -> str:
    say = speech(situation)
    return "" if not errors else say("fix_1") if errors == 1 else say("fix_n", n=errors)


def _problem(situation: PageData, mark: Highlight, *, linked: bool) -> FormProblem:
    say, finding = speech(situation), mark.finding
    quote = say("quoted", text=finding.text) if finding.text else ""
    if situation.letters:
        quote = say("quoted_in", n=mark.letter + 1, quote=quote).strip()
    return FormProblem(mark.number, linked, quote, finding.because(situation.lang), finding.replacement)


def _untouched(situation: PageData, edits: tuple[TextChange, ...] | None) -> str:
    """That all but the facts is as the company registered it; nothing where that is not so."""
    own = situation.version.edited_by is None or from_answers(situation) or edits == ()
    shipped = situation.letters or situation.template_problem
    return speech(situation)("as_template") if own and not shipped else ""


def _fallback(situation: PageData) -> str:
    why = situation.template_problem
    return speech(situation)("template_failed", why=why) if why else ""


def _untranslated(situation: PageData) -> str:
    say, readers = speech(situation), untranslated(situation)
    return say("untranslated", n=say.number(readers)) if readers else ""


def _edited(situation: PageData, edits: tuple[TextChange, ...] | None) -> str:
    """Whose words or answers the letter has in it; nothing where they leave it as it was."""
    if not edits:
        return ""
    say = speech(situation)
    key = "answered" if from_answers(situation) else "edited"
    return say(key, who=say.person(situation.version.edited_by), n=len(edits))


def _button(situation: PageData, outer: Layout) -> Button | None:
    say = speech(situation)
    if situation.errors:
        if "edit" not in situation.offers:
            return None
        by_hand = {f.rule for f in situation.errors if f.replacement is None}
        if by_hand == {CAUSE_DAY_RULE}:
            return Button(say("answer_again"), say("edit_note"), href=link(outer, "answers"))
        if by_hand:
            return Button(say("edit_self"), say("edit_note"), href=link(outer, "edit"))
        return Button(say("repair"), say("repair_note"), "edit", fields=_repaired(situation))
    if "approve" not in situation.offers or situation.recipients is None or situation.audience.problem:
        return None
    return Button(send_text(situation), send_note(situation), "approve")


def _repaired(situation: PageData) -> tuple[tuple[str, str], ...]:
    """The whole letter with every suggestion in it, as the fields of an edit."""
    text = situation.version.texts[situation.service.locale]
    mended = apply(Wording(situation.notice.kind, text.subject, text.body), situation.errors)
    return ("subject", mended.subject), ("body", mended.body)


def send_text(situation: PageData) -> str:
    """What the button does, with the number in it."""
    say, notice = speech(situation), situation.notice
    n = say.number(situation.recipients or 0)
    if notice.state == "awaiting_second":
        return say("send_second", n=n)
    if situation.letters:
        return say("send_batch", n=n)
    if (
        spec_of(notice.kind).asks is Asks.NEWS
        and situation.version.edited_by is None
        and not situation.facts.changes
    ):
        return say("send_unchanged", n=n)
    return say("send", n=n)


def send_note(situation: PageData) -> str:
    """What happens after the press."""
    say = speech(situation)
    if situation.two_people and situation.notice.state == "awaiting_approval":
        return say("first_note")
    seconds = situation.hold_seconds
    return say("hold_note", n=seconds) if seconds else say("hold_none")


def _choices(situation: PageData, outer: Layout) -> tuple[Choice, ...]:
    """The text links under the button, as the pictures order them."""
    say, asks = speech(situation), spec_of(situation.notice.kind).asks
    dismiss = Choice(say("dismiss"), link(outer, "do=dismiss", "#dismiss"))
    if situation.errors:
        as_is = Choice(say("as_is"), link(outer, "do=override", "#override"))
        by_hand = (Choice(say("edit_self"), link(outer, "edit")),) if "edit" in situation.offers else ()
        return *by_hand, dismiss, as_is
    if asks is Asks.NEWS and "recovered" in situation.offers:
        over = Choice(say("recovered"), link(outer, "do=recovered", "#recovered"))
        return Choice(say("write_change"), link(outer, "edit")), over, dismiss
    on_it = Choice(say("acknowledge"), action="acknowledge")
    if "edit" not in situation.offers:
        return dismiss, on_it
    edit = Choice(say("edit"), link(outer, "edit"))
    if asks is Asks.ANSWERS:
        edit = Choice(say("answer_again"), link(outer, "answers"))
        return edit, Choice(say("edit"), link(outer, "edit")), dismiss
    return edit, dismiss, on_it
