"""`bridge preview`: the letter that an alert would give, with what the wording check finds in it."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from bridge import clock
from bridge.cli.commands import add_command, add_config
from bridge.config import Config, load
from bridge.core import next_notice
from bridge.core.facts import Answers, Facts, build
from bridge.core.kinds import KINDS, KindSpec, Promises, Recipients, spec_of
from bridge.core.matchers import all_match
from bridge.core.model import Alert, Incident, Kind, Text
from bridge.core.settings import Service
from bridge.core.values import LOCALES, Locale
from bridge.errors import BridgeError
from bridge.letters.render import Letters
from bridge.sources.post import Post
from bridge.stages.proofread import context_of, of_impact
from bridge.stages.runtime import Runtime
from bridge.stages.source_of import source_of
from bridge.stages.word_findings import of_words
from bridge.wording import Finding, Letter, check

SAMPLE_ROW = {
    "company": "株式会社サンプル",
    "department": "",
    "name": "ご担当者",
    "impact": "受注12件が保存されておりません。",
}


class Unusable(BridgeError):
    """The command line asks for something that cannot be shown. `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class Given:
    """A person's part of the letter: answers, and one customer's row for an individual letter."""

    answers: Answers
    row: Mapping[str, str]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "preview")
    parser.add_argument("payload", type=Path, help="a file as its sender posts it")
    parser.add_argument("--source", help="which source it comes from; default: the one that reads it")
    add_config(parser)
    parser.add_argument("--kind", choices=KINDS, default=next_notice.FIRST, help="of letter")
    parser.add_argument("--locale", choices=LOCALES, help="default: the service's own")
    parser.add_argument("--service", help="default: the first that matches an alert")
    parser.add_argument(
        "--answers",
        type=Path,
        help="a JSON file: cause, remedy, prevention, cause_by, status, scope, customer_actions, row",
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 for a letter without findings, 1 for one with, 2 when there is no letter to show. Raises ConfigError."""
    now = clock.now()
    config = load(args.config)
    try:
        alerts = source_of(config, Post("", _read(args.payload), now), args.source)[1].alerts
        service = _service(config, args.service, alerts)
        facts = _facts(service, alerts, args.kind, _given(args.answers), now)
    except BridgeError as error:
        print(f"bridge preview: {error}", file=sys.stderr)
        return 2
    runtime = Runtime(config, Letters(config.templates))
    locale: Locale = args.locale or service.locale
    text, problem = runtime.letters.render_safe(facts, locale, wrap=service.wrap)
    found = _findings(runtime, service, facts, text, locale)
    print(f"{text.subject}\n\n{text.body}")
    if problem:
        print(f"The shipped template was used: {problem}")
    for finding in found:
        print(_line(finding, locale))
    return 1 if found or problem else 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None


def _service(config: Config, name: str | None, alerts: Sequence[Alert]) -> Service:
    known = ", ".join(config.services)
    if name is not None:
        if name not in config.services:
            raise Unusable(f"no service {name}. There are: {known}")
        return config.services[name]
    for service in config.services.values():
        if any(all_match(service.match, alert.labels) for alert in alerts):
            return service
    raise Unusable(f"no service matches these alerts. Name one with --service: {known}")


def _given(path: Path | None) -> Given:
    if path is None:
        return Given(Answers(), SAMPLE_ROW)
    try:
        written = json.loads(_read(path))
        row = written.pop("row", SAMPLE_ROW)
        return Given(Answers.model_validate(written), {str(key): str(value) for key, value in row.items()})
    except (ValueError, AttributeError, ValidationError) as error:
        raise Unusable(f"{path} does not hold answers: {error}") from None


def _facts(service: Service, alerts: Sequence[Alert], kind: Kind, given: Given, now: datetime) -> Facts:
    """The facts as the bridge would take them now. A later report follows a first one about the same alerts."""
    started = min((alert.starts_at for alert in alerts), default=now)
    incident = Incident("preview", service.id, "open", started, received_at=now)
    spec = spec_of(kind)
    firing = [replace(alert, status="firing", ends_at=None) for alert in alerts]
    promise = now + service.policy.update_every.while_firing(firing)
    first = build(service, incident, firing, next_notice.FIRST, drafted_at=now, promise_at=promise, number=1)
    if kind == next_notice.FIRST:
        return build(service, incident, alerts, kind, drafted_at=now, promise_at=promise, number=1)
    facts = build(
        service,
        incident,
        alerts,
        kind,
        drafted_at=now,
        promise_at=promise if spec.promises is Promises.NEXT_REPORT else None,
        number=2 if spec.numbered else None,
        answers=next_notice.promising_cause(
            _with_sample(given.answers, spec), kind, now.astimezone(service.timezone).date()
        ),
        previous=first,
    )
    return facts.for_row(given.row) if spec.recipients is Recipients.BATCH else facts


def _with_sample(answers: Answers, spec: KindSpec) -> Answers:
    """The answers, with sample facts where only this kind of letter states any and none were given."""
    return answers if answers.own else answers.model_copy(update={"own": spec.sample})


def _findings(
    runtime: Runtime, service: Service, facts: Facts, text: Text, locale: Locale
) -> tuple[Finding, ...]:
    context = replace(context_of(runtime, service, facts, facts.drafted_at), service=service.name.get(locale))
    return (
        *of_impact(facts),
        *of_words(facts),
        *check(Letter(facts.kind, text.subject, text.body, locale), context),
    )


def _line(finding: Finding, locale: Locale) -> str:
    advice = "" if finding.replacement is None else f" Write: {finding.replacement}"
    quoted = f" 「{finding.text}」" if finding.text else ""
    return (
        f"{finding.severity} {finding.rule} in the {finding.field}{quoted}: {finding.because(locale)}{advice}"
    )
