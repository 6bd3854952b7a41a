"""`bridge init`: answers become files that load as they are, whatever names are made of; nothing is overwritten."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audiences.summary import summarise
from bridge.cli import init
from bridge.cli.main import main
from bridge.config import Config, load, loads
from bridge.core.matchers import all_match, parse_matchers
from bridge.core.sample_labels import sample_labels
from bridge.errors import ConfigError
from bridge.setup.answers import SetupAnswers, slug
from bridge.setup.files import write
from bridge.setup.questions import QUESTIONS, ask_all
from bridge.setup.texts import SetupTexts
from bridge.setup.unit import Installed, unit
from bridge.sources import alertmanager
from bridge.sources.post import Post
from tests.parts.setup import setup_answers
from tests.parts.sink import Sink


def installed(tmp_path: Path, **changed: Any) -> tuple[int, Path]:
    """The exit code and the folder of a new installation."""
    file, folder = tmp_path / "answers.yaml", tmp_path / "new"
    file.write_text(yaml.safe_dump(setup_answers(**changed), allow_unicode=True), encoding="utf-8")
    return main(["init", str(folder), "--yes", str(file)]), folder


def configured(answers: SetupAnswers, folder: Path) -> Config:
    """The configuration that these answers make, with its secrets beside it."""
    (folder / "secrets").mkdir(exist_ok=True)
    for name in ("alertmanager.token", "api.token", "smtp"):
        (folder / "secrets" / name).write_text("secret\n")
    text = SetupTexts(answers, "alertmanager", folder).configuration()
    return loads(text, folder / "bridge.yaml", {})


def test_the_files_of_a_new_installation_pass_the_check(tmp_path: Path, mail_server: Sink) -> None:
    code, folder = installed(
        tmp_path, relay={"host": "127.0.0.1", "port": mail_server.port, "security": "none"}
    )
    assert code == 0
    config = load(folder / "bridge.yaml")
    service = config.services["midori-shop"]
    assert [str(match) for one in service.match for match in one.all] == [
        'service="midori-shop"',
        'severity=~"critical|page"',
    ]
    assert config.escalation_of(service).people() == ("maruyama", "sato")
    assert service.company.en == "Midori Trading Co., Ltd."


def test_the_test_list_reaches_nobody_but_the_people_themselves(tmp_path: Path) -> None:
    _, folder = installed(tmp_path)
    rows = (folder / "customers.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["maruyama@example.jp", "sato@example.jp"]


def test_one_person_alone_gets_a_list_of_two_and_no_second_approval(tmp_path: Path) -> None:
    _, folder = installed(tmp_path, people=[{"name": "丸山", "email": "maruyama@example.jp"}])
    config = load(folder / "bridge.yaml")
    assert config.policy.second_person == frozenset()
    assert summarise(folder / "customers.csv").count == 2


def test_what_is_secret_or_personal_is_its_owners_alone(tmp_path: Path) -> None:
    _, folder = installed(tmp_path)
    modes = {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    private = ("secrets/alertmanager.token", "secrets/api.token", "customers.csv", "bridge.yaml")
    assert {modes[name] for name in private} == {0o600}
    assert modes["secrets"] == modes["data"] == 0o700
    tokens = {(folder / "secrets" / name).read_text() for name in ("alertmanager.token", "api.token")}
    assert {len(token.strip()) for token in tokens} == {64}
    assert len(tokens) == 2


@pytest.mark.parametrize("there", ["bridge.yaml", "customers.csv", "secrets/alertmanager.token", "samples"])
def test_nothing_is_overwritten_and_nothing_is_written_beside_it(
    there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / there
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    code, folder = installed(tmp_path)
    assert code == 1
    assert str(file) in capsys.readouterr().err
    assert [path for path in folder.rglob("*") if path.is_file()] == [file]
    assert file.read_text() == "mine"


def test_without_a_terminal_and_without_answers_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "new")]) == 2
    assert "--yes FILE" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "changed, found",
    [
        pytest.param(
            {"people": [{"name": "丸山", "email": "maruyama@@example.jp"}]}, "people[0].email", id="address"
        ),
        pytest.param({"people": []}, "people: must not be empty", id="nobody"),
        pytest.param({"public_url": "http://bridge.example.jp"}, "approval links need https", id="url"),
        pytest.param({"match": "service~shop"}, "is not a matcher", id="matcher"),
        pytest.param({"relay": {"port": 99999}}, "relay.port: too large", id="port"),
        pytest.param({"relay": {"security": "ssl"}}, "relay.security: unknown word", id="security"),
        pytest.param({"compny": "x"}, 'unknown key. Did you mean "company"?', id="slip"),
        pytest.param({"service": None}, "service: missing", id="no name"),
        pytest.param({"listen": "8080"}, "listen: not an address to listen on", id="listen"),
    ],
)
def test_answers_that_cannot_be_used_are_named_with_their_line(
    changed: dict[str, Any], found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, folder = installed(tmp_path, **changed)
    assert code == 2
    said = capsys.readouterr().err
    assert found in said
    assert f"{tmp_path / 'answers.yaml'}:" in said
    assert not folder.exists()


@pytest.mark.parametrize("name, said", [("alertmanger", "Did you mean alertmanager?"), ("x", "There are:")])
def test_a_source_that_is_none_is_a_mistake_of_usage(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "new"), "--source", name]) == 2
    assert said in capsys.readouterr().err


NAMES = st.text(st.characters(exclude_categories=["Cc", "Zl", "Zp", "Cs"]), min_size=1).filter(
    lambda name: name == name.strip()
)


@given(
    service=NAMES,
    company=NAMES,
    name=NAMES,
    value=st.text(),
)
@settings(max_examples=60, deadline=None)
def test_any_name_arrives_in_the_configuration_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, service: str, company: str, name: str, value: str
) -> None:
    match = f"service={json.dumps(value)}"
    try:
        parse_matchers(match)
    except ValueError:
        match = 'service="shop"'
    answers = SetupAnswers.model_validate(
        {
            "service": service,
            "company": {"ja": company, "en": name},
            "sender": "support@example.jp",
            "people": [{"name": name, "email": "maruyama@example.jp"}],
            "match": match,
        }
    )
    config = configured(answers, tmp_path_factory.getbasetemp())
    (made,) = config.services.values()
    assert (made.name.ja, made.company.ja, made.company.en) == (service, company, name)
    assert config.people["maruyama"].name == name
    assert made.match == (parse_matchers(match),)


@pytest.mark.parametrize(
    "given_relay, meant",
    [
        pytest.param({}, ("127.0.0.1", 25, "none"), id="nothing: the machine's own"),
        pytest.param({"host": "smtp.example.jp"}, ("smtp.example.jp", 587, "starttls"), id="another machine"),
        pytest.param({"host": "smtp.example.jp", "port": 465}, ("smtp.example.jp", 465, "tls"), id="465"),
        pytest.param({"port": 2526}, ("127.0.0.1", 2526, "starttls"), id="a port of this machine"),
        pytest.param({"host": "a", "security": "tls"}, ("a", 465, "tls"), id="tls"),
    ],
)
def test_port_and_security_of_the_relay_follow_from_each_other(
    given_relay: dict[str, Any], meant: tuple[str, int, str]
) -> None:
    relay = SetupAnswers.model_validate(setup_answers(relay=given_relay)).relay
    assert (relay.host, relay.port, relay.security) == meant


@pytest.mark.parametrize(
    "match",
    [
        ('service="shop"', 'severity=~"critical|page"'),
        ('{team=~"web|api",env="prod",severity!="info"}',),
        ("alertname=LoginErrors",),
    ],
)
def test_the_sample_alert_is_one_that_the_service_takes(match: tuple[str, ...]) -> None:
    labels = sample_labels((one for text in match for one in parse_matchers(text).all), "Try")
    assert labels is not None
    assert all_match([parse_matchers(text) for text in match], labels)


def test_there_is_no_sample_alert_where_no_simple_one_would_match() -> None:
    assert sample_labels(parse_matchers('zone=~"[a-z]{4}"').all, "Try") is None


def test_the_sample_alert_is_read_as_alertmanagers(tmp_path: Path) -> None:
    _, folder = installed(tmp_path)
    now = datetime(2026, 11, 20, 17, 10, tzinfo=UTC)
    post = Post("alertmanager", (folder / "samples/alert.json").read_bytes(), now)
    (alert,) = alertmanager.parse(post, alertmanager.Settings(auth="none")).alerts
    assert (alert.status, alert.starts_at) == ("firing", now)
    assert dict(alert.labels) == {
        "alertname": "TryTheBridge",
        "service": "midori-shop",
        "severity": "critical",
    }


TYPED = {
    "service": ["みどりショップ / Midori Shop"],
    "match": [""],
    "company": ["みどり商事株式会社"],
    "sender": ["support@@example.jp", "support@example.jp"],
    "contact": [""],
    "people": ["丸山 maruyama@", "丸山 <maruyama@example.jp>、佐藤 sato@example.jp"],
    "relay": ["smtp.example.jp:587 bridge"],
    "public_url": ["http://bridge.example.jp", "https://bridge.example.jp/"],
}


def test_a_bad_answer_is_asked_again_with_the_reason() -> None:
    keys = iter([question.key for question in QUESTIONS for _ in TYPED[question.key]])
    lines = iter([line for question in QUESTIONS for line in TYPED[question.key]])
    said: list[str] = []

    def ask(prompt: str) -> str:
        said.append(f"{next(keys)}: {prompt}")
        return next(lines)

    answers = ask_all(ask, lambda prompt: "hunter2", said.append)
    assert list(lines) == []
    assert answers.match[0] == 'service="midori-shop", severity=~"critical|page"'
    assert answers.contact is not None
    assert answers.contact.ja == "support@example.jp"
    assert [(person.name, person.email) for person in answers.people] == [
        ("丸山", "maruyama@example.jp"),
        ("佐藤", "sato@example.jp"),
    ]
    assert (answers.relay.port, answers.relay.security, answers.relay.username) == (587, "starttls", "bridge")
    assert answers.url == "https://bridge.example.jp"
    reasons = " ".join(said)
    assert "more than one address" in reasons or "two @" in reasons
    assert "approval links need https" in reasons
    assert "hunter2" not in reasons


def test_at_most_eight_questions_are_asked() -> None:
    assert len(QUESTIONS) <= 8


def test_input_that_ends_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["init", str(tmp_path / "new")]) == 2
    assert "Nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "text, made", [("Midori Shop", "midori-shop"), ("みどり", ""), ("A&B  (test)", "a-b-test")]
)
def test_a_key_is_made_of_letters_and_digits(text: str, made: str) -> None:
    assert slug(text) == made


def test_people_of_one_name_get_keys_of_their_own() -> None:
    people = [{"name": "佐藤", "email": f"sato@{n}.example.jp"} for n in range(3)]
    answers = SetupAnswers.model_validate(setup_answers(people=people))
    assert list(answers.people_by_key) == ["sato", "sato-2", "sato-3"]


def test_the_unit_has_the_installations_own_paths_and_the_shipped_hardening() -> None:
    text = unit(Installed(Path("/srv/a b%c"), "midori", "staff", ("/home/midori/bin/bridge",)))
    assert 'ExecStart=/home/midori/bin/bridge serve --config "/srv/a b%%c/bridge.yaml"' in text
    assert 'ReadWritePaths="/srv/a b%%c/data"' in text
    assert "ProtectHome=read-only" in text
    assert "User=midori\nGroup=staff" in text
    assert "StateDirectory" not in text
    assert "NoNewPrivileges=yes" in text


def test_an_installation_in_etc_keeps_its_data_where_a_service_may_write() -> None:
    text = unit(Installed(Path("/etc/bridge"), "bridge", "bridge", ("/opt/bridge/bin/bridge",)))
    assert "ReadWritePaths=/var/lib/bridge" in text
    answers = SetupAnswers.model_validate(setup_answers())
    written = yaml.safe_load(SetupTexts(answers, "alertmanager", Path("/etc/bridge")).configuration())
    assert written["server"]["data_dir"] == "/var/lib/bridge"


@pytest.mark.parametrize(
    "given, written",
    [
        (None, "sqlite"),
        ("postgresql://bridge@db/bridge", "postgresql://bridge@db/bridge"),
        (
            "postgresql://bridge:p$x@db/bridge",
            {"url": "postgresql://bridge@db/bridge", "password_file": "./secrets/database"},
        ),
    ],
)
def test_the_database_may_be_given_and_its_password_has_a_file_of_its_own(
    tmp_path: Path, given: str | None, written: object
) -> None:
    answers = SetupAnswers.model_validate(setup_answers(**({"database": given} if given else {})))
    write(tmp_path / "new", answers, SetupTexts(answers, "alertmanager", tmp_path / "new"), "alertmanager")
    assert yaml.safe_load((tmp_path / "new/bridge.yaml").read_text())["database"] == written
    assert [path.read_text() for path in tmp_path.glob("new/secrets/database")] == (
        ["p$x\n"] if isinstance(written, dict) else []
    )


def test_an_unreadable_file_of_answers_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--yes"):
        init.from_file(tmp_path / "none.yaml")
