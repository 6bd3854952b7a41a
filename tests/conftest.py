"""Fixtures that start the real parts, and the rule that CI skips nothing."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests.parts.bridge import Bridge, bridge
from tests.parts.chromium import chromium
from tests.parts.databases import Database
from tests.parts.postgres import Postgres, postgres
from tests.parts.sink import Sink, sink
from tests.parts.workers import Workers

# An example that takes longer on a busy machine is no failure.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kill-rounds", type=int, default=10, help="rounds of every kill -9 loop, per database")
    parser.addoption("--sqlite-only", action="store_true", help="leave out what runs on PostgreSQL")
    parser.addoption("--workers", type=int, default=0, help="run the tests in so many forked processes")
    parser.addoption("--long", action="store_true", help="the longest stage tests at full length")


def pytest_configure(config: pytest.Config) -> None:
    if count := config.getoption("--workers"):
        config.pluginmanager.register(Workers(config, count))


# Coverage's tracer costs 40 % of a test's time. These run what others run as well, or measure speed.
UNTRACED = ("test_many_services_are_rung", "tests/unit/wording/test_speed.py", "tests/stages/test_machine.py")

# Stages whose subject is what a letter says and when, and who is rung. Every statement that they make is made by the
# others too, and those run on both databases: recorded statement by statement, before a file came into this list.
ABOUT_LETTERS = {
    "test_answers",
    "test_confirm",
    "test_explain",
    "test_facts_at_press",
    "test_flapping",
    "test_follow_up",
    "test_proofread",
    "test_refused",
    "test_reload_in_turn",
    "test_reopen",
    "test_ring",
    "test_senders",
    "test_suspects",
    "test_told_again",
    "test_truth",
    "test_word_findings",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        again = item.nodeid.startswith("tests/stages/") and _on_postgresql(item)
        if again or any(name in item.nodeid for name in UNTRACED):
            item.add_marker("no_cover")
    left_out = [item for item in items if _on_postgresql(item) and _sqlite_will_do(item)]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def _sqlite_will_do(item: pytest.Item) -> bool:
    """With `--sqlite-only`; and for a stage about letters, unless `--long` asks for everything."""
    letters = item.path.parent.name == "stages" and item.path.stem in ABOUT_LETTERS
    return bool(item.config.getoption("--sqlite-only") or (letters and not item.config.getoption("--long")))


def _on_postgresql(item: pytest.Item) -> bool:
    """Whether the test runs on PostgreSQL: as one of both databases, or because it asks for a server."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return "postgresql" in (given.get("database_url"), given.get("database")) or bool(
        {"postgres_cluster", "postgres_database"} & set(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI=true a skipped test is a failed one: a missing part must not pass for a tested one."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def kill_rounds(pytestconfig: pytest.Config) -> int:
    """How often a test may kill the bridge: 10 a database in `make test`, 200 in `make soak`."""
    rounds: int = pytestconfig.getoption("--kill-rounds")
    return rounds


@pytest.fixture(scope="session")
def long(pytestconfig: pytest.Config) -> bool:
    """Whether the longest stage tests run at full length: only in `make soak`."""
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Postgres]:
    """One cluster for the whole run. A test that stops or breaks its server starts one of its own."""
    with postgres() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, empty database: every test that takes it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bridge.sqlite3'}"
        return
    cluster: Postgres = request.getfixturevalue("postgres_cluster")
    with cluster.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The same for `bridge serve` itself, in `tmp_path`."""
    if request.param == "sqlite":
        yield Database("sqlite", tmp_path / "data")
        return
    cluster: Postgres = request.getfixturevalue("postgres_cluster")
    with cluster.fresh_database() as url:
        yield Database(url, tmp_path / "data")


@pytest.fixture
def postgres_database(postgres_cluster: Postgres, tmp_path: Path) -> Iterator[Database]:
    """For what only several instances, or a clock of its own, make interesting."""
    with postgres_cluster.fresh_database() as url:
        yield Database(url, tmp_path / "data")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module, which must have no `async` tests; pages have a profile of their own."""
    with chromium() as running:
        yield running


@pytest.fixture
def mail_server() -> Iterator[Sink]:
    """A recording SMTP server."""
    with sink() as running:
        yield running


@pytest.fixture
def running_bridge(tmp_path: Path, mail_server: Sink) -> Iterator[Bridge]:
    """`bridge serve` on SQLite with three customers and no hold, mailing through `mail_server`."""
    with bridge(tmp_path, mail_server) as running:
        yield running
