"""Secrets stay where they belong: everything is run, everything that can be read is read, and none is in it."""

import ast
import inspect
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import httpx
import pytest

from bridge.keys import Keys
from bridge.sources import credentials
from tests.parts.bridge import ALERT_TOKEN, API_TOKEN, MARUYAMA, Bridge, link_in
from tests.parts.certificates import self_signed
from tests.parts.postgres import Postgres
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Fault, Rules, Session

SECRETS = {
    "alert.token": "alert/secret-4f1c",
    "basic.password": "basic:secret-8a2d",
    "api.token": "api+secret-77be",
    "smtp.password": "smtp secret-03c9",
    "database.password": "database@secret-b5e6",
}
LOGIN = b64encode(f"\0bridge\0{SECRETS['smtp.password']}".encode())


def echo_the_login(stage: str, _session: Session) -> Fault | None:
    """A mail server that repeats in its refusal what it was told."""
    return Fault(say=b"535 5.7.8 AUTH PLAIN " + LOGIN + b" refused") if stage == "AUTH" else None


@pytest.fixture
def guarded(tmp_path: Path, mail_server: Sink, postgres_cluster: Postgres) -> Iterator[Bridge]:
    """A bridge with every kind of secret, whose first mail server refuses the login; the fallback takes rings."""
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(secret + "\n")
    certificate = self_signed(tmp_path, "127.0.0.1")
    rules = Rules(
        reply=echo_the_login, tls=certificate.for_server(), users={"bridge": SECRETS["smtp.password"]}
    )
    with sink(rules) as refusing, postgres_cluster.fresh_database() as url:
        made = Bridge(tmp_path, mail_server)
        for name in ("alert.token", "api.token"):  # Bridge writes its own
            (tmp_path / name).write_text(SECRETS[name] + "\n")
        made.config["database"] = {"url": url, "password_file": str(tmp_path / "database.password")}
        made.config["smtp"] = {
            "host": "127.0.0.1",
            "port": refusing.port,
            "security": "starttls",
            "ca_file": str(certificate.certificate),
            "username": "bridge",
            "password_file": str(tmp_path / "smtp.password"),
            "fallback": {"host": "127.0.0.1", "port": mail_server.port, "security": "none"},
        }
        try:
            made.start()
            yield made
        finally:
            made.close()


def asked(running: Bridge, link: str) -> str:
    """Every answer that can be had, right and wrong ones."""
    token = {"Authorization": f"Bearer {SECRETS['api.token']}"}
    api = f"{running.url}/api/v1"
    answers = [running.get(path) for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/nothing")]
    answers += [running.get(link + asked) for asked in ("", "?edit", "?lang=en", "x")]
    answers += [running.alert(), running.post_alerts(b"{", SECRETS["alert.token"])]
    answers += [httpx.get(f"{api}/incidents"), httpx.get(f"{api}/incidents", headers=token)]
    answers += [httpx.get(f"{api}/incidents?cursor=x", headers=token)]
    answers += [httpx.post(f"{api}/links/revoke", headers=token, content=b"{")]
    answers += [running.approve(link), running.get(link)]
    running.config["smtp"]["passwordd"] = SECRETS["smtp.password"]
    running.write_config()
    answers += [httpx.post(f"{running.url}/-/reload", headers=token)]
    del running.config["smtp"]["passwordd"]
    running.write_config()
    answers += [httpx.post(f"{running.url}/-/reload", headers=token)]
    return "\n".join(str(answer.headers) + answer.text for answer in answers)


def written_forms(secret: str) -> set[str]:
    return {secret, quote(secret), quote(secret, safe=""), b64encode(secret.encode()).decode()}


def test_no_secret_is_in_a_log_an_answer_a_command_or_a_mail(guarded: Bridge, mail_server: Sink) -> None:
    assert guarded.alert(token=SECRETS["alert.token"]).status_code == 200
    ring = mail_server.wait_for(MARUYAMA)[0]
    link = link_in(ring)
    token = link.rpartition("/")[2]
    answers = asked(guarded, link)
    commands = [guarded.run(*words) for words in (["check"], ["incidents", "verify"], ["incidents", "list"])]
    printed = "".join(done.stdout + done.stderr for done in commands)
    guarded.stop()
    seen = {"log": guarded.log(), "answers": answers, "commands": printed, "mail": ring.raw.decode()}
    key = Path(guarded.config["server"]["key_file"]).read_text().strip()
    for place, text in seen.items():
        for secret in (*SECRETS.values(), key, LOGIN.decode()):
            assert not any(form in text for form in written_forms(secret)), (place, secret)
    assert token not in seen["log"] + seen["commands"]
    assert token not in answers.replace(f"location': '/approve/{token}", "")


def test_what_is_kept_in_the_database_lets_nobody_in(running_bridge: Bridge, mail_server: Sink) -> None:
    running_bridge.alert()
    link = link_in(mail_server.wait_for(MARUYAMA)[0])
    assert running_bridge.approve(link).status_code == 303
    mail_server.wait_for_every(running_bridge.customers)
    running_bridge.stop()
    kept = b"".join(path.read_bytes() for path in (running_bridge.home / "data").iterdir())
    link_id, _, signature = link.rpartition("/")[2].rpartition(".")
    assert link_id.encode() in kept
    assert signature.encode() not in kept
    assert not any(secret.encode() in kept for secret in (ALERT_TOKEN, API_TOKEN))


def comparing(module: ModuleType) -> Callable[..., object]:
    """The one function of a module that compares in constant time."""
    functions = [function for _, function in inspect.getmembers(module, inspect.isfunction)]
    (found,) = [one for one in functions if "compare_digest" in one.__code__.co_names]
    return found


@pytest.mark.parametrize(
    "compares",
    [
        pytest.param(comparing(credentials), id="tokens and passwords"),
        pytest.param(Keys.link_id, id="links"),
        pytest.param(Keys.is_csrf, id="forms"),
    ],
)
def test_a_secret_is_compared_in_constant_time(compares: Callable[..., object]) -> None:
    """Time tells nothing on a busy machine; the code does: only lengths and counts are compared otherwise."""
    tree = ast.parse(inspect.getsource(compares).strip())
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert "compare_digest" in called
    assert [ast.unparse(node) for node in compared if not isinstance(node.ops[0], ast.Gt | ast.Lt)] == []


def test_no_credential_is_compared_elsewhere() -> None:
    """What checks a header hands every secret to the one function that compares it."""
    one = comparing(credentials)
    for name, function in inspect.getmembers(credentials, inspect.isfunction):
        tree = ast.parse(inspect.getsource(function))
        compared = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
        found = [words for words in compared if "secret" in words or "given" in words]
        assert function is one or found == [], name
