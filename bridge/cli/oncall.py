"""`bridge oncall`: who is rung for which service, and when, as the configuration has it."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from bridge.cli.commands import add_command, add_config, add_json
from bridge.config import Config, load
from bridge.core.settings import Service
from bridge.core.values import format_duration


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "oncall")
    add_json(parser)
    add_config(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print the steps of every service. Raises ConfigError."""
    config = load(args.config)
    plans = [_plan(config, service) for service in config.services.values()]
    if args.json:
        print(json.dumps({"services": plans}, ensure_ascii=False, indent=2))
        return 0
    for plan in plans:
        print(f"{plan['service']} ({plan['name']}): rings at {', '.join(plan['remind_at'])}")
        print(f"  after that every {plan['then_every']}")
        for step in plan["steps"]:
            people = ", ".join(f"{person['name']} <{person['email']}>" for person in step["people"])
            print(f"  {'at once' if step['from'] == '0s' else 'from ' + step['from']}: {people}")
    return 0


def _plan(config: Config, service: Service) -> Mapping[str, Any]:
    escalation = config.escalation_of(service)
    return {
        "service": service.id,
        "name": service.name.ja,
        "escalation": service.escalation,
        "remind_at": [format_duration(offset) for offset in escalation.remind_at],
        "then_every": format_duration(escalation.then_every),
        "steps": [
            {
                "from": format_duration(step.from_),
                "people": [
                    {"id": key, "name": config.people[key].name, "email": config.people[key].email}
                    for key in step.people
                ],
            }
            for step in escalation.steps
        ],
    }
