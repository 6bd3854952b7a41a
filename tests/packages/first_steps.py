"""What a newcomer does with any of the packages: a new installation, its check, a running bridge, the first ring."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT, CompletedProcess, run

from tests.parts.bridge import MARUYAMA
from tests.parts.ports import answers, free_port
from tests.parts.programs import Program
from tests.parts.setup import setup_answers
from tests.parts.sink import Sink
from tests.parts.waiting import until

DIST = Path(__file__).parents[2] / "dist"
Serving = Callable[[], AbstractContextManager[object]]


def said(command: Sequence[object], code: int = 0) -> str:
    """What a command printed, both ways. Fails, showing it, for another exit code."""
    ran: CompletedProcess[str] = run(
        [str(word) for word in command], text=True, stdout=PIPE, stderr=STDOUT, timeout=300, check=False
    )
    assert ran.returncode == code, ran.stdout
    return ran.stdout


@dataclass(frozen=True)
class FirstSteps:
    """`bridge` is the installed command, and `folder` the new installation as that command sees it."""

    bridge: Sequence[object]
    folder: str
    port: int

    def answers(self, file: Path, mail_server: Sink, **more: object) -> None:
        """The answers to all questions of `bridge init`."""
        relay = {"host": "127.0.0.1", "port": mail_server.port, "security": "none"}
        listen = f"127.0.0.1:{self.port}"
        file.write_text(
            json.dumps(setup_answers(relay=relay, listen=listen, public_url=f"http://{listen}", **more))
        )

    def begin(self, file: str) -> str:
        """A new installation that passes its check."""
        assert "bridge 0." in said([*self.bridge, "--version"])
        return said([*self.bridge, "init", self.folder, "--yes", file])

    def ring(self, serving: Serving, mail_server: Sink) -> None:
        """It runs, says so itself, and the sample alert of the installation rings the first person."""
        config = ["--config", f"{self.folder}/bridge.yaml"]
        with serving():
            until(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), 60, "it answers /healthz")
            assert '"storage":true' in said([*self.bridge, "check", "--ready", *config])
            said([*self.bridge, "alert", f"{self.folder}/samples/alert.json", *config])
            until(lambda: mail_server.to(MARUYAMA), 30, "the first person is rung")
        assert "/healthz" not in said([*self.bridge, "check", "--ready", *config], code=1)


@contextmanager
def program(command: Sequence[object], folder: Path) -> Iterator[Program]:
    """A program that runs meanwhile, and ends in order when it is told to."""
    running = Program(command, folder / "bridge.log", cwd=folder)
    running.spawn()
    try:
        yield running
    finally:
        code = running.stop(seconds=30)
    assert code == 0, running.log_end()


def steps(bridge: Sequence[object], folder: object) -> FirstSteps:
    return FirstSteps(bridge, str(folder), free_port())
