"""A database that version 0.1 left with letters under way is brought to today's schema, and its letters go on.

schema_0002.json holds every row that the stages of 0.1 wrote, on SQLite, for seven services. `back`: recovered, and
fired again before the recovery report was approved. `over`: ended by hand, its recovery report answered, then
reworded. `bulk`: an individual batch waits. `cut`: stopped by a person after the first of three letters. `half`: one
letter sent, one in doubt, one waiting, and their instance is dead. `draft`: waits, rendered from a shipped template
and then reworded. `hold`: approved, ten seconds are not over yet.
"""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from sqlalchemy import Engine, LargeBinary, Table, make_url

from bridge.core.model import Incident, Notice, Version
from bridge.store.audit import broken
from bridge.store.dialect import Utc
from bridge.store.migrations import alembic_config
from bridge.store.postgresql import Postgresql
from bridge.store.sqlite import Sqlite
from bridge.store.tables import metadata, outbox
from tests.parts.midori import minutes, seconds
from tests.stages.office import KEYS, Office, office
from tests.stages.samples import configured

SERVICES = ("back", "over", "bulk", "cut", "half", "draft", "hold")
LEFT_AT = datetime(2026, 11, 23, 17, 18, 51, tzinfo=UTC)
ROWS: Mapping[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("schema_0002.json").read_text("utf-8")
)
PROBLEM = "templates/mail/ja/first.txt.j2:1: 'nope' is undefined"


def write_old(url: str) -> None:
    """The database as 0.1 left it."""
    engine = engine_of(url)
    with engine.connect().execution_options(purpose="migrate") as connection, connection.begin():
        command.upgrade(alembic_config(connection), "0002")
        for table in metadata.sorted_tables:
            if rows := [values(table, row) for row in ROWS.get(table.name, ())]:
                connection.execute(table.insert(), rows)
    engine.dispose()


def engine_of(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Postgresql(parsed).engine()
    path = Path(parsed.database or "")
    path.touch()
    return Sqlite(path).engine()


def values(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value and _value(table, name, value) for name, value in row.items()}


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if isinstance(kind, Utc):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value


@pytest_asyncio.fixture
async def upgraded(database_url: str) -> AsyncIterator[Office]:
    """Today's bridge over that database, started fifteen seconds after 0.1 was killed."""
    write_old(database_url)
    async with office(database_url, configured(SERVICES)) as opened:
        opened.clock.now = LEFT_AT + seconds(15)
        await opened.restart("one")
        yield opened


async def of(office: Office, service: str) -> tuple[Incident, Notice]:
    """The incident of a service and its newest notice."""
    (incident,) = [each for each in await office.incidents() if each.service == service]
    return incident, (await office.notices(incident))[-1]


async def written(office: Office, service: str) -> list[Version]:
    """Every version of the newest notice of a service."""
    _, notice = await of(office, service)
    return await office.store.read(lambda tx: tx.notices.versions(notice.id))


async def test_every_history_is_whole_after_the_upgrade(upgraded: Office) -> None:
    for incident in await upgraded.incidents():
        assert await upgraded.store.read(lambda tx, one=incident.id: list(broken(tx, KEYS.audit, one))) == []


async def test_the_letters_that_were_finished_are_counted_once_and_for_all(upgraded: Office) -> None:
    await upgraded.store.run(lambda tx: tx.execute(outbox.delete()))
    assert await upgraded.store.read(lambda tx: tx.delivery_counts.all()) == {"sent": 6}


async def test_the_columns_say_what_the_history_said(upgraded: Office) -> None:
    incidents = {service: (await of(upgraded, service))[0] for service in SERVICES}
    assert {name: i.truncated for name, i in incidents.items() if i.truncated} == {"back": 7}
    ended = {name: (i.ended_by, i.firing_at_end) for name, i in incidents.items() if i.ended_by}
    assert ended == {"over": ("maruyama", 1)}
    closed = {
        (name, notice.kind): notice.closed_reason
        for name, incident in incidents.items()
        for notice in await upgraded.notices(incident)
        if notice.closed_reason
    }
    assert closed == {("back", "recovery"): "fires_again", ("over", "first"): "replaced"}


@pytest.mark.parametrize(
    "service, origins, problems",
    [
        ("over", ["bridge", "answers", "person"], [None, None, None]),
        ("draft", ["bridge", "person"], [PROBLEM, PROBLEM]),
        ("bulk", ["bridge"], [None]),
    ],
)
async def test_every_version_says_who_wrote_it_and_from_which_template(
    upgraded: Office, service: str, origins: list[str], problems: list[str | None]
) -> None:
    versions = await written(upgraded, service)
    assert [version.origin for version in versions] == origins
    assert [version.template_problem for version in versions] == problems


async def test_a_batch_is_sent_row_by_row_as_it_was_drafted(upgraded: Office) -> None:
    (version,) = await written(upgraded, "bulk")
    assert version.batch
    assert version.facts.keys().isdisjoint({"rows", "letters"})
    _, batch = await of(upgraded, "bulk")
    for person in ("sato", "maruyama"):
        assert (await upgraded.press(person, "approve", await upgraded.again(batch))).status == 303
    await upgraded.send()
    mails = [address for notice, address, _ in upgraded.mails if notice == batch.id]
    assert (
        mails == ["a@customer.example", "b@customer.example"] == [row["email"] for row in version.batch.rows]
    )


async def test_a_draft_rings_and_is_approved_and_sent(upgraded: Office) -> None:
    _, draft = await of(upgraded, "draft")
    await upgraded.tick(minutes(5))
    rings = [
        row for row in await upgraded.claim("oncall") if row.kind == "ring" and row.notice_id == draft.id
    ]
    assert {row.detail["template"] for row in rings} == {PROBLEM}
    assert (await upgraded.press("sato", "approve", draft, override="確認しました")).status == 303
    await upgraded.send()
    assert await upgraded.counts(draft) == {"sent": 3}
    assert (await upgraded.again(draft)).state == "sent"


async def test_a_letter_whose_hold_is_over_goes_out(upgraded: Office) -> None:
    _, held = await of(upgraded, "hold")
    assert held.state == "approved"
    await upgraded.send()
    assert await upgraded.counts(held) == {"sent": 3}


async def test_a_letter_in_doubt_is_sent_once_more_and_the_rest_at_once(upgraded: Office) -> None:
    _, half = await of(upgraded, "half")
    assert await upgraded.counts(half) == {"sent": 1, "deferred": 1, "queued": 1}
    await upgraded.deliver()
    assert await upgraded.counts(half) == {"sent": 2, "deferred": 1}
    await upgraded.tick(minutes(1))
    await upgraded.deliver()
    await upgraded.tick()
    assert await upgraded.counts(half) == {"sent": 3}
    assert (await upgraded.again(half)).state == "sent"


async def test_what_a_person_stopped_stays_stopped_until_a_person_resumes_it(upgraded: Office) -> None:
    _, cut = await of(upgraded, "cut")
    await upgraded.send()
    assert await upgraded.counts(cut) == {"sent": 1, "queued": 2}
    assert (await upgraded.press("maruyama", "resume", cut)).status == 303
    await upgraded.deliver()
    assert await upgraded.counts(cut) == {"sent": 3}
