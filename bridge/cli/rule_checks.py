"""What `bridge check` says of rules that can be loaded and yet do not mean what they say: matchers, times, people."""

from collections.abc import Iterator
from itertools import combinations

from bridge.cli.conditions import Problem
from bridge.config import Config
from bridge.core.matchers import Matcher
from bridge.core.settings import Service
from bridge.core.values import format_duration

_TYPOGRAPHIC = "“”„‟‘’‚‛「」『』＂"
_EVERYTHING = {".*", "(.*)", "^.*$", "(?s).*", ".*?"}


def check_rules(config: Config) -> Iterator[Problem]:
    """Whether alerts find one service, rings come before their deadline, and everybody listed is rung."""
    yield from _twins(config)
    for service in config.services.values():
        yield from _matchers(service)
        yield from _times(config, service)
    yield from _never_rung(config)


def _twins(config: Config) -> Iterator[Problem]:
    for one, other in combinations(config.services.values(), 2):
        if _conditions(one) == _conditions(other):
            yield (
                ("services", other.id, "match"),
                f"the same as of {one.id}: each of their alerts drafts a letter for both. Tell them apart by a label",
            )


def _conditions(service: Service) -> frozenset[str]:
    return frozenset(str(matcher) for matcher in _all(service))


def _all(service: Service) -> list[Matcher]:
    return [matcher for one in service.match for matcher in one.all]


def _matchers(service: Service) -> Iterator[Problem]:
    for at, one in enumerate(service.match):
        for matcher in one.all:
            if matcher.value and {matcher.value[0], matcher.value[-1]} & set(_TYPOGRAPHIC):
                yield (
                    ("services", service.id, "match", at),
                    f'{matcher} asks for typographic quotes inside of the label. Write straight ones: "…"',
                )
            if matcher.op == "=~" and matcher.value in _EVERYTHING:
                yield (
                    ("services", service.id, "match", at),
                    f"{matcher} holds for every alert, also without that label. Name the values, or remove it",
                )


def _times(config: Config, service: Service) -> Iterator[Problem]:
    policy, escalation = service.policy, config.escalation_of(service)
    late = [offset for offset in escalation.remind_at if offset > policy.first_report_within]
    if late:
        yield (
            ("escalations", service.escalation, "remind_at"),
            f"{format_duration(late[0])} is after the deadline of {service.id}, "
            f"first_report_within: {format_duration(policy.first_report_within)}. Ring earlier; then_every rings on",
        )
    shortest = min(policy.update_every.critical, policy.update_every.default)
    if policy.update_ring_before >= shortest:
        yield (
            ("services", service.id, "policy"),
            f"update_ring_before ({format_duration(policy.update_ring_before)}) is not shorter than update_every "
            f"({format_duration(shortest)}): the next report rings as soon as one was sent. Make it shorter",
        )


def _never_rung(config: Config) -> Iterator[Problem]:
    """People of no escalation. Whoever has a role is listed for another reason."""
    rung = {person for escalation in config.escalations.values() for person in escalation.people()}
    for name, person in config.people.items():
        if name not in rung and "role" not in person.model_fields_set:
            yield (
                ("people", name),
                "nobody rings this person. Name them in a step of an escalation, or remove them",
            )
