"""`bridge check --ready`: whether the bridge that runs here is ready, for a health check."""

import argparse

from bridge.cli.posting import ask, own_address
from bridge.config import load


def run(args: argparse.Namespace) -> int:
    """Print what /readyz answers. 0 when it is ready; raises NoAnswer when none runs."""
    status, said = ask("GET", own_address(load(args.config)), "/readyz", None, {})
    print(said)
    return 0 if status == 200 else 1
