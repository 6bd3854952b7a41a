"""A storm from a real Alertmanager, beside a server that stores nothing and Alertmanager's own mails; and starting.

    python -m tests.bench.bench_storm [groups]

Writes its section of docs/performance.md.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.bench_alerts import mailing_alertmanager, plain_route, services
from tests.bench.report import Row, write
from tests.parts.alertmanager import alertmanager
from tests.parts.bridge import ROOT, configuration
from tests.parts.ports import answers, free_port
from tests.parts.sink import sink
from tests.parts.waiting import until

GROUPS = 300
LONGEST = 180.0  # seconds
WHY = (
    "All groups fire at once, one for each service. Into us: posts taken, and the rings that came of them. "
    "Its peers: the same Alertmanager posting to a route that stores nothing, and mailing by itself. Starting: an "
    "empty database, and commands beside it; processor time of the process from its first instruction to its end."
)


def fire(url: str, names: list[str]) -> float:
    """Every group at once; when that was."""
    labels = [{"alertname": "LoginErrors", "service": name, "severity": "critical"} for name in names]
    began = time.perf_counter()
    httpx.post(url, json=[{"labels": each} for each in labels], timeout=60).raise_for_status()
    return began


def told(port: int) -> tuple[int, int]:
    """How many notifications Alertmanager has made by webhook, and how many attempts failed."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text

    def total(name: str) -> int:
        found = re.findall(rf'^{name}{{[^}}]*integration="webhook"[^}}]*}} (\S+)$', text, re.MULTILINE)
        return int(sum(map(float, found)))

    return total("alertmanager_notifications_total"), total("alertmanager_notifications_failed_total")


def into(webhook: str, home: Path, names: list[str]) -> tuple[float, int, float]:
    """Groups a second that a server takes from Alertmanager, how many posts failed, and when all groups fired."""
    home.mkdir()
    (home / "token").write_text("alert-secret")
    with alertmanager(home, webhook, home / "token", group_interval="1h") as port:
        began = fire(f"http://127.0.0.1:{port}/api/v2/alerts", names)
        until(lambda: told(port)[0] >= len(names), LONGEST, "every group is told")
        return len(names) / (time.perf_counter() - began), told(port)[1], began


def storm(home: Path, groups: int) -> list[Row]:
    with sink() as mails, services(home, mails, groups) as (running, names):
        ours, failed, began = into(running.url + "/webhooks/alertmanager", home / "ours", names)
        until(lambda: len(mails.mails) >= groups, LONGEST, "every ring")
        rings = groups / (time.perf_counter() - began)
        page = running.api("/incidents?limit=200")
        stored = len(page["incidents"])
        while page["next"]:
            page = running.api(f"/incidents?limit=200&cursor={page['next']}")
            stored += len(page["incidents"])
    with plain_route(home) as (port, _):
        plain, *_ = into(f"http://127.0.0.1:{port}/webhooks/alertmanager", home / "plain", names)
    with sink() as mails, mailing_alertmanager(home, mails) as url:
        began = fire(url, names)
        until(lambda: len(mails.mails) >= groups, LONGEST, "every mail")
        itself = groups / (time.perf_counter() - began)
    what = f"Alertmanager, {groups} groups at once"
    return [
        Row(f"{what}: posts taken", f"{ours:.0f}/s", f"{plain:.0f}/s", f"{ours / plain:.2f}", "≥ 0.5"),
        Row("failed posts; incidents lost", f"{failed}; {groups - stored}", goal="0; 0"),
        Row(f"{what}: rings / its own mails", f"{rings:.0f}/s", f"{itself:.0f}/s", f"{rings / itself:.2f}", "≥ 0.4"),
    ]  # fmt: skip


def processor_seconds_of(*words: str) -> float:
    """What a command uses until it ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [Path(sys.executable).with_name("bridge"), *words], cwd=ROOT, capture_output=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def starts(home: Path) -> list[Row]:
    port = free_port()
    for name in ("alert.token", "api.token"):
        (home / name).write_text("secret\n")
    (home / "customers.csv").write_text("email\ncustomer0@example.jp\n")
    path = home / "bridge.yaml"
    path.write_text(str(configuration(home, port, 25, "sqlite")).replace("None", "null"))
    began = time.perf_counter()
    with subprocess.Popen(
        [Path(sys.executable).with_name("bridge"), "serve", "--config", path], stderr=subprocess.DEVNULL
    ) as running:
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 60, "it answers")
        seconds = time.perf_counter() - began
        fields = Path(f"/proc/{running.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        cpu = (int(fields[11]) + int(fields[12])) / 100
        running.terminate()
    rows = [Row("start, empty database", f"{seconds:.2f} s, {cpu:.2f} s processor", goal="≤ 0.8 s")]
    for words in (["--help"], ["check", "--config", str(path)]):
        used = min(processor_seconds_of(*words) for _ in range(3))
        rows.append(Row(f"bridge {words[0]}", f"{used:.2f} s processor", goal="≤ 0.4 s"))
    return rows


def main() -> None:
    groups = int(sys.argv[1]) if len(sys.argv) > 1 else GROUPS
    rows: list[Row] = []
    for part in (lambda home: storm(home, groups), starts):
        with tempfile.TemporaryDirectory() as home:
            rows += part(Path(home))
    for row in rows:
        print(*(each for each in (row.what, row.ours, row.peer, row.ratio) if each), sep=" | ")
    write("A storm from Alertmanager, and starting", WHY, rows)


if __name__ == "__main__":
    main()
