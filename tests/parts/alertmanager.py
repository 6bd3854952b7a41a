"""Debian's Alertmanager with the configuration we ship, posting to a bridge; alone or as a pair."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.parts.ports import answers, free_port
from tests.parts.programs import Program, installed
from tests.parts.prometheus import sample


def configuration(webhook: str, token_file: Path, group_interval: str) -> dict[str, Any]:
    """The shipped alertmanager.yml, pointed at this test's bridge and in a hurry."""
    config: dict[str, Any] = sample("alertmanager.yml")
    config["route"].update(group_wait="0s", group_interval=group_interval)
    (hook,) = config["receivers"][0]["webhook_configs"]
    hook["url"] = webhook
    hook["http_config"]["authorization"]["credentials_file"] = str(token_file)
    return config


@contextmanager
def alertmanager(
    home: Path,
    webhook: str,
    token_file: Path,
    *,
    group_interval: str = "1s",
    peers: tuple[int, int] | None = None,
) -> Iterator[int]:
    """A running Alertmanager; yields its port. `peers`: its own cluster port and the other one's."""
    cluster = ["--cluster.listen-address="]
    if peers:
        mine, other = (f"127.0.0.1:{peer}" for peer in peers)
        cluster = [
            f"--cluster.listen-address={mine}",
            f"--cluster.advertise-address={mine}",
            f"--cluster.peer={other}",
        ]
    config = yaml.safe_dump(configuration(webhook, token_file, group_interval))
    with alertmanager_from(home, config, cluster) as port:
        yield port


@contextmanager
def alertmanager_from(
    home: Path, config: str, cluster: Sequence[str] = ("--cluster.listen-address=",)
) -> Iterator[int]:
    """One with exactly this text as its alertmanager.yml; yields its port."""
    file, port = home / "alertmanager.yml", free_port()
    file.write_text(config)
    running = Program(
        [installed("prometheus-alertmanager"), f"--config.file={file}", f"--storage.path={home}/data",
         f"--web.listen-address=127.0.0.1:{port}", *cluster],
        home / "alertmanager.log",
        cwd=home,
    )  # fmt: skip
    try:
        running.start(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), seconds=30)
        yield port
    finally:
        running.stop()


def fire(port: int) -> None:
    """LoginErrors of the service of tests/parts/setup.py fires."""
    labels = {"alertname": "LoginErrors", "service": "midori-shop", "severity": "critical"}
    httpx.post(f"http://127.0.0.1:{port}/api/v2/alerts", json=[{"labels": labels}]).raise_for_status()


@contextmanager
def alertmanager_pair(
    home: Path, webhook: str, token_file: Path, *, gossip: bool = True
) -> Iterator[list[int]]:
    """Two Alertmanagers; without `gossip` they do not know each other and both post everything."""
    first, second = free_port(), free_port()
    with ExitStack() as both:
        ports = []
        for name, peers in (("a", (first, second)), ("b", (second, first))):
            (home / name).mkdir()
            start = alertmanager(home / name, webhook, token_file, peers=peers if gossip else None)
            ports.append(both.enter_context(start))
        yield ports
