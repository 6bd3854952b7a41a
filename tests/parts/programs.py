"""Real programs: finding them, running them, ending them."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.parts.waiting import until


def installed(name: str, *folders: Path) -> Path:
    """Where the program is: in one of `folders` or on PATH. A test that lacks it is skipped; CI fails it."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed; scripts/install-test-parts.sh says how")
    return Path(found)


@contextmanager
def open_folder(owner: str | None = None) -> Iterator[Path]:
    """A folder that programs of other users can reach, given to one of them, gone afterwards.

    Not below pytest's own: every run of pytest closes those to other users, also under a run that goes on.
    """
    with tempfile.TemporaryDirectory(prefix="bridge-tests-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        if owner:
            shutil.chown(folder, owner)
        yield folder


class Process(Protocol):
    """What is used of subprocess.Popen."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class Program:
    """One running program; its output goes to a file, whose end is shown when it does not come up."""

    def __init__(
        self, command: Sequence[object], log: Path, *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.command = [str(word) for word in command]
        self.log = log
        self.cwd = cwd
        self.env = None if env is None else {**os.environ, **env}
        self.process: Process | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def spawn(self) -> None:
        """Starts it, ready or not."""
        self.process = self._launch()

    def _launch(self) -> Process:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.cwd, env=self.env
            )

    def start(self, ready: Callable[[], bool], seconds: float = 20) -> None:
        """Returns when `ready` answers yes. Fails when the program ends first, or after `seconds`."""
        self.spawn()
        try:
            until(lambda: not self.running or ready(), seconds, f"{self.command[0]} is up")
            assert self.running, "it ended at once"
        except AssertionError as problem:
            self.stop(signal.SIGKILL)
            raise AssertionError(f"{self.command[0]}: {problem}\n{self.log_end()}") from None

    def stop(self, by: signal.Signals = signal.SIGTERM, seconds: float = 30) -> int | None:
        """Ends it and returns its exit status; kills it, and fails, when it takes longer than `seconds`."""
        if self.process is None:
            return None
        if self.running:
            self.process.send_signal(by)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
            raise AssertionError(f"{self.command[0]} did not end within {seconds:g} s") from None

    def log_end(self) -> str:
        """The last 2 000 characters it printed."""
        return self.log.read_text(errors="replace")[-2000:]
