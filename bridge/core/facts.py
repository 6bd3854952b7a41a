"""What a letter may say, and nothing else.

`build` takes an incident and its alerts down to one `Facts` value. Of an alert's labels and annotations only
`customer_impact_ja` and `customer_impact_en` get through, cleaned: hosts, expressions and inner
addresses have no field to travel in. Facts hold both languages and no formatting; `letters/view.py`
puts them into words.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from bridge.core.dates import whole_minute
from bridge.core.matchers import all_match
from bridge.core.model import Alert, Incident, Kind
from bridge.core.settings import Impact, Service
from bridge.core.values import LocalText, Model

Change = Literal["scope", "partly_recovered", "recovered", "refired", "started", "status", "cause", "actions"]

MAX_IMPACT_CHARS = 120
MAX_IMPACTS = 20
MAX_ANSWER_CHARS = 2_000
# Letters about the whole disturbance, and those that are only written when it is over.
LOOKING_BACK: frozenset[Kind] = frozenset({"recovery", "final", "individual"})
ENDED: frozenset[Kind] = frozenset({"recovery", "final"})
# A source that lost its clock reports 1970 or the year 1; a real condition is not older than this.
OLDEST_START = timedelta(days=365)


class Answers(Model):
    """What only a person knows. Empty means not answered; lines may be several.

    `cause_by`: the cause is under investigation and promised for that day. `scope` replaces the
    impact taken from the alerts; `status` is the person's own account of where things stand.
    """

    cause: str = ""
    remedy: str = ""
    prevention: str = ""
    cause_by: date | None = None
    status: str = ""
    scope: str = ""
    customer_actions: str = ""


NO_ANSWERS = Answers()


class Facts(Model):
    """Everything a letter can be made of; docs/templates.md lists the fields with their descriptions."""

    # Facts are stored with every version; a later release may have dropped a field.
    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Kind = Field(description="which letter this is")
    number: int | None = Field(default=None, description="the report's number, for first and update")
    service: LocalText = Field(description="the service's name")
    short_name: LocalText | None = Field(default=None, description="its short name, for subjects")
    company: str = Field(description="the company that writes")
    representative: str = Field(default="", description="who signs an individual apology")
    sender: str = Field(description="the name the letter is sent under")
    contact: LocalText = Field(description="where customers can ask")
    public_urls: tuple[str, ...] = Field(default=(), description="the only links a letter may hold")
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
    symptom: LocalText | None = Field(default=None, description="what happens, for the subject")
    impacts: tuple[LocalText, ...] = Field(
        default=(), description="what is affected, each once, earliest first"
    )
    more_impacts: int = Field(default=0, description=f"how many were left out after the first {MAX_IMPACTS}")
    impact_known: bool = Field(default=True, description="false when no alert came with customers' words")
    recovered_impacts: tuple[LocalText, ...] = Field(
        default=(), description="what works again while the rest does not"
    )
    added_impacts: tuple[LocalText, ...] = Field(default=(), description="what the last report did not name")
    changes: tuple[Change, ...] = Field(
        default=(), description="what changed for customers since the last report"
    )
    combined: bool = Field(default=False, description="a recovery report that is also the first letter")
    answers: Answers = Field(default=NO_ANSWERS, description="cause, remedy and the rest that a person wrote")
    row: Mapping[str, str] = Field(default={}, description="the customer's row of an individual batch")

    def to_dict(self) -> dict[str, Any]:
        """JSON types only, for the version's record."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Facts":
        """The value that `to_dict` wrote. Raises pydantic's ValidationError for anything else."""
        return cls.model_validate(stored)

    def for_row(self, row: Mapping[str, str]) -> "Facts":
        """The same letter for one customer of an individual batch, the row cleaned like any foreign text."""
        return self.model_copy(update={"row": {key: one_line(value, 500) for key, value in row.items()}})


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
) -> Facts:
    """The facts of one letter, from the incident's alerts as they stand at `drafted_at`.

    `previous` holds the facts of the last report that was sent; a recovery without one is a combined
    report. `recovered_at` overrides what the alerts say.
    """
    told = sorted((_told(alert, service, incident) for alert in alerts), key=lambda one: one.order)
    affected, recovered = _scopes(told, kind)
    started_at = min((one.started_at for one in told), default=incident.started_at)
    recovered_at = recovered_at or _recovered_at(told, incident, kind, drafted_at)
    facts = Facts(
        kind=kind,
        number=number,
        service=service.name,
        short_name=service.short_name,
        company=service.company,
        representative=service.representative,
        sender=service.sender.name,
        contact=service.contact,
        public_urls=service.public_urls,
        zone=service.timezone.key,
        drafted_at=drafted_at,
        started_at=started_at,
        recovered_at=recovered_at and max(min(recovered_at, drafted_at), started_at),
        promise_at=promise_at,
        follows_at=follows_at,
        symptom=next((one.symptom for one in told if one.symptom), None),
        impacts=affected[:MAX_IMPACTS],
        more_impacts=max(0, len(affected) - MAX_IMPACTS),
        impact_known=bool(affected or answers.scope),
        recovered_impacts=recovered[:MAX_IMPACTS],
        combined=kind == "recovery" and previous is None,
        answers=_clean_answers(answers),
    )
    return facts if previous is None else _compared(previous, facts)


def changed(old: Facts, new: Facts) -> tuple[Change, ...]:
    """What a customer would call news between two letters. A new promise alone is none."""
    was, now = old.answers, new.answers
    causes = ("cause", "remedy", "prevention", "cause_by")
    differs: dict[Change, bool] = {
        "scope": _scope(old) != _scope(new),
        "partly_recovered": bool(set(_key(new.recovered_impacts)) - set(_key(old.recovered_impacts))),
        "recovered": new.recovered_at is not None and _minute(old.recovered_at) != _minute(new.recovered_at),
        "refired": old.recovered_at is not None and new.recovered_at is None,
        "started": _minute(old.started_at) != _minute(new.started_at),
        "status": bool(now.status) and was.status != now.status,
        "cause": any(getattr(was, name) != getattr(now, name) for name in causes),
        "actions": was.customer_actions != now.customer_actions,
    }
    return tuple(name for name, yes in differs.items() if yes)


def one_line(text: str, limit: int) -> str:
    """Foreign text made safe to print: NFC, on one line, at most `limit` characters, nothing invisible."""
    return " ".join(_visible(text[: limit * 4]).split())[:limit].rstrip()


def several_lines(text: str, limit: int) -> str:
    """The same for a person's own words, which keep their lines."""
    return "\n".join(_visible(line).rstrip() for line in text[:limit].splitlines()).strip()


def _visible(text: str) -> str:
    """Without control, format, private and surrogate characters; white space of any other kind is a space."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # nearly every text: a storm of alerts must not cost a look at each character
        return text
    return "".join(
        c if c == "\u3000" or unicodedata.category(c)[0] not in "CZ" else " " if c.isspace() else ""
        for c in text
    )


def _clean_answers(answers: Answers) -> Answers:
    texts = {name: several_lines(text, MAX_ANSWER_CHARS) for name, text in answers if isinstance(text, str)}
    return answers.model_copy(update=texts)


@dataclass(frozen=True, slots=True)
class _Told:
    """One alert, as far as customers are concerned. `order`: earliest first, the same in every run."""

    order: tuple[datetime, str, str]
    started_at: datetime
    ended_at: datetime | None
    firing: bool
    words: LocalText | None
    symptom: LocalText | None


def _told(alert: Alert, service: Service, incident: Incident) -> _Told:
    start = _start(alert, incident)
    impact = _known_impact(alert, service)
    return _Told(
        order=(start, alert.source, alert.fingerprint),
        started_at=start - impact.detection_delay if impact else start,
        ended_at=alert.ends_at,
        firing=alert.status == "firing",
        words=_customer_words(alert, impact),
        symptom=impact.subject if impact else None,
    )


def _scopes(told: Sequence[_Told], kind: Kind) -> tuple[tuple[LocalText, ...], tuple[LocalText, ...]]:
    """What is affected, and what works again while the rest does not."""
    everything = _distinct(one.words for one in told)
    firing = [one for one in told if one.firing]
    if not firing or kind in LOOKING_BACK:
        return everything, ()
    affected = _distinct(one.words for one in firing)
    still = set(_key(affected))
    return affected, tuple(words for words in everything if words.ja not in still)


def _recovered_at(
    told: Sequence[_Told], incident: Incident, kind: Kind, drafted_at: datetime
) -> datetime | None:
    """When recovery was confirmed. A letter that is only written afterwards takes it as confirmed by now."""
    firing = any(one.firing for one in told)
    if (firing or not told) and kind not in ENDED:
        return None
    if incident.resolved_at or firing:
        return incident.resolved_at or drafted_at
    return max((one.ended_at for one in told if one.ended_at), default=drafted_at)


def _start(alert: Alert, incident: Incident) -> datetime:
    """When the source says it began, unless that is in the future or from a lost clock: then its receipt."""
    received = incident.received_at
    return alert.starts_at if received - OLDEST_START <= alert.starts_at <= received else received


def _known_impact(alert: Alert, service: Service) -> Impact | None:
    return next((impact for impact in service.impact if all_match(impact.match, alert.labels)), None)


def _customer_words(alert: Alert, known: Impact | None) -> LocalText | None:
    """The annotation, else the service's words; a language the annotation lacks is filled from those."""
    ja, en = (
        one_line(alert.annotations.get(f"customer_impact_{code}", ""), MAX_IMPACT_CHARS)
        for code in ("ja", "en")
    )
    ja = ja or (known.text.ja if known else en)
    return LocalText(ja=ja, en=en or (known.text.en if known else None)) if ja else None


def _distinct(words: Iterable[LocalText | None]) -> tuple[LocalText, ...]:
    first: dict[str, LocalText] = {}
    for word in words:
        if word:
            first.setdefault(word.ja, word)
    return tuple(first.values())


def _compared(old: Facts, new: Facts) -> Facts:
    before = set(_key(old.impacts))
    added = tuple(impact for impact in new.impacts if impact.ja not in before)
    return new.model_copy(update={"changes": changed(old, new), "added_impacts": added})


def _key(impacts: Iterable[LocalText]) -> tuple[str, ...]:
    return tuple(impact.ja for impact in impacts)


def _scope(facts: Facts) -> tuple[str, ...]:
    return (facts.answers.scope,) if facts.answers.scope else tuple(sorted(_key(facts.impacts)))


def _minute(at: datetime | None) -> datetime | None:
    return at and whole_minute(at)
