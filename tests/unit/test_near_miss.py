"""Which matcher kept an alert from the service that it nearly belonged to."""

import pytest

from bridge.core.near_miss import NearMiss, near_miss
from tests.unit.midori import service

SHOP = service(match=['service="shop"', 'severity=~"critical|page"'])
POINT = service(id="point", match=['service="point", severity="page", team="point"'])


@pytest.mark.parametrize(
    "labels, nearest",
    [
        pytest.param(
            {"service": "shop", "severity": "Critical"},
            NearMiss("shop", 'severity=~"critical|page"', "severity", "Critical", 1),
            id="the value that did not match",
        ),
        pytest.param(
            {"exported_service": "shop", "severity": "page"},
            NearMiss("shop", 'service="shop"', "service", "", 1),
            id="a label that is missing",
        ),
        pytest.param(
            {"service": "point", "severity": "page"},
            NearMiss("point", 'team="point"', "team", "", 1),
            id="the fewest that fail, though another service comes first",
        ),
        pytest.param(
            {"exported_service": "point", "severity": "page", "team": "point"},
            NearMiss("point", 'service="point"', "service", "", 1),
            id="the value stands under another label",
        ),
        pytest.param({}, NearMiss("shop", 'service="shop"', "service", "", 2), id="nothing fits"),
        pytest.param({"service": "shop", "severity": "page"}, None, id="it belongs to one"),
    ],
)
def test_the_nearest_service_is_named_with_the_value_it_met(
    labels: dict[str, str], nearest: NearMiss | None
) -> None:
    assert near_miss(labels, [SHOP, POINT]) == nearest


@pytest.mark.parametrize("labels", [{"service": "Other "}, {"exported_service": "other"}])
def test_of_services_that_fail_alike_the_one_that_was_meant_is_named(labels: dict[str, str]) -> None:
    services = [service(id=name, match=[f'service="{name}"']) for name in ("shop", "other")]
    nearest = near_miss(labels, services)
    assert nearest is not None
    assert nearest.service == "other"


def test_without_services_nothing_is_near() -> None:
    assert near_miss({"service": "shop"}, []) is None
