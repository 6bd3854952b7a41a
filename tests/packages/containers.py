"""Podman, as it runs here without a registry, a network of its own, or control groups of version 2."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from tests.packages.first_steps import said
from tests.parts.programs import installed

OPTIONS = ("--storage-driver=overlay", "--runtime=runc", "--cgroup-manager=cgroupfs")
BASE, IMAGE = "localhost/bridge-base", "localhost/incident-bridge"
# Podman would raise the limits, which root of a machine that is a container itself may not; and it has
# health checks done by systemd, which is not everywhere: the tests ask themselves.
LIMITS = ("--network=host", "--ulimit=nofile=4096:4096", "--ulimit=nproc=1024:1024", "--no-healthcheck")


def podman(*words: object) -> list[object]:
    return [installed("podman"), *OPTIONS, *words]


@contextmanager
def container(image: str, *words: object, flags: Sequence[object] = ()) -> Iterator[str]:
    """A container in the background, by its name. Fails when it does not end in order."""
    name = f"bridge-test-{uuid4().hex[:8]}"
    said(podman("run", "--detach", "--name", name, *LIMITS, *flags, image, *words))
    try:
        yield name
        said(podman("stop", "--time", "20", name))
        logs, code = (
            said(podman("logs", name)),
            said(podman("inspect", "--format", "{{.State.ExitCode}}", name)),
        )
        assert code.strip() == "0", logs
    finally:
        said(podman("rm", "--force", "--time", "1", name))
