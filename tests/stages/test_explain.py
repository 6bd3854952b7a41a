"""`check --explain` and the running bridge never disagree: every captured body on three configurations."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from bridge.config import SOURCES, Config, loads
from bridge.sources.post import Parsed, Post
from bridge.stages.explain import Explanation, explain
from bridge.stages.explain_json import as_json
from bridge.stages.receive import receive
from bridge.stages.source_of import NoReader, source_of
from bridge.store.tx import Tx
from tests.parts.midori import SHOP
from tests.stages.office import ListOf, Office
from tests.stages.samples import CONFIG, FILE
from tests.unit.test_sources import MORE, NOW, PAYLOADS

NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in PAYLOADS.glob("*/*.json"))
POINT = {**SHOP, "name": "みどりポイント"}
SERVICES: dict[str, dict[str, Any]] = {
    "as it should be": {"shop": {**SHOP, "match": ['service="shop"', 'severity=~"critical|page"']}},
    "one letter wrong": {"shop": {**SHOP, "match": ['service="shop"', 'severity=~"criticl|page"']}},
    "two services": {
        "shop": {**SHOP, "match": ['service="shop"']},
        "point": {**POINT, "match": ['service=~"shop|point"', 'alertname!="LoginErrors"']},
    },
}


def configured(services: dict[str, Any]) -> Config:
    """A configuration in which every kind of source is listed."""
    listed = {kind: {"auth": "none", **MORE.get(kind, {})} for kind in SOURCES}
    return loads(json.dumps({**CONFIG, "sources": listed, "services": services}), FILE, {})


CONFIGS = {name: configured(services) for name, services in SERVICES.items()}


@dataclass
class Undone(Exception):
    """What a bridge did that then forgot it: carried out of a transaction that is rolled back."""

    letters: dict[str, tuple[str, datetime, datetime]]
    ignored: list[str]


async def done_by_the_bridge(office: Office, source: str, parsed: Parsed) -> Undone:
    """Subject, deadline and first ring of each letter that a running bridge drafts, by service."""

    def unit(tx: Tx) -> None:
        (received,), _ = receive(tx, office.runtime, source, [parsed], lambda _: {})
        letters = {}
        for incident in map(tx.incidents.get, received.incidents):
            assert incident
            (notice,) = tx.notices.of(incident.id)
            subject = tx.notices.version(notice.id, 1).texts["ja"].subject
            (ring,) = tx.rings.of(notice.id)
            letters[incident.service] = (subject, notice.due_at, ring.due_at)
        raise Undone(letters, sorted(why for _, why in received.ignored))

    with pytest.raises(Undone) as undone:
        await office.store.run(unit)
    return undone.value


def explained(office: Office, name: str, source: str | None = None) -> tuple[str, Parsed, Explanation]:
    body = (PAYLOADS / f"{name}.json").read_bytes()
    found, parsed = source_of(office.runtime.config, Post("", body, NOW), source)
    return found, parsed, explain(office.runtime, found, parsed, {}, NOW)


@pytest.mark.parametrize("config", CONFIGS)
async def test_the_verdict_is_what_the_running_bridge_then_does(office: Office, config: str) -> None:
    office.reconfigure(**dict(CONFIGS[config]))
    office.clock.now = NOW
    told = {}
    for name in NAMES:
        source, parsed, explanation = explained(office, name)
        real = await done_by_the_bridge(office, source, parsed)
        assert {
            one.service.id: (one.subject, one.due_at, one.rings[0].at) for one in explanation.letters
        } == (real.letters), name
        assert sorted(one.ignored for one in explanation.alerts if one.ignored) == real.ignored, name
        told[name] = len(real.letters)
    assert len(told) == len(NAMES)
    assert any(told.values()) is (config != "one letter wrong")


@pytest.mark.parametrize("name", NAMES)
def test_the_source_of_every_body_is_guessed_among_all(name: str) -> None:
    body = (PAYLOADS / f"{name}.json").read_bytes()
    source, _ = source_of(CONFIGS["as it should be"], Post("", body, NOW), None)
    assert source == name.partition("/")[0]


def test_a_slip_in_a_matcher_is_named_with_what_it_met(office: Office) -> None:
    office.reconfigure(**dict(CONFIGS["one letter wrong"]))
    _, _, explanation = explained(office, "grafana/firing")
    assert explanation.verdict == (
        'nothing would be drafted: shop needs severity=~"criticl|page", the alert has severity="critical"'
    )


@pytest.mark.parametrize(
    "name, words",
    [
        ("grafana/resolved", "LoginErrors has ended, and an end opens nothing"),
        ("grafana/no_data", "DatasourceNoData tells that a rule could not measure"),
        ("grafana/test_button", "this is a test of the sender"),
        ("sns/subscription_confirmation", "SubscriptionConfirmation neither begins nor ends anything"),
    ],
)
def test_what_would_bring_nothing_says_why(office: Office, name: str, words: str) -> None:
    office.reconfigure(**dict(CONFIGS["as it should be"]))
    _, _, explanation = explained(office, name)
    assert explanation.verdict.startswith(f"nothing would be drafted: {words}")
    assert as_json(explanation)["would_draft"] == 0


def test_a_source_that_is_not_listed_is_said_to_answer_404(office: Office) -> None:
    source, _, explanation = explained(office, "zabbix/problem")
    assert (source, explanation.listed) == ("zabbix", False)
    assert "zabbix is not listed" in explanation.verdict
    assert len(explanation.letters) == 1


def test_two_sources_that_read_a_body_are_both_named() -> None:
    config = CONFIGS["as it should be"]
    twins = {**config.sources, "osaka-am": config.sources["alertmanager"]}
    body = (PAYLOADS / "alertmanager" / "firing.json").read_bytes()
    with pytest.raises(NoReader, match=r"both alertmanager and osaka-am read this\. Add --source"):
        source_of(config.model_copy(update={"sources": twins}), Post("", body, NOW), None)


def test_a_body_that_nobody_reads_brings_each_sources_complaint(office: Office) -> None:
    with pytest.raises(NoReader) as refused:
        source_of(office.runtime.config, Post("", b'{"x": 1}', NOW), None)
    lines = str(refused.value).splitlines()
    assert lines[0] == "no source reads this"
    assert 'alertmanager: version: missing: Alertmanager writes "4"' in lines
    assert len(lines) == 1 + len(SOURCES) - 1  # all but generic, which reads nothing without a mapping


async def test_the_verdict_counts_the_customers_and_tells_the_deadline(office: Office) -> None:
    office.reconfigure(**dict(CONFIGS["as it should be"]))
    source, parsed, _ = explained(office, "grafana/firing")
    office.recipients = office.recipients[:1]
    lists = await ListOf(office).facts(["shop"])
    explanation = explain(office.runtime, source, parsed, lists, NOW)
    assert explanation.verdict == "would draft 1 letter to 1 customer of みどりショップ, due 12:35"
    office.list_problem = "リストが読めません"
    explanation = explain(office.runtime, source, parsed, await ListOf(office).facts(["shop"]), NOW)
    assert explanation.verdict.startswith(
        "would draft 1 letter to the customers of みどりショップ (their list:"
    )
