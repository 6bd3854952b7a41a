"""`bridge recovery INCIDENT`: the recovery report (復旧報告) now, drafted by a running bridge and rung at once."""

import argparse

from bridge.cli.commands import add_command
from bridge.cli.drafting import add_facts, add_incident, add_where, run_facts

FACTS = {
    "cause": "left out: it is reported later, by a day that the letter promises",
    "remedy": "what was done",
    "prevention": "what keeps it from happening again",
    "cause_by": "the day by which the cause is reported: 2026-12-01",
    "customer_actions": "what customers are asked to do",
    "scope": "who was affected, in place of the alerts' words",
    "unaffected": "what worked",
    "affected_count": "how many were affected, in words",
    "how_to_tell": "how a customer can tell",
    "data_note": "what became of data",
    "apology_for_delay": "where a promise was missed",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "recovery")
    add_incident(parser)
    add_facts(parser, FACTS)
    add_where(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 with the notice, 1 with the reason why none was drafted. Raises ConfigError, NoAnswer."""
    return run_facts(args, "recovery", FACTS)
