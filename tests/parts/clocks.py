"""A wall clock for one process that a test steps, by libfaketime; its monotonic clock stays true."""

from pathlib import Path

import pytest


class SteppedClock:
    """Give `env` to the process; `step` moves what it reads, while it runs."""

    def __init__(self, file: Path) -> None:
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            pytest.skip("libfaketime is not installed; scripts/install-test-parts.sh says how")
        self._file = file
        self._ahead = 0
        self.step(0)
        self.env = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; looking at each call stops the threads at one lock
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, seconds: int) -> None:
        """From now on the clock shows so much more, or less, than before."""
        self._ahead += seconds
        self._file.write_text(f"{self._ahead:+d}\n")
