"""What a post would bring on a bridge that knows nothing yet: which letters, to whom, by when, who is rung.

Reads the configuration and the customer lists' facts; neither the database nor a mail server is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.core import next_notice
from bridge.core.explain import ExplainedAlert, explain_alerts, explain_ignored, why_nothing
from bridge.core.facts import Facts, build
from bridge.core.model import Alert, AudienceFacts, Incident
from bridge.core.reminders import step_people
from bridge.core.settings import Service
from bridge.core.values import LocalText
from bridge.sources.post import Parsed
from bridge.stages.proofread import context_of, of_impact
from bridge.stages.runtime import Runtime
from bridge.wording import Finding, Letter, check


@dataclass(frozen=True, slots=True)
class PlannedRing:
    """One ring of a draft that nobody decides on."""

    at: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedLetter:
    """The first report that would be drafted. `impact_from`: which words are used for what is affected, and whose.

    `audience` is null where nothing is known of the list. `findings` are those of the wording check.
    """

    service: Service
    subject: str
    impact: tuple[LocalText, ...]
    impact_from: str
    audience: AudienceFacts | None
    due_at: datetime
    rings: tuple[PlannedRing, ...]
    findings: tuple[Finding, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a post would do. `source`: the key that it was posted to; `listed`: whether the configuration has it."""

    source: str
    listed: bool
    at: datetime
    alerts: tuple[ExplainedAlert, ...]
    letters: tuple[PlannedLetter, ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The last line: how many letters to whom by when, or why there is none."""
        if not self.listed:
            return f"nothing would be drafted: {self.source} is not listed under sources, and its posts answer 404"
        if not self.letters:
            return f"nothing would be drafted: {why_nothing(self.alerts)}"
        each = "; ".join(_promise(letter) for letter in self.letters)
        count = len(self.letters)
        return f"would draft {count} {'letter' if count == 1 else 'letters'} {each}"


def explain(
    runtime: Runtime, source: str, parsed: Parsed, lists: Mapping[str, AudienceFacts], now: datetime
) -> Explanation:
    """What these alerts would do if they were the first that the bridge ever got. `lists`: by service."""
    config = runtime.config
    services = config.services
    alerts = explain_alerts(parsed.alerts, services.values(), config.heartbeats, now)
    alerts += [explain_ignored(alert, why) for alert, why in parsed.ignored]
    letters = []
    for service in services.values():
        mine = [one.alert for one in alerts if one.change and _concerns(one, service)]
        if mine:
            letters.append(_planned(runtime, service, mine, lists.get(service.id), now))
    listed = source in config.sources
    return Explanation(source, listed, now, tuple(alerts), tuple(letters), parsed.notes)


def _concerns(one: ExplainedAlert, service: Service) -> bool:
    return any(match.service == service.id and match.missed is None for match in one.services)


def _planned(
    runtime: Runtime, service: Service, alerts: Sequence[Alert], audience: AudienceFacts | None, now: datetime
) -> PlannedLetter:
    started = min(alert.starts_at for alert in alerts)
    incident = Incident("explain", service.id, "open", started, received_at=now)
    promise = now + service.policy.update_every.while_firing(alerts)
    facts = build(service, incident, alerts, next_notice.FIRST, drafted_at=now, promise_at=promise, number=1)
    text, problem = runtime.letters.render_safe(facts, service.locale, wrap=service.wrap)
    context = replace(context_of(runtime, service, facts, now), service=service.name.get(service.locale))
    letter = Letter(facts.kind, text.subject, text.body, service.locale)
    escalation = runtime.escalation(service)
    return PlannedLetter(
        service=service,
        subject=text.subject,
        impact=facts.impacts,
        impact_from=_impact_from(facts, alerts, service),
        audience=audience,
        due_at=now + service.policy.first_report_within,
        rings=tuple(
            PlannedRing(now + offset, step_people(escalation, now, now + offset))
            for offset in escalation.remind_at
        ),
        findings=(*of_impact(facts), *check(letter, context)),
        problem=problem,
    )


def _impact_from(facts: Facts, alerts: Sequence[Alert], service: Service) -> str:
    """Where the words for what is affected come from."""
    if not facts.impact_known:
        return "none: a person writes what is affected"
    named = {words.ja for words in facts.impacts}
    for alert in alerts:
        if alert.annotations.get("customer_impact_ja", "").strip() in named:
            return "annotation customer_impact_ja"
    for n, impact in enumerate(service.impact):
        if impact.text.ja in named:
            return f"services.{service.id}.impact[{n}]"
    return "annotation of an alert"


def _promise(letter: PlannedLetter) -> str:
    service, audience = letter.service, letter.audience
    count = audience.count if audience else None
    people = "customer" if count == 1 else "customers"
    to = f"to {count:,} {people} of" if count is not None else "to the customers of"
    why = f" (their list: {audience.problem.get('en')})" if audience and audience.problem else ""
    due = letter.due_at.astimezone(service.timezone)
    return f"{to} {service.name.ja}{why}, due {due:%H:%M}"
