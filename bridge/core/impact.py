"""What the alerts of an incident mean for customers: since when, what is affected, what works again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, reduce

from bridge.core.customer_words import SHOWN_CHARS, Refused, accepted, shortened
from bridge.core.kinds import spec_of
from bridge.core.matchers import all_match
from bridge.core.model import Alert, Incident, Kind
from bridge.core.settings import Impact, Service
from bridge.core.values import LOCALES, LocalText

MAX_IMPACT_CHARS = 120
MAX_WORKAROUND_CHARS = 500
# A source that lost its clock reports 1970 or the year 1; a real condition is not older than this.
OLDEST_START = timedelta(days=365)
ABOUT = timedelta(minutes=5)  # how far 頃 reaches


@dataclass(frozen=True, slots=True)
class Told:
    """One alert, as far as customers are concerned. `order`: earliest first, the same in every run.

    `started_at` is never after the incident's receipt; `fired_at` is the start as the source tells it.
    `refused`: what it said that are no words for customers. The service's own take their place.
    """

    order: tuple[datetime, str, str]
    started_at: datetime
    fired_at: datetime
    delay: timedelta
    ended_at: datetime | None
    firing: bool
    words: LocalText | None
    symptom: LocalText | None
    workaround: LocalText | None
    unaffected: LocalText | None
    refused: tuple[Refused, ...]


def told_by(alert: Alert, service: Service, incident: Incident) -> Told:
    """What one alert tells customers: its own words or the service's, its start less the detection delay."""
    start = _start(alert, incident)
    impact = _known_impact(alert, service)
    delay = impact.detection_delay if impact else timedelta()
    own = partial(_own_words, alert, in_japanese=service.locale == "ja" or service.bilingual)
    words, refused = own("customer_impact", MAX_IMPACT_CHARS, impact.text if impact else None)
    workaround, refused_too = own(
        "customer_workaround", MAX_WORKAROUND_CHARS, impact.workaround if impact else None
    )
    return Told(
        order=(start, alert.source, alert.fingerprint),
        started_at=start - delay,
        fired_at=alert.starts_at,
        delay=delay,
        ended_at=alert.ends_at,
        firing=alert.status == "firing",
        words=words,
        symptom=impact.subject if impact else None,
        workaround=workaround,
        unaffected=impact.unaffected if impact else None,
        refused=refused + refused_too,
    )


def scopes(told: Sequence[Told], kind: Kind) -> tuple[tuple[LocalText, ...], tuple[LocalText, ...]]:
    """What is affected, and what works again while the rest does not."""
    everything = distinct(one.words for one in told)
    concerned = _concerned(told, kind)
    if concerned is told:
        return everything, ()
    affected = distinct(one.words for one in concerned)
    still = {words.ja for words in affected}
    return affected, tuple(words for words in everything if words.ja not in still)


def workarounds(told: Sequence[Told], kind: Kind) -> tuple[LocalText, ...]:
    """What customers can do meanwhile, each once; nothing once all is over."""
    if spec_of(kind).looks_back or not any(one.firing for one in told):
        return ()
    return distinct(one.workaround for one in told if one.firing)


def unaffected(told: Sequence[Told], kind: Kind) -> tuple[LocalText, ...]:
    """What is not affected. Each was written for one impact alone: it is told where all that concern customers
    now name the same."""
    named = [{one.unaffected.ja} if one.unaffected else set() for one in _concerned(told, kind)]
    agreed = reduce(set.intersection, named) if named else set()
    return tuple(words for words in distinct(one.unaffected for one in told) if words.ja in agreed)


def refusals(told: Sequence[Told]) -> tuple[Refused, ...]:
    """What was refused of all alerts, each text once."""
    return tuple(dict.fromkeys(refused for one in told for refused in one.refused))


def symptom_of(told: Sequence[Told], kind: Kind) -> LocalText | None:
    """What happens now, rather than what happened: the first that fires. One that is over names only what is over."""
    return next((one.symptom for one in _concerned(told, kind) if one.symptom), None)


def began_later(told: Sequence[Told], symptom: LocalText | None, started_at: datetime) -> bool:
    """Whether that symptom's first alert began so long after the disturbance that "since then" is untrue of it."""
    starts = (one.started_at for one in told if symptom and one.symptom == symptom)
    return min(starts, default=started_at) > started_at + ABOUT


def when_recovered(
    told: Sequence[Told], incident: Incident, kind: Kind, drafted_at: datetime
) -> datetime | None:
    """The last end that the alerts report; without one, when we learned of it.

    A letter that is only written afterwards takes recovery as confirmed by now.
    """
    firing = any(one.firing for one in told)
    if (firing or not told) and not spec_of(kind).when_over:
        return None
    ends = [one.ended_at for one in told if one.ended_at and not one.firing]
    return max(ends) if ends and not firing else incident.resolved_at or drafted_at


def when_back(told: Sequence[Told], over_at: datetime, now: datetime) -> datetime | None:
    """When something began again after customers were told that all was over; None where no alert says it."""
    again = (one for one in told if one.firing and over_at < one.fired_at <= now)
    return min((max(one.fired_at - one.delay, over_at) for one in again), default=None)


def distinct(words: Iterable[LocalText | None]) -> tuple[LocalText, ...]:
    """Each once, by its Japanese, in the order given."""
    first: dict[str, LocalText] = {}
    for word in words:
        if word:
            first.setdefault(word.ja, word)
    return tuple(first.values())


def _concerned(told: Sequence[Told], kind: Kind) -> Sequence[Told]:
    """The alerts that a letter is about: what fires, or all of them where it looks back or nothing fires any more."""
    firing = [one for one in told if one.firing]
    return told if not firing or spec_of(kind).looks_back else firing


def _start(alert: Alert, incident: Incident) -> datetime:
    """When the source says it began, unless that is in the future or from a lost clock: then its receipt."""
    received = incident.received_at
    return alert.starts_at if received - OLDEST_START <= alert.starts_at <= received else received


def _known_impact(alert: Alert, service: Service) -> Impact | None:
    return next((impact for impact in service.impact if all_match(impact.match, alert.labels)), None)


def _own_words(
    alert: Alert, name: str, limit: int, known: LocalText | None, *, in_japanese: bool
) -> tuple[LocalText | None, tuple[Refused, ...]]:
    """The annotation, else the service's words; a language the annotation lacks is filled from those.

    Without them Japanese letters have the English words, and the on-call is told so.
    """
    given = {code: alert.annotations.get(f"{name}_{code}", "") for code in LOCALES}
    if not any(given.values()):
        return known, ()
    found = {code: accepted(f"{name}_{code}", text, limit) for code, text in given.items()}
    (ja, _), (en, _) = found["ja"], found["en"]
    refused = tuple(refused for _, refused in found.values() if refused)
    if in_japanese and en and not given["ja"] and not known:
        refused += (Refused(annotation=f"{name}_ja", text=shortened(en, SHOWN_CHARS), why="untranslated"),)
    ja = ja or (known.ja if known else en)
    return (LocalText(ja=ja, en=en or (known.en if known else None)) if ja else None), refused
