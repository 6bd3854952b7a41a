"""What a letter may say, and nothing else.

`build` takes an incident and its alerts down to one `Facts` value. Of an alert's labels and annotations only
`customer_impact_ja`, `customer_workaround_ja` and their English get through, cleaned: hosts, expressions and inner
addresses have no field to travel in. What was refused of them is kept for the on-call and never put into words
for customers. Facts hold both languages and no formatting; `letters/view.py`
puts them into words.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from bridge.core.batch import MAX_CELL_CHARS
from bridge.core.customer_words import Refused
from bridge.core.dates import round_up, whole_minute
from bridge.core.impact import (
    Told,
    began_later,
    refusals,
    scopes,
    symptom_of,
    told_by,
    unaffected,
    when_back,
    when_recovered,
    workarounds,
)
from bridge.core.kinds import Own, Promises, spec_of
from bridge.core.model import Alert, Incident, Kind
from bridge.core.sanitise import one_line, several_lines
from bridge.core.settings import Service, Words, WordsIfAny
from bridge.core.values import LocalText, Model

Change = Literal["scope", "partly_recovered", "recovered", "refired", "started", "status", "cause", "actions"]

CAUSES = ("cause", "remedy", "prevention", "cause_by")
"""The answers about why it happened: told once, they are known to every later letter."""

MAX_IMPACTS = 20
MAX_ANSWER_CHARS = 2_000


class Answers(Model):
    """What only a person knows. Empty means not answered; lines may be several.

    `cause_by`: the cause is under investigation and promised for that day. `scope` replaces the
    impact taken from the alerts; `status` is the person's own account of where things stand. `data_note`: what became
    of data meanwhile, for letters after the end. `apology_for_delay`: that the report comes late, and why. `own` is
    what only letters of one kind state, as that kind stores it (bridge/core/kinds).
    """

    cause: str = ""
    remedy: str = ""
    prevention: str = ""
    cause_by: date | None = None
    status: str = ""
    scope: str = ""
    customer_actions: str = ""
    unaffected: str = ""
    affected_count: str = ""
    how_to_tell: str = ""
    data_note: str = ""
    apology_for_delay: str = ""
    own: Own = Field(default={})

    def over(self, earlier: "Answers") -> "Answers":
        """The earlier answers with these in their place; what is left unsaid stays.

        A cause ends the promise of one, and a promise takes a cause back.
        """
        given = self.model_dump(exclude_unset=True)
        if given.get("cause"):
            given.setdefault("cause_by", None)
        elif given.get("cause_by"):
            given.setdefault("cause", "")
        return earlier.model_copy(update=given)


NO_ANSWERS = Answers()


class Facts(Model):
    """Everything a letter can be made of; docs/templates.md lists the fields with their descriptions."""

    # Facts are stored with every version; a later release may have dropped a field.
    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Kind = Field(description="which letter this is")
    number: int | None = Field(default=None, description="the report's number, for first and update")
    service: LocalText = Field(description="the service's name")
    short_name: LocalText | None = Field(default=None, description="its short name, for subjects")
    company: Words = Field(description="the company that writes")
    representative: WordsIfAny = Field(
        default=None, description="who writes an individual apology, named in its greeting"
    )
    sender: Words = Field(description="the name the letter is sent under")
    contact: LocalText = Field(description="where customers can ask")
    public_urls: tuple[str, ...] = Field(default=(), description="the only links a letter may hold")
    status_url: str | None = Field(default=None, description="the page that tells the present state")
    zone: str = Field(description="the time zone of every time in the letter (IANA name)")
    drafted_at: AwareDatetime = Field(description="when these facts were taken")
    started_at: AwareDatetime = Field(description="the earliest start less its detection delay")
    recovered_at: AwareDatetime | None = Field(
        default=None, description="when recovery was confirmed; none while anything fires"
    )
    promise_at: AwareDatetime | None = Field(
        default=None, description="when the next report is promised, to the second"
    )
    follows_at: AwareDatetime | None = Field(
        default=None, description="the start of the earlier disturbance this one comes back from"
    )
    told_over_at: AwareDatetime | None = Field(
        default=None, description="the recovery that an earlier report told of, though it fires again"
    )
    recurred_at: AwareDatetime | None = Field(
        default=None, description="when it began again after that; none where no alert says it"
    )
    late: bool = Field(default=False, description="drafted after the time that the last report promised")
    symptom: LocalText | None = Field(
        default=None, description="what happens, for the subject: of what still fires, where anything does"
    )
    symptom_later: bool = Field(
        default=False, description="that began well after `started_at`, with another alert than the first"
    )
    impacts: tuple[LocalText, ...] = Field(
        default=(), description="what is affected, each once, earliest first"
    )
    more_impacts: int = Field(default=0, description=f"how many were left out after the first {MAX_IMPACTS}")
    impact_known: bool = Field(default=True, description="false when no alert came with customers' words")
    recovered_impacts: tuple[LocalText, ...] = Field(
        default=(), description="what works again while the rest does not"
    )
    added_impacts: tuple[LocalText, ...] = Field(default=(), description="what the last report did not name")
    again_impacts: tuple[LocalText, ...] = Field(
        default=(), description="what the last report said to work again, and does not"
    )
    first_named: bool = Field(
        default=False, description="the last report named nothing affected, and this one does"
    )
    unaffected: tuple[LocalText, ...] = Field(
        default=(), description="what is not affected, where every alert's impact names the same"
    )
    workarounds: tuple[LocalText, ...] = Field(
        default=(), description="what customers can do while it goes on"
    )
    impact_refused: tuple[Refused, ...] = Field(
        default=(),
        description="words of alerts that are no words for customers, and why; no letter tells them",
    )
    changes: tuple[Change, ...] = Field(
        default=(), description="what changed for customers since the last report"
    )
    combined: bool = Field(default=False, description="a recovery report that is also the first letter")
    answers: Answers = Field(default=NO_ANSWERS, description="cause, remedy and the rest that a person wrote")
    row: Mapping[str, str] = Field(default={}, description="the customer's row of an individual batch")
    drill: bool = Field(default=False, description="a drill: the finished letter is marked as one")

    def to_dict(self) -> dict[str, Any]:
        """JSON types only, for the version's record."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Facts":
        """The value that `to_dict` wrote. Raises pydantic's ValidationError for anything else."""
        return cls.model_validate(stored)

    def for_row(self, row: Mapping[str, str]) -> "Facts":
        """The same letter for one customer of an individual batch, the row cleaned like any foreign text."""
        return self.model_copy(
            update={"row": {key: one_line(value, MAX_CELL_CHARS) for key, value in row.items()}}
        )


def build(
    service: Service,
    incident: Incident,
    alerts: Sequence[Alert],
    kind: Kind,
    *,
    drafted_at: datetime,
    promise_at: datetime | None = None,
    number: int | None = None,
    answers: Answers = NO_ANSWERS,
    previous: Facts | None = None,
    recovered_at: datetime | None = None,
    follows_at: datetime | None = None,
    over_at: datetime | None = None,
) -> Facts:
    """The facts of one letter, from the incident's alerts as they stand at `drafted_at`.

    `previous` holds the facts of the last report that was sent; a recovery without one is a combined
    report. `recovered_at` overrides what the alerts say. `over_at`: when the earlier disturbance, which began
    at `follows_at`, was said to be over. An alert that claims to fire since before that began anew when it was
    received.
    """
    told = sorted((told_by(alert, service, incident) for alert in alerts), key=lambda one: one.order)
    affected, recovered = scopes(told, kind)
    affected = _told_first(affected, previous)
    answers = _clean_answers(_as_told(answers, previous, affected[:MAX_IMPACTS], kind))
    started_at = _started_at(told, incident, over_at)
    recovered_at = recovered_at or when_recovered(told, incident, kind, drafted_at)
    symptom = symptom_of(told, kind) or (previous.symptom if previous and not _fires(told) else None)
    facts = Facts(
        kind=kind,
        number=number,
        service=service.name,
        short_name=service.short_name,
        company=service.company,
        representative=service.representative,
        sender=service.sender.name,
        contact=service.contact,
        public_urls=service.links,
        status_url=service.status_url,
        zone=service.timezone.key,
        drafted_at=drafted_at,
        started_at=started_at,
        recovered_at=recovered_at and max(min(recovered_at, drafted_at), started_at),
        promise_at=promise_at,
        follows_at=follows_at,
        symptom=symptom,
        symptom_later=began_later(told, symptom, started_at),
        impacts=affected[:MAX_IMPACTS],
        more_impacts=max(0, len(affected) - MAX_IMPACTS),
        impact_known=bool(affected or answers.scope),
        recovered_impacts=recovered[:MAX_IMPACTS],
        unaffected=unaffected(told, kind),
        workarounds=workarounds(told, kind),
        impact_refused=refusals(told)[:MAX_IMPACTS],
        combined=spec_of(kind).tells_recovery and previous is None,
        answers=answers,
        drill=incident.is_drill,
    )
    return facts if previous is None else _compared(previous, facts, told)


def _started_at(told: Sequence[Told], incident: Incident, over_at: datetime | None) -> datetime:
    starts = (one.started_at for one in told)
    began = (incident.received_at if over_at and start <= over_at else start for start in starts)
    return min(began, default=incident.started_at)


def covers(facts: Facts, alerts: Sequence[Alert], service: Service, incident: Incident) -> bool:
    """Whether a letter already says all that these alerts could add: in a storm most do, and nothing is rebuilt."""
    words, ways = set(_key(facts.impacts)), set(_key(facts.workarounds))
    spared = set(_key(facts.unaffected))
    return facts.recovered_at is None and all(
        one.firing
        and one.started_at >= facts.started_at
        and (one.words is None or one.words.ja in words)
        and (one.symptom is None or facts.symptom is not None)
        and (one.workaround is None or one.workaround.ja in ways)
        and (not spared or (one.unaffected is not None and {one.unaffected.ja} == spared))
        for one in (told_by(alert, service, incident) for alert in alerts)
    )


def changed(old: Facts, new: Facts) -> tuple[Change, ...]:
    """What a customer would call news between two letters. A new promise alone is none."""
    was, now = old.answers, new.answers
    differs: dict[Change, bool] = {
        "scope": _scope(old) != _scope(new) and not _only_ended(old, new),
        "partly_recovered": old.recovered_at is None
        and bool(set(_key(new.recovered_impacts)) - set(_key(old.recovered_impacts))),
        "recovered": new.recovered_at is not None and _minute(old.recovered_at) != _minute(new.recovered_at),
        "refired": old.recovered_at is not None and new.recovered_at is None,
        "started": _minute(old.started_at) != _minute(new.started_at),
        "status": bool(now.status) and was.status != now.status,
        "cause": any(getattr(was, name) != getattr(now, name) for name in CAUSES),
        "actions": bool(_requests(new)) and _requests(old) != _requests(new),
    }
    return tuple(name for name, yes in differs.items() if yes)


def _as_told(answers: Answers, previous: Facts | None, impacts: tuple[LocalText, ...], kind: Kind) -> Answers:
    """The answers with what customers know already: an update forgets no cause, a correction no prevention.

    A person's own words for the scope stay true until the alerts say something else than they did then.
    """
    if previous is None:
        return answers
    told = previous.answers
    kept = {} if answers.scope or previous.impacts != impacts else {"scope": told.scope}
    if spec_of(kind).promises is Promises.NEXT_REPORT and not (answers.cause or answers.cause_by):
        kept |= {name: getattr(answers, name) or getattr(told, name) for name in CAUSES}
    return answers.model_copy(update=kept)


def _told_first(affected: tuple[LocalText, ...], previous: Facts | None) -> tuple[LocalText, ...]:
    """The impacts that customers have read about come first: new ones must not push them past the printed limit."""
    if previous is None or len(affected) <= MAX_IMPACTS:
        return affected
    known = set(_key(previous.impacts))
    return tuple(sorted(affected, key=lambda impact: impact.ja not in known))


def _fires(told: Iterable[Told]) -> bool:
    return any(one.firing for one in told)


def _clean_answers(answers: Answers) -> Answers:
    texts = {name: several_lines(text, MAX_ANSWER_CHARS) for name, text in answers if isinstance(text, str)}
    own = {name: several_lines(text, MAX_ANSWER_CHARS) for name, text in answers.own.items()}
    return answers.model_copy(update={**texts, "own": own})


def _compared(old: Facts, new: Facts, told: Sequence[Told]) -> Facts:
    """The facts of a later letter, with what is news in them after the one before."""
    before = _told(old) if new.recovered_at else set(_key(old.impacts))
    named = bool(old.impacts or old.answers.scope)
    back = (
        [] if new.recovered_at else [each for each in new.impacts if each.ja in _key(old.recovered_impacts)]
    )
    added = [impact for impact in new.impacts if impact.ja not in before and impact not in back]
    over_at, recurred_at = old.told_over_at, old.recurred_at
    if old.recovered_at and not new.recovered_at and _fires(told):
        over_at, recurred_at = old.recovered_at, when_back(told, old.recovered_at, new.drafted_at)
    return new.model_copy(
        update={
            "changes": changed(old, new),
            "added_impacts": tuple(added),
            "again_impacts": tuple(back),
            "first_named": not named and bool(new.impacts or new.answers.scope),
            "told_over_at": over_at,
            "recurred_at": recurred_at,
            "late": old.promise_at is not None and round_up(old.promise_at) <= new.drafted_at,
        }
    )


def _told(facts: Facts) -> set[str]:
    """Every impact that a letter named, as affected or as working again."""
    return {*_key(facts.impacts), *_key(facts.recovered_impacts)}


def _only_ended(old: Facts, new: Facts) -> bool:
    """Whether a letter after the end lists, besides what was left, only what had recovered before."""
    return new.recovered_at is not None and not new.answers.scope and _told(new) == _told(old)


def _requests(facts: Facts) -> tuple[str, ...]:
    """What customers are asked or advised to do: a person's words take the place of what was prepared."""
    asked = facts.answers.customer_actions
    return (asked,) if asked else _key(facts.workarounds)


def _key(impacts: Iterable[LocalText]) -> tuple[str, ...]:
    return tuple(impact.ja for impact in impacts)


def _scope(facts: Facts) -> tuple[str, ...]:
    return (facts.answers.scope,) if facts.answers.scope else tuple(sorted(_key(facts.impacts)))


def _minute(at: datetime | None) -> datetime | None:
    return at and whole_minute(at)
