"""The wheel in a new environment, by the stopwatch: from nothing to a ring that a real Alertmanager caused.

Nothing is edited by hand: what `bridge init` wrote and printed is used as it stands.
"""

import time
import venv
from pathlib import Path

from tests.packages.first_steps import DIST, program, said, steps
from tests.parts.alertmanager import alertmanager_from, fire
from tests.parts.bridge import MARUYAMA
from tests.parts.ports import answers
from tests.parts.sink import Sink
from tests.parts.waiting import until

LOCK = DIST.parent / "requirements.lock"


class Stopwatch:
    """Prints how long each step took; `make packages` shows it. Judged by nobody here: machines differ."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def lap(self, what: str) -> None:
        print(f"{time.monotonic() - self._begun:6.1f} s  {what}")


def test_from_a_wheel_to_the_first_ring(tmp_path: Path, mail_server: Sink) -> None:
    (wheel,) = DIST.glob("*.whl")
    watch = Stopwatch()
    venv.create(tmp_path / "venv", with_pip=True)
    pip = [tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
    said([*pip, "--require-hashes", "-r", LOCK])
    said([*pip, wheel])
    watch.lap("installed")
    bridge = [tmp_path / "venv/bin/bridge"]
    first = steps(bridge, tmp_path / "new")
    first.answers(tmp_path / "answers.json", mail_server)
    printed = first.begin(str(tmp_path / "answers.json"))
    watch.lap("bridge init --yes, which ends with the check: ok")
    config = ["--config", tmp_path / "new/bridge.yaml"]
    said([*bridge, "check", *config])
    watch.lap("bridge check: ok")
    block = printed[printed.index("# alertmanager.yml") :].partition("\n---")[0]
    with program([*bridge, "serve", *config], tmp_path):
        until(lambda: answers(f"http://127.0.0.1:{first.port}/healthz"), 60, "it answers")
        said([*bridge, "check", "--ready", *config])
        watch.lap("bridge serve: ready")
        with alertmanager_from(tmp_path, block) as port:
            fire(port)
            until(lambda: mail_server.to(MARUYAMA), 60, "the first person is rung")
            watch.lap("rung by Alertmanager's alert")
    assert list(tmp_path.glob("venv/lib/python*/site-packages/hatchling*")) == []
