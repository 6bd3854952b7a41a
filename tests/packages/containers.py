"""Podman, as it runs here without a registry, a network of its own, or control groups of version 2."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from tests.packages.first_steps import said
from tests.parts.programs import installed

BASE, IMAGE = "localhost/bridge-base", "localhost/incident-bridge"
_FILES, _PROCESSES = (resource.getrlimit(of) for of in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
LIMITS = (  # podman would raise them, which root of a machine that is a container itself may not
    "--network=host",
    f"--ulimit=nofile={_FILES[0]}:{_FILES[1]}",
    f"--ulimit=nproc={_PROCESSES[0]}:{_PROCESSES[1]}",
)


def podman(*words: object) -> list[object]:
    return [installed("podman"), "--runtime", "runc", "--cgroup-manager", "cgroupfs", *words]


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
