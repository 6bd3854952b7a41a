"""`bridge serve` without its imports: a fork of a process that has made them.

They cost a second of processor time, and the tests start some hundred instances. Everything after them is the real
program in a process of its own: configuration, storage, signals, exit status. tests/e2e starts it as people do.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from bridge.cli.main import main

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["__main__", __name__, "tests.parts.forked_with"])  # else each imports pytest


class Forked:
    """A running `bridge`, with the names that subprocess.Popen gives these things."""

    def __init__(self, words: Sequence[str], log: Path, cwd: Path, errors: Path | None = None) -> None:
        """What it prints is appended to `log`; what it prints as errors too, or to `errors`."""
        # daemon: one that a test forgot ends with the tests
        self._process: BaseProcess = FORKED.Process(
            target=_run, args=(words, cwd, log, errors or log), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Its exit status; negative is the signal that ended it. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired("bridge", timeout)
        return status

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(words: Sequence[str], cwd: Path, *logs: Path) -> None:
    """What the shell and the entry point of the command do."""
    for descriptor, log in enumerate(logs, start=1):
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(file, descriptor)
        os.close(file)
    os.chdir(cwd)
    sys.exit(main(words))
