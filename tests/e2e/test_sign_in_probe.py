"""The shipped job `sign-in` through a real blackbox exporter: the shipped rule fires when the page breaks."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.parts.ports import answers, free_port
from tests.parts.programs import Program, installed
from tests.parts.prometheus import SAMPLES, rules, sample
from tests.parts.waiting import until


class Shop(http.server.ThreadingHTTPServer):
    """The page that customers sign in on; 500 while it does not `work`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SignIn)
        self.works = True
        threading.Thread(target=self.serve_forever, daemon=True).start()


class SignIn(http.server.BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        self.send_response(200 if self.server.works else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Asked five times a second."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    running = Shop()
    yield running
    running.shutdown()
    running.server_close()


def hurried(exporter: int, page: str) -> dict[str, Any]:
    """The shipped prometheus.yml, with the exporter and the page at this test's addresses."""
    config: dict[str, Any] = sample("prometheus.yml")
    config["global"] = {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"}
    (job,) = (one for one in config["scrape_configs"] if one["job_name"] == "sign-in")
    job["static_configs"][0]["targets"] = [page]
    job["relabel_configs"][-1]["replacement"] = f"127.0.0.1:{exporter}"
    return {**config, "scrape_configs": [job]}


def test_login_errors_fire_when_the_page_breaks(shop: Shop, tmp_path: Path) -> None:
    exporter, port = free_port(), free_port()
    page = f"http://127.0.0.1:{shop.server_address[1]}/sign-in"
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(hurried(exporter, page)))
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules(lambda name: False)))
    probing = Program(
        [installed("prometheus-blackbox-exporter"), f"--config.file={SAMPLES / 'blackbox.yml'}",
         f"--web.listen-address=127.0.0.1:{exporter}"],
        tmp_path / "exporter.log",
        cwd=tmp_path,
    )  # fmt: skip
    watching = Program(
        [installed("prometheus"), f"--config.file={tmp_path}/prometheus.yml",
         f"--storage.tsdb.path={tmp_path}/data", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"],
        tmp_path / "prometheus.log",
        cwd=tmp_path,
    )  # fmt: skip

    def asked(path: str, **query: str) -> Any:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/{path}", params=query).json()["data"]

    try:
        probing.start(lambda: answers(f"http://127.0.0.1:{exporter}/-/healthy"))
        watching.start(lambda: answers(f"http://127.0.0.1:{port}/-/ready"))
        until(lambda: asked("query", query="probe_success == 1")["result"], 30, "the page is probed")
        assert asked("alerts")["alerts"] == []
        shop.works = False
        (fired, *_) = until(lambda: asked("alerts")["alerts"], 30, "the rule fires")
    finally:
        watching.stop()
        probing.stop()
    assert (fired["labels"]["alertname"], fired["labels"]["service"]) == ("LoginErrors", "shop")
