"""What the alerts of an incident mean for customers: since when, what is affected, what works again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.kinds import spec_of
from bridge.core.matchers import all_match
from bridge.core.model import Alert, Incident, Kind
from bridge.core.sanitise import one_line
from bridge.core.settings import Impact, Service
from bridge.core.values import LocalText

MAX_IMPACT_CHARS = 120
# A source that lost its clock reports 1970 or the year 1; a real condition is not older than this.
OLDEST_START = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Told:
    """One alert, as far as customers are concerned. `order`: earliest first, the same in every run."""

    order: tuple[datetime, str, str]
    started_at: datetime
    ended_at: datetime | None
    firing: bool
    words: LocalText | None
    symptom: LocalText | None


def told_by(alert: Alert, service: Service, incident: Incident) -> Told:
    """What one alert tells customers: its own words or the service's, its start less the detection delay."""
    start = _start(alert, incident)
    impact = _known_impact(alert, service)
    return Told(
        order=(start, alert.source, alert.fingerprint),
        started_at=start - impact.detection_delay if impact else start,
        ended_at=alert.ends_at,
        firing=alert.status == "firing",
        words=_customer_words(alert, impact),
        symptom=impact.subject if impact else None,
    )


def scopes(told: Sequence[Told], kind: Kind) -> tuple[tuple[LocalText, ...], tuple[LocalText, ...]]:
    """What is affected, and what works again while the rest does not."""
    everything = _distinct(one.words for one in told)
    firing = [one for one in told if one.firing]
    if not firing or spec_of(kind).looks_back:
        return everything, ()
    affected = _distinct(one.words for one in firing)
    still = {words.ja for words in affected}
    return affected, tuple(words for words in everything if words.ja not in still)


def symptom_of(told: Sequence[Told], kind: Kind) -> LocalText | None:
    """What happens now, rather than what happened: the first that fires. One that is over names only what is over."""
    firing = [one for one in told if one.firing]
    over = told if not firing or spec_of(kind).looks_back else ()
    return next((one.symptom for one in (*firing, *over) if one.symptom), None)


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
