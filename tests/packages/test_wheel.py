"""The wheel in a new environment: whatever a bridge needs is in it, or comes with its pinned dependencies."""

import venv
from pathlib import Path

from tests.packages.first_steps import DIST, program, said, steps
from tests.parts.sink import Sink

LOCK = DIST.parent / "requirements.lock"


def test_from_a_wheel_to_the_first_ring(tmp_path: Path, mail_server: Sink) -> None:
    (wheel,) = DIST.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    pip = [tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
    said([*pip, "--require-hashes", "-r", LOCK])
    said([*pip, wheel])
    bridge = [tmp_path / "venv/bin/bridge"]
    first = steps(bridge, tmp_path / "new")
    first.answers(tmp_path / "answers.json", mail_server)
    first.begin(str(tmp_path / "answers.json"))
    serve = [*bridge, "serve", "--config", tmp_path / "new/bridge.yaml"]
    first.ring(lambda: program(serve, tmp_path), mail_server)
    assert list(tmp_path.glob("venv/lib/python*/site-packages/hatchling*")) == []
