"""The index finds the services that matching each of them finds, in the same order, and asks few of them."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from bridge.core import service_index
from bridge.core.matchers import all_match, parse_matchers
from bridge.core.service_index import ServiceIndex, index_of
from tests.stages.samples import configured

SHOP = configured().services["shop"]
TEXTS = ['a="1"', 'a="2"', 'b="1"', 'a=""', 'a!="1"', 'b=~"1|2"', '{a="1",b="2"}', 'c="3"']
MATCH = st.lists(st.sampled_from(TEXTS), max_size=3)
LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "1", "2", "3"]))


@given(st.lists(MATCH, max_size=8), LABELS)
def test_it_finds_what_asking_every_service_finds(matches, labels):
    services = [
        SHOP.model_copy(update={"id": f"s{n}", "match": tuple(map(parse_matchers, texts))})
        for n, texts in enumerate(matches)
    ]
    everybody = [one for one in services if all_match(one.match, labels)]
    assert ServiceIndex(services).wanting(labels) == everybody


def test_of_a_thousand_services_one_is_asked_also_where_all_insist_on_a_severity():
    rare = configured([f"shop{n}" for n in range(1000)]).services
    severe = parse_matchers('severity="critical"')
    services = {name: one.model_copy(update={"match": (severe, *one.match)}) for name, one in rare.items()}
    with patch.object(service_index, "all_match", wraps=all_match) as asked:
        labels = {"service": "shop7", "severity": "critical"}
        assert ServiceIndex(services.values()).wanting(labels) == [services["shop7"]]
    assert asked.call_count == 1


def test_the_index_of_a_configuration_is_made_once():
    services = configured().services
    assert index_of(services) is index_of(services)
    assert index_of(dict(services)) is not index_of(services)
