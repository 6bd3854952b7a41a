"""The image, with the restrictions of compose.yaml: nobody's user, a root that cannot be written to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.packages.containers import IMAGE, LIMITS, container, podman
from tests.packages.first_steps import FirstSteps, said, steps
from tests.parts.databases import Database
from tests.parts.sink import Sink

COMPOSE = Path(__file__).parents[2] / "compose.yaml"
NOBODY = 10001


def restrictions() -> list[str]:
    """Those of the service `bridge` in compose.yaml, as podman spells them."""
    service = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]["bridge"]
    return [
        *(["--read-only", "--read-only-tmpfs=false"] if service["read_only"] else []),
        *(f"--cap-drop={name}" for name in service["cap_drop"]),
        *(f"--security-opt={name}" for name in service["security_opt"]),
    ]


class Composed:
    """Two folders of the host in the places of compose.yaml's volumes."""

    def __init__(self, home: Path) -> None:
        self.etc, self.data = home / "etc", home / "data"
        for folder in (self.etc, self.data):
            folder.mkdir(mode=0o700)
        self.flags = [
            *restrictions(),
            f"--volume={self.etc}:/etc/bridge",
            f"--volume={self.data}:/var/lib/bridge",
        ]
        self.first: FirstSteps = steps(podman("run", "--rm", *LIMITS, *self.flags, IMAGE), "/etc/bridge")

    def hand_over(self) -> None:
        """The folders and what is in them to the user of the image, as docs/packages.md says."""
        said(["chown", "-R", f"{NOBODY}:{NOBODY}", self.etc, self.data])

    @contextmanager
    def serving(self) -> Iterator[str]:
        with container(IMAGE, flags=self.flags) as name:
            yield name


@pytest.fixture
def composed(tmp_path: Path) -> Composed:
    return Composed(tmp_path)


def test_from_the_image_to_the_first_ring(composed: Composed, mail_server: Sink) -> None:
    composed.first.answers(composed.etc / "answers.json", mail_server)
    composed.hand_over()
    composed.first.begin("/etc/bridge/answers.json")
    composed.first.ring(composed.serving, mail_server)
    assert (composed.data / "bridge.sqlite3").exists()


def test_from_the_image_to_the_first_ring_on_postgresql(
    composed: Composed, mail_server: Sink, postgres_database: Database
) -> None:
    composed.first.answers(composed.etc / "answers.json", mail_server, database=postgres_database.setting)
    composed.hand_over()
    composed.first.begin("/etc/bridge/answers.json")
    composed.first.ring(composed.serving, mail_server)
    assert not (composed.data / "bridge.sqlite3").exists()


def test_its_own_command_tells_whether_it_is_healthy() -> None:
    (image,) = json.loads(said(podman("image", "inspect", IMAGE)))
    asked = image.get("Healthcheck") or image["Config"]["Healthcheck"]
    assert asked["Test"] == ["CMD", "bridge", "check", "--ready"]


@pytest.mark.parametrize(
    "command, printed",
    [
        pytest.param("id -u", f"{NOBODY}\n", id="it is not root"),
        pytest.param("touch /x /opt/bridge/x /tmp/x 2>&1 | grep -c Read-only", "3\n", id="it cannot write"),
        pytest.param("ls /opt/bridge/bin | grep -c pip || true", "0\n", id="it has no pip"),
    ],
)
def test_it_can_do_no_more_than_it_must(composed: Composed, command: str, printed: str) -> None:
    shell = podman("run", "--rm", *LIMITS, *composed.flags, "--entrypoint", "sh", IMAGE, "-c", command)
    assert said(shell) == printed
