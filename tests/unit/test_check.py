"""`bridge check`: what is broken is found by day, each with its line; looking changes nothing."""

import argparse
import json
import socket
import sys
from pathlib import Path

import pytest

from bridge.cli import check, check_mail, report
from bridge.cli.conditions import refuse_to_start
from bridge.cli.main import main
from bridge.config import load
from bridge.errors import ConfigError, StorageRefused
from bridge.keys import load_keys
from bridge.smtp.session import Limits
from bridge.store.open_database import open_database
from bridge.store.tables import meta
from tests.parts.bridge import configuration
from tests.parts.certificates import self_signed
from tests.parts.midori import PEOPLE
from tests.parts.sink import Sink
from tests.parts.smtp import Fault, Rules, Session


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "alert.token").write_text("alert-secret\n")
    (tmp_path / "api.token").write_text("api-secret\n")
    (tmp_path / "customers.csv").write_text("email,name\nsato@example.jp,佐藤\n", encoding="utf-8")
    return tmp_path


def run(capsys, home: Path, port: int, database: str = "sqlite", **sections: object) -> tuple[int, list[str]]:
    """The exit code and the findings, without the path of the file."""
    settings = configuration(home, 8080, port, database) | sections
    path = home / "bridge.yaml"
    path.write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
    parser = argparse.ArgumentParser()
    check.add_parser(parser.add_subparsers())
    args = parser.parse_args(["check", "--config", str(path)])
    code = args.func(args)
    lines = capsys.readouterr().out.splitlines()
    return code, [line.split(f"{path}:", 1)[1] for line in lines if line.startswith("FINDING")]


def test_what_is_in_order_is_ok_on_both_databases(capsys, home, mail_server: Sink, database_url):
    url = "sqlite" if database_url.startswith("sqlite") else database_url
    assert run(capsys, home, mail_server.port, url) == (0, [])


def test_looking_makes_nothing(capsys, home, mail_server: Sink):
    before = sorted(path.name for path in home.iterdir())
    run(capsys, home, mail_server.port)
    assert sorted(path.name for path in home.iterdir()) == sorted([*before, "bridge.yaml"])
    assert mail_server.mails == []


def test_the_record_is_read_once(capsys, home, mail_server: Sink):
    """The database of a running bridge is another's: what is said of senders and of drills is of one moment."""
    run(capsys, home, mail_server.port)
    load_keys(home / "keys")
    open_database(f"sqlite:///{home}/data/bridge.sqlite3").close()
    opened: list[str] = []
    counting = True

    def note(event: str, args: tuple[object, ...]) -> None:
        if counting and event == "sqlite3.connect" and "mode=ro" in str(args[0]):
            opened.append(str(args[0]))

    sys.addaudithook(note)
    assert run(capsys, home, mail_server.port) == (0, [])
    counting = False
    assert len(opened) == 2, "once for its schema, once for the record"


def test_a_bad_file_is_all_there_is_to_say(capsys, home):
    code, (finding,) = run(capsys, home, 25, timezone="Asia/Tokio")
    assert code == 1
    assert "timezone: 'Asia/Tokio' is not a time zone" in finding


def test_a_kind_that_two_must_approve_is_found_where_one_person_is_rung(capsys, home, mail_server: Sink):
    alone = {
        "shop": {"remind_at": ["0m"], "then_every": "5m", "steps": [{"from": "0m", "people": ["maruyama"]}]}
    }
    few = {"escalations": alone, "people": {"maruyama": PEOPLE["maruyama"]}}
    assert "needs two people and shop rings one" in finding_of(capsys, home, mail_server, **few)
    policy = {"second_person": []}
    assert run(capsys, home, mail_server.port, **few, policy=policy) == (0, [])


def test_a_key_written_twice_is_doubted_by_day_and_the_last_counts_at_night(capsys, home, mail_server: Sink):
    run(capsys, home, mail_server.port)
    path = home / "bridge.yaml"
    path.write_text(
        path.read_text("utf-8").rstrip().rstrip("}") + ', "timezone": "Asia/Tokyo", "timezone": "UTC"}',
        encoding="utf-8",
    )
    parser = argparse.ArgumentParser()
    check.add_parser(parser.add_subparsers())
    args = parser.parse_args(["check", "--config", str(path)])
    assert args.func(args) == 1
    assert "timezone: written twice, first on line" in capsys.readouterr().out
    assert load(path).timezone.key == "UTC"


def finding_of(capsys, home: Path, mail_server: Sink, **sections: object) -> str:
    code, findings = run(capsys, home, mail_server.port, **sections)
    assert code == 1
    (finding,) = findings
    assert finding.split(":")[0].isdigit()
    return finding


def test_a_customer_list_that_is_gone(capsys, home, mail_server: Sink):
    (home / "customers.csv").unlink()
    assert "audiences.shop-customers.csv: " in finding_of(capsys, home, mail_server)


def test_a_customer_without_an_address(capsys, home, mail_server: Sink):
    (home / "customers.csv").write_text("email,name\nsato@example.jp,\nnobody,\n")
    assert "line 3: not an address" in finding_of(capsys, home, mail_server)


def test_an_own_template_that_names_what_is_not_there(capsys, home, mail_server: Sink):
    own = home / "templates" / "mail" / "ja"
    own.mkdir(parents=True)
    (own / "final.txt.j2").write_text("{{ no_such_thing }}")
    finding = finding_of(capsys, home, mail_server, templates=str(home / "templates"))
    assert "ja/final.txt.j2" in finding
    assert "no_such_thing" in finding


def test_two_faulty_templates_are_two_findings(capsys, home, mail_server: Sink):
    own = home / "templates" / "mail" / "ja"
    own.mkdir(parents=True)
    (own / "first.txt.j2").write_text("{{ no_such_thing }}")
    (own / "update.subject.j2").write_text("{% if %}")
    _, findings = run(capsys, home, mail_server.port, templates=str(home / "templates"))
    assert len(findings) == 2


@pytest.mark.parametrize("name", ["mail/ja/frist.txt.j2", "oncall/ja/ring.txt.j2", "first.txt.j2"])
def test_an_own_template_that_overrides_nothing(capsys, home, mail_server: Sink, name):
    own = home / "templates" / name
    own.parent.mkdir(parents=True)
    own.write_text("x")
    assert "takes the place of no letter" in finding_of(
        capsys, home, mail_server, templates=str(home / "templates")
    )


def test_a_folder_of_templates_that_is_not_there(capsys, home, mail_server: Sink):
    assert "is not a folder" in finding_of(capsys, home, mail_server, templates=str(home / "absent"))


def test_a_key_that_others_can_read(capsys, home, mail_server: Sink):
    key = home / "keys"
    key.write_text("ab" * 32 + "\n")
    key.chmod(0o644)
    assert "server.key_file: " in finding_of(capsys, home, mail_server)


def test_a_missing_key_that_cannot_be_made_where_it_belongs(capsys, home, mail_server: Sink):
    (home / "secrets").write_text("no folder, also to root\n")
    port, server = mail_server.port, configuration(home, 8080, 25, "sqlite")["server"]
    server["key_file"] = str(home / "secrets" / "keys")
    finding = finding_of(capsys, home, mail_server, server=server)
    assert (
        f"server.key_file: {home}/secrets/keys: the key file does not exist and cannot be created" in finding
    )
    assert f"openssl rand -hex 32 > {home}/secrets/keys" in finding
    server["key_file"] = str(home / "made" / "with" / "its" / "folder")
    assert run(capsys, home, port, server=server) == (0, [])


def test_links_that_would_lead_to_the_sample(capsys, home, mail_server: Sink):
    server = {"data_dir": str(home / "data")}
    assert "server.public_url: not written" in finding_of(capsys, home, mail_server, server=server)


def test_a_database_file_that_is_none(capsys, home, mail_server: Sink):
    (home / "data").mkdir()
    (home / "data" / "bridge.sqlite3").write_bytes(b"no database" * 100)
    assert "database: " in finding_of(capsys, home, mail_server)


@pytest.mark.parametrize(
    "database",
    [
        {"url": "postgresql://bridge@127.0.0.1:1/bridge", "password": "db-secret"},
        "postgresql://127.0.0.1:1/bridge?user=bridge&password=db-secret",
        "postgresql://bridge@127.0.0.1:1/bridge?sslpassword=db-secret",
    ],
)
def test_a_database_server_that_is_not_there_without_its_password(capsys, home, mail_server: Sink, database):
    finding = finding_of(capsys, home, mail_server, database=database)
    assert "cannot be opened" in finding
    assert main(["incidents", "--config", str(home / "bridge.yaml")]) == 1
    refused = capsys.readouterr().err
    assert "cannot be read" in refused
    assert "db-secret" not in finding + refused


def test_a_mail_server_that_is_not_there(capsys, home):
    code, (finding,) = run(capsys, home, 1)
    assert code == 1
    assert "smtp: mail server 127.0.0.1:1" in finding


def test_a_mail_server_that_cannot_encrypt(capsys, home, mail_server: Sink):
    smtp = {"host": "127.0.0.1", "port": mail_server.port, "security": "starttls"}
    assert "STARTTLS" in finding_of(capsys, home, mail_server, smtp=smtp)


def test_a_second_mail_server_that_is_not_there(capsys, home, mail_server: Sink):
    smtp = {"port": mail_server.port, "security": "none", "fallback": {"port": 1, "security": "none"}}
    assert "smtp.fallback: " in finding_of(capsys, home, mail_server, smtp=smtp)


def impact_of(home: Path, **changes: object) -> dict[str, object]:
    """The services of the sample configuration, with these keys in the first impact."""
    services = configuration(home, 8080, 25, "sqlite")["services"]
    (name, service), *_ = services.items()
    return {name: {**service, "impact": [{"match": [], "text": "ログイン", **changes}]}}


@pytest.mark.parametrize(
    "changes, what",
    [
        ({"subject": "ログインできない"}, "is a sentence, and letters put it into one"),
        ({"text": "ログインできません。"}, "is a sentence, and letters put it into one"),
        ({"text": "{{ $labels.page }}"}, "a template variable was not filled in"),
        ({"workaround": "N/A"}, "it says nothing"),
    ],
)
def test_words_that_no_letter_can_use_are_found_by_day(capsys, home, mail_server: Sink, changes, what):
    assert what in finding_of(capsys, home, mail_server, services=impact_of(home, **changes))


def test_japanese_that_readers_of_english_would_get_is_found_by_day(capsys, home, mail_server: Sink):
    (home / "customers.csv").write_text("email,name,locale\nsmith@example.jp,Smith,en\n", encoding="utf-8")
    services = impact_of(home)
    _, findings = run(capsys, home, mail_server.port, services=services)
    assert any("has no English, and letters in English print it (1 customers)" in found for found in findings)
    assert any(".impact[0].text" in found or "impact.0.text" in found for found in findings)


@pytest.mark.parametrize(
    "place, changes",
    [
        ("name", {"name": "みどりショップ"}),
        ("company", {"company": "みどり商事株式会社"}),
        ("sender.name", {"sender": {"name": "みどりショップ運営事務局", "email": "support@example.jp"}}),
        ("contact", {"contact": "お問い合わせ窓口"}),
        ("representative", {"representative": "丸山"}),
        ("impact[0].text", {"impact": [{"text": "ログイン"}]}),
        ("impact[0].subject", {"impact": [{"text": {"ja": "ログイン", "en": "sign-in"}, "subject": "障害"}]}),
    ],
)
def test_each_text_that_has_no_english_is_named_where_customers_read_it(
    capsys, home, mail_server: Sink, place, changes
):
    (home / "customers.csv").write_text("email,name,locale\nsmith@example.jp,Smith,en\n", encoding="utf-8")
    services = configuration(home, 8080, 25, "sqlite")["services"]
    (name, service), *_ = services.items()
    in_both = {
        "name": {"ja": "みどりショップ", "en": "Midori Shop"},
        "company": {"ja": "みどり商事株式会社", "en": "Midori Trading Co."},
        "sender": {"name": {"ja": "事務局", "en": "Support"}, "email": "support@example.jp"},
        "contact": "support@example.jp",
        "representative": {"ja": "丸山", "en": "Maruyama"},
        "impact": [],
    }
    tree = {name: {**service, **in_both, **changes}}
    _, findings = run(capsys, home, mail_server.port, services=tree)
    missing = [found for found in findings if "has no English" in found]
    assert len(missing) == 1, findings
    assert f"services.{name}.{place}" in missing[0]


def test_a_status_page_is_https_and_may_stand_in_letters(home):
    services = impact_of(home)
    (name, service), *_ = services.items()
    path = home / "bridge.yaml"
    settings = configuration(home, 8080, 25, "sqlite")
    for url in ("http://status.example.jp", "https://status.example.jp"):
        settings["services"] = {name: {**service, "status_url": url}}
        path.write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
        if url.startswith("http:"):
            with pytest.raises(ConfigError, match="is not an https address"):
                load(path)
        else:
            assert load(path).services[name].links[-1] == url


def warnings(capsys, home: Path, port: int, **sections: object) -> tuple[int, str]:
    settings = configuration(home, 8080, port, "sqlite") | sections
    path = home / "bridge.yaml"
    path.write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
    code = report.report(path)
    return code, "\n".join(line for line in capsys.readouterr().out.splitlines() if "WARNING" in line)


def test_short_secrets_and_files_that_others_read_are_warnings_and_no_findings(
    capsys, home, mail_server: Sink
):
    (home / "alert.token").chmod(0o644)
    (home / "api.token").write_text("0123456789abcdef\n")
    (home / "api.token").chmod(0o640)
    code, told = warnings(capsys, home, mail_server.port)
    assert code == 0
    assert "sources.alertmanager.bearer_token_file: shorter than 16 characters" in told
    assert f"sources.alertmanager.bearer_token_file: {home}/alert.token: others may read it" in told
    assert "api." not in told


def test_a_secret_in_a_file_that_others_read_is_a_warning(capsys, home, mail_server: Sink, monkeypatch):
    _, told = warnings(capsys, home, mail_server.port, api={"bearer_token": "0123456789abcdef"})
    assert "bridge.yaml:1: holds a secret, and others may read it" in told
    monkeypatch.setenv("API_TOKEN", "0123456789abcdef")
    _, told = warnings(capsys, home, mail_server.port, api={"bearer_token": "${API_TOKEN}"})
    assert "holds a secret" not in told


@pytest.mark.parametrize(
    "content, exit_code, what",
    [
        (b"\xef\xbb\xbf0123456789abcdef\r\n", 1, "begins with a byte order mark (BOM)"),
        (b"0123456789abcdef \n", 0, "has a space at its beginning or end"),
        ("0123456789abcdef\u200b\n".encode(), 1, "holds a character that nobody sees (U+200B)"),
        (b'"0123456789abcdef"\n', 0, "stands in quotation marks"),
    ],
)
def test_what_nobody_sees_in_a_secret_is_named(capsys, home, mail_server: Sink, content, exit_code, what):
    (home / "api.token").write_bytes(content)
    assert run(capsys, home, mail_server.port)[0] == exit_code
    report.report(home / "bridge.yaml")
    assert what in capsys.readouterr().out


def test_repairs_of_a_list_are_warnings(capsys, home, mail_server: Sink):
    (home / "customers.csv").write_text("E-mail\n<sato@example.jp>\n", encoding="utf-8")
    code, told = warnings(capsys, home, mail_server.port)
    assert code == 0
    assert "taken out of brackets or quotation marks: 1 (first in line 2)" in told


def test_columns_of_a_list_may_be_named(capsys, home, mail_server: Sink):
    (home / "customers.csv").write_text("連絡先,屋号\nsato@example.jp,みどり\n", encoding="utf-8")
    assert "has no column email" in finding_of(capsys, home, mail_server)
    lists = {"shop-customers": {"csv": str(home / "customers.csv"), "columns": {"email": "連絡先"}}}
    assert run(capsys, home, mail_server.port, audiences=lists) == (0, [])


def begun(home: Path) -> None:
    """A database that the bridge has worked with, and its key file."""
    (home / "data").mkdir()
    (home / "keys").write_text("ab" * 32 + "\n")
    (home / "keys").chmod(0o600)
    opened = open_database(f"sqlite:///{home}/data/bridge.sqlite3")
    row = {"key": "key", "value": " ".join(load_keys(home / "keys").ids)}
    with opened.engine.connect().execution_options(purpose="write") as connection, connection.begin():
        connection.execute(meta.insert().values(row))
    opened.close()


def test_a_key_file_that_is_not_the_databases_is_found_before_the_start(capsys, home, mail_server: Sink):
    begun(home)
    assert run(capsys, home, mail_server.port) == (0, [])
    (home / "keys").write_text("cd" * 32 + "\n")
    assert "another key than this database was begun with" in finding_of(capsys, home, mail_server)
    with pytest.raises(StorageRefused, match="another key than this database was begun with"):
        refuse_to_start(load(home / "bridge.yaml"))


def test_a_missing_key_file_is_not_made_anew_beside_a_database_that_was_begun(
    capsys, home, mail_server: Sink
):
    begun(home)
    (home / "keys").unlink()
    assert "missing, and the database was begun with a key" in finding_of(capsys, home, mail_server)
    with pytest.raises(StorageRefused, match="Restore its key file"):
        refuse_to_start(load(home / "bridge.yaml"))
    assert not (home / "keys").exists()


def test_a_database_that_is_missing_and_was_there_is_found(capsys, home, mail_server: Sink):
    begun(home)
    (home / "data" / "bridge.sqlite3").unlink()
    assert "is missing, but a database was here" in finding_of(capsys, home, mail_server)


def test_what_is_in_order_says_how_many_customers_who_is_rung_and_which_server(
    capsys: pytest.CaptureFixture[str], home: Path, mail_server: Sink
) -> None:
    rows = [f"c{n}@example.jp,お客様,,{'en' if n % 3 == 0 else 'ja'}" for n in range(1200)]
    (home / "customers.csv").write_text("\n".join(["email,name,company,locale", *rows]), encoding="utf-8")
    settings = configuration(home, 8080, mail_server.port, "sqlite")
    english = {"ja": "みどり", "en": "Midori"}
    settings["services"]["shop"] |= {"company": english, "representative": english, "contact": english}
    settings["services"]["shop"]["sender"]["name"] = english
    path = home / "bridge.yaml"
    path.write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")
    assert main(["check", "--config", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "ok       audiences shop-customers: 1,200 (ja 800, en 400)" in said
    assert "ok       people shop: 丸山 at once, 丸山 and 佐藤 from 10m" in said
    assert f"ok       smtp 127.0.0.1:{mail_server.port} (none)" in said


def told_by(capsys, home: Path, rules: Rules) -> tuple[int, str]:
    """The exit code and the findings of a check against a mail server with these rules; it took no mail."""
    server = Sink(rules)
    try:
        code, findings = run(capsys, home, server.port)
        assert server.mails == []
        return code, "\n".join(findings)
    finally:
        server.stop()


def refusing(stage: str, words: bytes, to: str = "") -> Rules:
    """A mail server that says this at one stage, to one recipient or to all."""

    def reply(asked: str, session: Session) -> Fault | None:
        named = session.commands[-1] if session.commands else ""
        return Fault(words) if asked == stage and to in named else None

    return Rules(reply)


@pytest.mark.parametrize(
    "stage, words, to, told",
    [
        ("MAIL", b"530 5.7.0 Authentication required", "", "takes no mail from"),
        ("MAIL", b"553 5.7.1 not owned by user bridge", "", "not owned by user bridge"),
        ("RCPT", b"554 5.7.1 Relay access denied", "sato@", "takes no mail to sato@example.jp: 554 5.7.1"),
        ("RCPT", b"504 5.5.2 need fully-qualified hostname", "", "need fully-qualified hostname"),
        ("RCPT", b"550 5.1.1 User unknown", "maruyama@", "knows nobody at maruyama@example.jp"),
    ],
)
def test_a_server_that_would_take_no_mail_of_ours_is_found_without_a_mail(
    capsys, home, stage, words, to, told
):
    code, findings = told_by(capsys, home, refusing(stage, words, to))
    assert code == 1
    assert told in findings


def test_what_is_only_for_now_is_no_finding(capsys, home):
    assert told_by(capsys, home, refusing("RCPT", b"450 4.2.0 greylisted")) == (0, "")


def test_oncall_and_one_customer_are_asked_for_and_taken_back(capsys, home, mail_server: Sink):
    (home / "customers.csv").write_text("email\nhanako@example.jp\ntaro@example.jp\n")
    assert run(capsys, home, mail_server.port) == (0, [])
    asked = [line for session in mail_server.sessions for line in session.commands]
    recipients = [line for line in asked if line.startswith("RCPT")]
    assert "RCPT TO:<maruyama@example.jp>" in recipients
    assert "RCPT TO:<hanako@example.jp>" in recipients
    assert "RCPT TO:<taro@example.jp>" not in recipients
    assert asked.count("RSET") == len(recipients)
    assert len(mail_server.sessions) == 1
    assert mail_server.mails == []


@pytest.mark.parametrize(
    "implicit, security, told",
    [(True, "starttls", "Write security: tls"), (False, "tls", "Write security: starttls")],
)
def test_a_port_of_the_other_security_is_named(capsys, home, monkeypatch, implicit, security, told):
    certificate = self_signed(home, "localhost")
    server = Sink(Rules(tls=certificate.for_server(), implicit_tls=implicit))
    for name in ("_PATIENCE", "_BRIEF"):
        monkeypatch.setattr(check_mail, name, Limits(connect=1, greeting=1, command=1))
    smtp = {"host": "localhost", "port": server.port, "security": security}
    smtp["ca_file"] = str(certificate.certificate)
    try:
        code, findings = run(capsys, home, 1, smtp=smtp)
    finally:
        server.stop()
    assert code == 1
    assert told in findings[0]


def test_two_people_with_one_mailbox_are_one_where_two_must_approve(capsys, home, mail_server: Sink):
    shared = {name: person | {"email": "oncall@example.jp"} for name, person in PEOPLE.items()}
    two = {"second_person": ["first"]}
    finding = finding_of(capsys, home, mail_server, people=shared, policy=two)
    assert "rings one mailbox (oncall@example.jp)" in finding
    assert run(capsys, home, mail_server.port, people=shared, policy={"second_person": []}) == (0, [])


def test_check_introduces_itself_as_serve_does(capsys, home, mail_server: Sink, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "3f2a9c")
    server = configuration(home, 8080, mail_server.port, "sqlite")["server"]
    named = server | {"public_url": "https://bridge.example.jp"}
    assert run(capsys, home, mail_server.port, server=named) == (0, [])
    (session,) = mail_server.sessions
    assert session.commands[0] == "EHLO bridge.example.jp"
