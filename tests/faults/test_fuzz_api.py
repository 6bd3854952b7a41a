"""schemathesis over our own OpenAPI: every answer is one that it describes, and none is a mistake of ours."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    allow_header_conformance,
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from schemathesis.openapi import from_url
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.parts.bridge import API_TOKEN, MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import sink

OPERATIONS = [
    ("GET", "/incidents"),
    ("GET", "/incidents/{incident_id}"),
    ("GET", "/notices/{notice_id}/deliveries"),
    ("GET", "/ignored"),
    ("POST", "/incidents/{incident_id}/recovery"),
    ("POST", "/incidents/{incident_id}/update"),
    ("POST", "/incidents/{incident_id}/individual"),
    ("POST", "/links/revoke"),
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    allow_header_conformance,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A bridge with one incident, one letter sent."""
    with sink() as mails, bridge(tmp_path_factory.mktemp("bridge"), mails) as one:
        one.alert()
        one.approve(link_in(mails.wait_for(MARUYAMA)[0]))
        mails.wait_for_every(one.customers)
        yield one


@pytest.fixture(scope="module")
def described(running: Bridge) -> OpenApiSchema:
    return from_url(f"{running.url}/openapi.json")


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_every_route_keeps_to_its_description(
    running: Bridge, described: OpenApiSchema, method: str, path: str
) -> None:
    incident = running.incident()
    known = {"incident_id": incident["id"], "notice_id": incident["notices"][0]["id"]}
    operation = described[f"/api/v1{path}"][method]

    @settings(max_examples=12, suppress_health_check=list(HealthCheck), database=None)
    @given(
        operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        st.booleans(),
    )
    def ask(case: Case, about_ours: bool) -> None:
        if about_ours:
            case.path_parameters = {name: known[name] for name in case.path_parameters}
        answer = case.call(headers={"Authorization": f"Bearer {API_TOKEN}"})
        case.validate_response(answer, checks=CHECKS)
        assert "Traceback" not in answer.text

    ask()


def test_all_of_it_left_the_bridge_well(running: Bridge) -> None:
    assert running.get("/readyz").status_code == 200
    assert not any('"level": "error"' in line for line in running.log().splitlines())
