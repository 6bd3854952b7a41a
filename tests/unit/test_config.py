"""What a good bridge.yaml becomes: the contract's defaults, whole services, read secrets, absolute paths."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.config import Config, load, loads
from bridge.config.sections import Endpoint
from bridge.core.matchers import Matcher, Matchers
from bridge.core.settings import Every, Policy
from bridge.core.values import LocalText, parse_duration
from bridge.errors import ConfigError
from tests.stages.samples import configured

SAMPLE = Path(__file__).parents[2] / "config" / "bridge.yaml"
SECRETS = ("alertmanager.token", "api.token", "smtp")
SMALL = """
sources: {alertmanager: {bearer_token_file: am.token}}
api: {bearer_token: "${API_TOKEN}"}
people:
  maruyama: {name: 丸山, email: maruyama@example.jp}
  sato: {name: 佐藤, email: sato@example.jp}
escalations:
  shop: {remind_at: [0m, 5m], then_every: 5m, steps: [{from: 0m, people: [maruyama, sato]}]}
audiences: {shop-customers: {csv: customers.csv}}
services:
  shop:
    name: みどりショップ
    match: ['service="shop"']
    audience: shop-customers
    escalation: shop
    sender: {name: みどりショップ運営事務局, email: support@example.jp}
    company: みどり商事株式会社
    contact: support@example.jp
"""
ENV = {"API_TOKEN": "api-secret"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "am.token").write_text("am-secret\r\n")
    return tmp_path


def small(folder: Path, more: str = "", service: str = "", **env: str) -> Config:
    text = SMALL + "".join(f"    {line}\n" for line in service.splitlines()) + more
    return loads(text, folder / "bridge.yaml", {**ENV, **env})


def test_the_sample_is_complete_and_valid(tmp_path):
    (tmp_path / "secrets").mkdir()
    for name in SECRETS:
        (tmp_path / "secrets" / name).write_text(f"secret of {name}\n")
    path = tmp_path / "bridge.yaml"
    path.write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    config = load(path, {})
    assert config.services["shop"].impact[0].detection_delay == timedelta(minutes=2)
    assert config.smtp.password is not None
    assert config.smtp.password.get_secret_value() == "secret of smtp"


def test_what_is_not_written_has_the_default_of_the_contract(folder):
    config = small(folder)
    assert (config.server.listen, config.server.ops_listen) == (Endpoint("127.0.0.1", 8080), None)
    assert config.server.public_url == "https://bridge.example.jp"
    assert config.server.body_limit == 8 * 1024 * 1024
    assert (config.database.url, config.templates, config.wording.terms) == ("sqlite", None, None)
    smtp = config.smtp
    assert (smtp.host, smtp.port, smtp.security, smtp.connections) == ("127.0.0.1", 587, "starttls", 4)
    assert (smtp.on_unknown, smtp.fallback) == ("resend_once", None)
    service = config.services["shop"]
    assert (service.locale, service.bilingual, service.wrap, service.public_urls) == ("ja", False, None, ())
    assert service.policy == Policy(
        first_report_within=timedelta(minutes=15),
        at_deadline="keep_reminding",
        update_every=Every(critical=timedelta(minutes=30), default=timedelta(minutes=60)),
        update_ring_before=timedelta(minutes=10),
        settle=timedelta(minutes=5),
        second_person=frozenset({"individual"}),
        hold=timedelta(seconds=10),
    )


def test_null_is_as_if_not_written(folder):
    config = small(
        folder, "server: null\ntimezone: null\npolicy: {hold: null}\n", "timezone: null\nwrap: null"
    )
    assert config.server.data_dir == folder / "data"
    assert config.services["shop"].timezone == ZoneInfo("Asia/Tokyo")
    assert config.services["shop"].wrap is None
    assert config.policy.hold == timedelta(seconds=10)


def test_paths_are_relative_to_the_file(folder):
    more = "server: {data_dir: ./d, key_file: /keys}\ntemplates: ../t\n"
    config = small(folder, more)
    assert (config.server.data_dir, config.server.key_file) == (folder / "d", Path("/keys"))
    assert config.templates == folder / "../t"
    assert config.audiences == {"shop-customers": folder / "customers.csv"}


def test_secrets_are_read_and_never_shown(folder):
    config = small(
        folder, 'smtp: {username: "${USER}", password: "${PASS}"}\n', USER="bridge", PASS="p: ${x}"
    )
    source = config.sources["alertmanager"].bearer_token
    assert source is not None
    assert source.get_secret_value() == "am-secret"
    assert config.api.bearer_token.get_secret_value() == "api-secret"
    assert config.smtp.password is not None
    assert config.smtp.password.get_secret_value() == "p: ${x}"
    for secret in ("am-secret", "api-secret", "p: ${x}"):
        assert secret not in repr(config) + str(config) + config.model_dump_json()


@pytest.mark.parametrize(
    "written, url, password",
    [
        pytest.param("sqlite", "sqlite", None, id="sqlite"),
        pytest.param("postgresql://u@h/db", "postgresql://u@h/db", None, id="url"),
        pytest.param("postgresql://u:p@h/db?x=1", "postgresql://u@h/db?x=1", "p", id="with password"),
        pytest.param("{url: postgresql://u@h/d, password_file: am.token}", "postgresql://u@h/d", "am-secret",
                     id="and a file"),
    ],
)  # fmt: skip
def test_a_database_is_written_in_one_of_three_ways(folder, written, url, password):
    database = small(folder, f"database: {written}\n").database
    assert database.url == url
    assert (database.password and database.password.get_secret_value()) == password


def test_the_password_of_a_database_opens_it_and_is_not_shown(folder):
    config = small(folder, "database: postgresql://u:p%40@127.0.0.1/db\n")
    assert config.database_url.password == "p@"
    assert "p@" not in f"{config.database_url} {config.database_url!r}"
    assert small(folder).database_url.database == str(folder / "data" / "bridge.sqlite3")


def test_own_terms_are_read_with_the_configuration(folder):
    (folder / "terms.yaml").write_text("- {pattern: サーバ, replacement: サーバー, reason: 表記}\n")
    (term,) = small(folder, "wording: {terms: terms.yaml}\n").terms
    assert term.replacement == "サーバー"


@pytest.mark.parametrize("content", [None, "[", "[" * 1000, "- {pattern: '('}", "shop"])
def test_own_terms_that_cannot_be_used_are_a_finding(folder, content):
    if content is not None:
        (folder / "terms.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"bridge\.yaml:\d+: wording\.terms: .*terms\.yaml"):
        small(folder, "wording: {terms: terms.yaml}\n")


def test_a_service_overrides_single_keys_of_the_policy(folder):
    config = small(
        folder,
        "policy: {hold: 5s, settle: 1m, update_every: {default: 40m, page: 25m, warning: 90m}}\n",
        "policy: {hold: 0s, update_every: {critical: 20m, page: 15m, info: null}}",
    )
    policy = config.services["shop"].policy
    assert (policy.hold, policy.settle) == (timedelta(), timedelta(minutes=1))
    every = {key: length / timedelta(minutes=1) for key, length in policy.update_every}
    assert every == {"critical": 20, "default": 40, "page": 15, "warning": 90}
    assert config.policy.update_every.critical == timedelta(minutes=30)


@pytest.mark.parametrize(
    "severities, every",
    [([], 60), (["info"], 60), ([""], 60), (["critical"], 30), (["warning"], 90), (["page", "warning"], 20)],
)
def test_the_promise_is_the_shortest_that_a_firing_alert_s_severity_asks_for(folder, severities, every):
    config = small(folder, "policy: {update_every: {page: 20m, warning: 90m}}\n")
    assert config.services["shop"].policy.update_every.shortest(severities) == timedelta(minutes=every)


def test_a_service_takes_id_and_time_zone_from_around_it(folder):
    config = small(folder, "timezone: UTC\n")
    assert (config.services["shop"].id, config.people["sato"].id) == ("shop", "sato")
    assert config.services["shop"].timezone == ZoneInfo("UTC")
    assert (
        small(folder, "timezone: UTC\n", "timezone: Asia/Seoul").services["shop"].timezone.key == "Asia/Seoul"
    )
    assert config.escalation_of(config.services["shop"]).people() == ("maruyama", "sato")


def test_matchers_keep_their_dollar_signs(folder):
    config = small(folder, service="""impact: [{match: ['a=~"x$"', 'b="$${HOME}"'], text: 全体}]""")
    assert config.services["shop"].impact[0].match == (
        Matchers((Matcher("a", "=~", "x$"),)),
        Matchers((Matcher("b", "=", "${HOME}"),)),
    )


def test_a_mail_server_may_be_named_by_a_variable_with_a_line_end(folder):
    config = small(folder, 'smtp: {host: "${SMTP_HOST}"}', SMTP_HOST="mail.example.jp\n")
    assert config.smtp.host == "mail.example.jp"


def test_a_doubt_about_the_file_is_no_output_of_a_command(folder, capsys):
    assert small(folder, "timezone: UTC\ntimezone: UTC\n").timezone == ZoneInfo("UTC")
    assert capsys.readouterr().out == ""


def test_yaml_words_of_old_stay_texts(folder):
    config = small(folder, service="representative: no\nwrap: none\nbilingual: yes")
    service = config.services["shop"]
    assert (service.representative, service.wrap, service.bilingual) == (LocalText(ja="no"), None, True)


@pytest.mark.parametrize(
    "url, fine",
    [
        ("https://bridge.example.jp", True),
        ("https://bridge.example.jp/on/call/", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://10.1.2.3", True),
        ("http://8.8.8.8", False),
        ("http://bridge.example.jp", False),
        ("ftp://127.0.0.1", False),
        ("https://user@bridge.example.jp", False),
        ("https://bridge.example.jp/?a=b", False),
        ("https://bridge.example.jp:many", False),
    ],
)
def test_approval_links_need_https_unless_they_stay_near(folder, url, fine):
    more = f'server: {{public_url: "{url}"}}\n'
    if fine:
        assert small(folder, more).server.public_url == url.rstrip("/")
    else:
        with pytest.raises(ConfigError, match=r"server\.public_url"):
            small(folder, more)


@pytest.mark.parametrize(
    "written, endpoint",
    [
        ("0.0.0.0:80", Endpoint("0.0.0.0", 80)),
        ("[::1]:8080", Endpoint("::1", 8080)),
        (":9000", Endpoint("", 9000)),
    ],
)
def test_an_address_to_listen_on_reads_back_as_written(folder, written, endpoint):
    listen = small(folder, f'server: {{listen: "{written}"}}\n').server.listen
    assert listen == endpoint
    assert str(listen) == written


@pytest.mark.parametrize("written, size", [("8MiB", 8 << 20), ("1500KB", 1_500_000), ("2048", 2048)])
def test_sizes_have_units(folder, written, size):
    assert small(folder, f"server: {{body_limit: {written}}}\n").server.body_limit == size


@pytest.mark.parametrize(
    "text, seconds",
    [("90s", 90), ("1h30m", 5400), ("0", 0), ("250ms", 0.25), ("1d2h3m4s", 93_784), ("15", None), ("", None)]
    + [(text, None) for text in ("30m1h", "1h1h", "1.5h", "-1m", "h", "1 h", "1h ago", "99999y", "１m")],
)
def test_a_duration_is_written_as_prometheus_does(text, seconds):
    if seconds is None:
        with pytest.raises(ValueError, match="Write"):
            parse_duration(text)
    else:
        assert parse_duration(text) == timedelta(seconds=seconds)


def test_a_copy_of_a_configuration_works_everything_out_anew():
    old = configured(["shop", "pay"])
    assert (set(old.service_lists), len(old.duty_rules)) == ({"shop", "pay"}, 64)
    assert old.service_lists is old.service_lists, "worked out once"
    new = old.model_copy(update={"services": {"pay": old.services["pay"]}})
    assert set(new.service_lists) == {"pay"}
    assert new.duty_rules != old.duty_rules


@pytest.mark.parametrize(
    "url, hosts, ports",
    [
        ("postgresql://u@h1:5433,h2:5434/db", "h1,h2", "5433,5434"),
        ("postgresql://u:p@h1:5433,h2/db?sslmode=require", "h1,h2", "5433,5432"),
        ("postgresql://u@[::1]:5433,[::2]:5434/db", "::1,::2", "5433,5434"),
    ],
)
def test_several_hosts_are_written_as_libpq_writes_them(folder, url, hosts, ports):
    found = small(folder, f"database: {url}\n").database_url
    assert (found.username, found.database) == ("u", "db")
    assert (found.query["host"], found.query["port"]) == (hosts, ports)
    assert found.host is None
    assert found.query.get("sslmode") == ("require" if "sslmode" in url else None)


def test_a_line_end_at_the_end_of_a_name_is_no_part_of_it(folder):
    config = small(folder, service="representative: |\n  佐藤\n")
    assert config.services["shop"].representative == LocalText(ja="佐藤")
