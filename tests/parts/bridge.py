"""`bridge serve` as a real process, from a configuration written for one test, and what people do to it."""

import contextlib
import copy
import html.parser
import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.parts.alerts import alert, payload
from tests.parts.forked import Forked
from tests.parts.midori import ESCALATION, LOGIN, PEOPLE, SHOP
from tests.parts.midori import MARUYAMA as MARUYAMA
from tests.parts.midori import SATO as SATO
from tests.parts.ports import answers, free_port
from tests.parts.programs import Process, Program
from tests.parts.sink import Sink
from tests.parts.smtp import Mail

ROOT = Path(__file__).parents[2]
ALERT_TOKEN, API_TOKEN = "alert-secret", "api-secret"


def customer(number: int) -> str:
    """The address of one customer of the list, from 0; seven domains take turns."""
    return f"customer{number}@mail{number % 7}.example.jp"


def configuration(home: Path, port: int, smtp_port: int, database: str) -> dict[str, Any]:
    """One service with a list, two people and no hold, in the words of docs/configuration.md."""
    return {
        "server": {
            "listen": f"127.0.0.1:{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "data_dir": str(home / "data"),
            "key_file": str(home / "keys"),
        },
        "database": database,
        "sources": {"alertmanager": {"bearer_token_file": str(home / "alert.token")}},
        "api": {"bearer_token_file": str(home / "api.token")},
        "smtp": {"host": "127.0.0.1", "port": smtp_port, "security": "none", "connections": 4},
        "people": copy.deepcopy(PEOPLE),
        "escalations": {"shop": copy.deepcopy(ESCALATION)},
        "audiences": {"shop-customers": {"csv": str(home / "customers.csv")}},
        "services": {
            "shop": {
                **copy.deepcopy(SHOP),
                "match": ['service="shop"', 'severity=~"critical|page"'],
                "impact": [copy.deepcopy({key: LOGIN[key] for key in ("match", "text")})],
                "contact": {"ja": "support@example.jp"},
            }
        },
        "policy": {"hold": "0s"},
    }


class Hidden(html.parser.HTMLParser):
    """Collects the hidden fields of a page's forms, such as `csrf` and `version`."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        seen = dict(attrs)
        if tag == "input" and seen.get("type") == "hidden" and (name := seen.get("name")):
            self.fields[name] = seen.get("value") or ""


def hidden_fields(page: str) -> dict[str, str]:
    parser = Hidden()
    parser.feed(page)
    return parser.fields


def link_in(mail: Mail) -> str:
    """The approval link of an on-call mail: exactly one, on a line of its own."""
    (link,) = set(re.findall(r"^https?://\S+/approve/\S+$", mail.text.replace("\r\n", "\n"), re.M))
    return str(link)


class ForkedBridge(Program):
    """One that has its imports from its parent, see `Forked`."""

    def _launch(self) -> Process:
        return Forked(self.command[1:], self.log, self.cwd)


class Bridge:
    """One instance. Change `config` before `start`; it is written anew at every start and `reload`.

    `fresh`, or an environment of its own: an interpreter that starts from nothing, as people start it.
    """

    def __init__(
        self,
        home: Path,
        mail_server: Sink | int,
        *,
        database: str = "sqlite",
        customers: int = 3,
        fresh: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        smtp_port = mail_server if isinstance(mail_server, int) else mail_server.port
        self.config = configuration(home, self.port, smtp_port, database)
        self.customers = [customer(number) for number in range(customers)]
        self.alert_token_file = home / "alert.token"
        self.alert_token_file.write_text(ALERT_TOKEN + "\n")
        (home / "api.token").write_text(API_TOKEN + "\n")
        rows = [f"{address},お客様{number},会社{number},ja" for number, address in enumerate(self.customers)]
        (home / "customers.csv").write_text(
            "\n".join(["email,name,company,locale", *rows, ""]), encoding="utf-8"
        )
        self.config_file = home / f"bridge-{self.port}.yaml"
        command = [Path(sys.executable).parent / "bridge", "serve", "--config", self.config_file]
        log = home / f"bridge-{self.port}.log"
        self._program = (Program if fresh or env else ForkedBridge)(command, log, cwd=home, env=env)
        self._http = httpx.Client(base_url=self.url, timeout=30, verify=False)

    def write_config(self) -> None:
        """Lays `config` where the next start, reload or other command reads it."""
        self.config_file.write_text(yaml.safe_dump(self.config, allow_unicode=True), encoding="utf-8")

    def start(self, seconds: float = 20) -> None:
        """Returns when it is ready: storage writable, clock ticking."""
        self.write_config()
        self._program.start(lambda: self.ready, seconds)

    def spawn(self) -> None:
        """Starts it and returns at once."""
        self.write_config()
        self._program.spawn()

    @property
    def ready(self) -> bool:
        return answers(self.url + "/readyz")

    @property
    def running(self) -> bool:
        return self._program.running

    @property
    def pid(self) -> int:
        assert self._program.process is not None, "not started"
        return self._program.process.pid

    def signal(self, number: signal.Signals) -> None:
        assert self._program.process is not None, "not started"
        self._program.process.send_signal(number)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another `bridge` command with the same configuration."""
        with tempfile.TemporaryDirectory() as folder:
            said, errors = Path(folder) / "said", Path(folder) / "errors"
            command = Forked([*words, "--config", str(self.config_file)], said, Path.cwd(), errors)
            status = command.wait(60)
            return subprocess.CompletedProcess(words, status, said.read_text(), errors.read_text())

    def stop(self) -> int | None:
        """As systemd does it; its exit status."""
        return self._program.stop()

    def kill(self) -> None:
        """SIGKILL, at once."""
        self._program.stop(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.kill()
        self._http.close()

    def log(self) -> str:
        return self._program.log.read_text(errors="replace")

    def alert(self, *alerts: dict[str, Any], token: str = ALERT_TOKEN) -> httpx.Response:
        """Posts these alerts as Alertmanager would; without any, LoginErrors fires."""
        return self.post_alerts(json.dumps(payload(*(alerts or [alert()]))), token)

    def post_alerts(self, body: str | bytes, token: str = ALERT_TOKEN) -> httpx.Response:
        """Any body at all to the Alertmanager webhook."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self._http.post("/webhooks/alertmanager", content=body, headers=headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._http.get(path, headers=headers)

    def api(self, path: str) -> Any:
        """The parsed answer to GET /api/v1<path>."""
        answer = self._http.get("/api/v1" + path, headers={"Authorization": f"Bearer {API_TOKEN}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post_api(
        self, path: str, body: str | bytes, content_type: str = "application/json"
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": content_type}
        return self._http.post("/api/v1" + path, content=body, headers=headers)

    def reload(self) -> httpx.Response:
        self.write_config()
        return self._http.post("/-/reload", headers={"Authorization": f"Bearer {API_TOKEN}"})

    def incident(self) -> Any:
        """The newest incident, whole."""
        return self.api(f"/incidents/{self.api('/incidents')['incidents'][0]['id']}")

    def deliveries(self) -> dict[str, int]:
        """How many letters of the newest incident's newest notice are in each state."""
        counted: dict[str, int] = self.incident()["notices"][-1]["deliveries"]
        return counted

    def press(self, link: str, action: str, **fields: str) -> httpx.Response:
        """Opens the page as a person does and sends its form with one button; `fields` replace the page's."""
        page = self._http.get(link)
        assert page.status_code == 200, page.text
        return self.post_form(link, {**hidden_fields(page.text), "action": action, **fields})

    def approve(self, link: str) -> httpx.Response:
        return self.press(link, "approve")

    def post_form(self, link: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """A form as a browser sends it from a page with `no-referrer`: Origin is null."""
        return self._http.post(link, data=fields, headers={"Origin": "null", **headers})


@contextlib.contextmanager
def bridge(
    home: Path,
    mail_server: Sink | int,
    *,
    database: str = "sqlite",
    customers: int = 3,
    fresh: bool = False,
) -> Iterator[Bridge]:
    """A started bridge that mails through this sink, or relay at this port."""
    made = Bridge(home, mail_server, database=database, customers=customers, fresh=fresh)
    try:
        made.start()
        yield made
    finally:
        made.close()
