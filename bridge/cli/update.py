"""`bridge update INCIDENT`: an update (続報) ahead of its time, drafted by a running bridge and rung at once."""

import argparse

from bridge.cli.commands import add_command
from bridge.cli.drafting import add_facts, add_incident, add_where, run_facts

FACTS = {
    "status": "what is known now",
    "scope": "who is affected, in place of the alerts' words",
    "cause": "told once, it stands in every later letter",
    "customer_actions": "what customers are asked to do",
    "unaffected": "what works",
    "affected_count": "how many are affected, in words",
    "how_to_tell": "how a customer can tell",
    "apology_for_delay": "where the promise was missed",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(subparsers, "update")
    add_incident(parser)
    add_facts(parser, FACTS)
    add_where(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """0 with the notice, 1 with the reason why none was drafted. Raises ConfigError, NoAnswer."""
    return run_facts(args, "update", FACTS)
