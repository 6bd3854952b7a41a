"""Debian's Prometheus with the rules we ship, watching a target that the test breaks and mends."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.parts.ports import answers, free_port
from tests.parts.programs import Program, installed

SAMPLES = Path(__file__).parents[2] / "config"


def sample(name: str) -> Any:
    """A configuration file that the project ships for people to paste, parsed."""
    return yaml.safe_load((SAMPLES / name).read_text(encoding="utf-8"))


class Probe(http.server.ThreadingHTTPServer):
    """A metrics page: `probe_success` is 1 while `works`. `prometheus` is who scrapes it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ProbePage)
        self.works = True
        self.prometheus = ""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def shows(self, query: str) -> bool:
        """Whether the query has a result now."""
        answer = httpx.get(f"{self.prometheus}/api/v1/query", params={"query": query})
        return bool(answer.json()["data"]["result"])

    def fires(self, name: str) -> bool:
        """Whether Prometheus says that this alert fires now."""
        alerts = httpx.get(f"{self.prometheus}/api/v1/alerts").json()["data"]["alerts"]
        return any(one["labels"]["alertname"] == name and one["state"] == "firing" for one in alerts)


class ProbePage(http.server.BaseHTTPRequestHandler):
    server: Probe

    def do_GET(self) -> None:
        body = f"# TYPE probe_success gauge\nprobe_success {int(self.server.works)}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes come five times a second; they are no news."""


def configuration(
    probe: Probe, bridge: int, alertmanagers: list[int] | list[dict[str, Any]]
) -> dict[str, Any]:
    """The shipped prometheus.yml on this test's ports, five times a second."""
    config: dict[str, Any] = sample("prometheus.yml")
    config["global"] = {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"}
    targets = [f"127.0.0.1:{port}" for port in alertmanagers if isinstance(port, int)]
    entries = [entry for entry in alertmanagers if not isinstance(entry, int)]
    config["alerting"]["alertmanagers"] = entries or [{"static_configs": [{"targets": targets}]}]
    ports = {"bridge": bridge, "sign-in": probe.port}
    for job in config["scrape_configs"]:
        job["static_configs"][0]["targets"] = [f"127.0.0.1:{ports[job['job_name']]}"]
        for key in ("metrics_path", "params", "relabel_configs"):
            job.pop(
                key, None
            )  # the probe is its own exporter; tests/e2e/test_sign_in_probe.py has a real one
    return config


def rules(patient: Callable[[str], bool]) -> dict[str, Any]:
    """The shipped rules.yml; those that are not `patient` fire without waiting."""
    shipped: dict[str, Any] = sample("rules.yml")
    for group in shipped["groups"]:
        for rule in group["rules"]:
            if not patient(rule["alert"]):
                rule["for"] = "0s"
    return shipped


@contextmanager
def prometheus(
    home: Path,
    *,
    bridge: int,
    alertmanagers: list[int] | list[dict[str, Any]],
    patient: Callable[[str], bool] = lambda name: name != "LoginErrors",
) -> Iterator[Probe]:
    """A running Prometheus that scrapes the bridge's port, too; `probe.works = False` fires LoginErrors.

    `alertmanagers`: their ports, or entries as in prometheus.yml.
    """
    program = installed("prometheus")
    probe, port = Probe(), free_port()
    probe.prometheus = f"http://127.0.0.1:{port}"
    (home / "rules.yml").write_text(yaml.safe_dump(rules(patient)))
    (home / "prometheus.yml").write_text(yaml.safe_dump(configuration(probe, bridge, alertmanagers)))
    running = Program(
        [program, f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data",
         f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"],
        home / "log",
        cwd=home,
    )  # fmt: skip
    try:
        running.start(lambda: answers(f"http://127.0.0.1:{port}/-/ready"))
        yield probe
    finally:
        running.stop()
        probe.shutdown()
        probe.server_close()
