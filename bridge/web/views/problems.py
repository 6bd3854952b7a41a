"""What is wrong with a letter, in the words of its page."""

from dataclasses import dataclass

from bridge.web.views.letters import Highlight, is_about_facts
from bridge.web.views.page_data import PageData


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


def problem_of(data: PageData, mark: Highlight, *, linked: bool) -> FormProblem:
    """One finding, as a person who decides about the letter reads it."""
    say, finding = data.say, mark.finding
    if is_about_facts(finding):
        return FormProblem(
            mark.number, linked=False, quote="", why=finding.because(data.lang), replacement=None
        )
    quote = say("quoted", text=finding.text) if finding.text else ""
    if data.letters:
        quote = say("quoted_in", n=mark.letter + 1, quote=quote).strip()
    return FormProblem(mark.number, linked, quote, finding.because(data.lang), finding.replacement)


def not_true_any_more(data: PageData) -> tuple[FormProblem, ...]:
    """What keeps a stopped letter, of which nothing has left, from being sent as it is; its text is not edited."""
    found = data.errors_to_resume
    return tuple(
        FormProblem(number, linked=False, quote="", why=one.because(data.lang), replacement=None)
        for number, one in enumerate(found, start=1)
    )
