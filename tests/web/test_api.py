"""/api/v1: the shapes of docs/design.md §6.7, its paging, its refusals, and who may ask."""

import re
from typing import Any

import httpx
import pytest

from tests.parts.alerts import alert
from tests.parts.bridge import API_TOKEN, MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until

INCIDENT = {
    "id", "service", "state", "started_at", "received_at", "due_at", "resolved_at", "alerts",
    "alert_count", "firing_count", "notices", "events",
}  # fmt: skip
ALERT = {"source", "fingerprint", "status", "labels", "annotations", "starts_at", "ends_at", "url"}
EVENT = {"at", "actor", "action", "detail"}
NOTICE = {
    "id", "kind", "number", "state", "version", "subject", "body", "due_at", "approved_by", "approved_at",
    "findings", "reminders", "recipients", "deliveries", "send_at",
}  # fmt: skip
FINDING = {"rule", "severity", "span", "text"}
REMINDER = {"due_at", "fired_at", "people", "state"}
STATES = ["queued", "sending", "sent", "deferred", "failed", "unknown"]
DELIVERY = {"recipient", "state", "attempts", "message_id", "reply", "updated_at"}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")

READS = [
    "/incidents",
    "/incidents/{id}",
    "/notices/{notice}/deliveries",
    "/ignored",
    "/drills",
    "/drills/{drill}",
]
WRITES = [
    "/incidents/{id}/recovery",
    "/incidents/{id}/update",
    "/incidents/{id}/individual",
    "/notices/{notice}/correction",
    "/notices/{notice}/reopen",
    "/explain",
    "/notices/{notice}/retry",
    "/notices/{notice}/leave",
    "/copy",
    "/links/revoke",
]


@pytest.fixture(scope="module")
def incident(front: Bridge, mailbox: Sink) -> Any:
    """One incident whose first report was sent."""
    front.alert()
    front.alert(alert("Elsewhere", service="blog"))
    link = link_in(mailbox.wait_for(MARUYAMA)[0])
    assert front.approve(link).status_code == 303
    mailbox.wait_for_every(front.customers)
    until(lambda: front.incident()["notices"][0]["state"] == "sent", 10, "the letter is sent")
    return front.incident()


def test_an_incident_says_how_many_alerts_there_are_beyond_those_that_it_lists(
    running_bridge: Bridge,
) -> None:
    storm = [alert("ItemErrors", shard=f"s{n}") for n in range(1_200)]
    ended = [alert("ItemErrors", "resolved", shard=f"s{n}") for n in range(1_100)]
    running_bridge.alert(*storm)
    running_bridge.alert(*ended)
    incident = running_bridge.incident()
    assert (len(incident["alerts"]), incident["alert_count"], incident["firing_count"]) == (1_000, 1_200, 100)
    assert [one["status"] for one in incident["alerts"]].count("firing") == 100


def test_the_rings_to_come_say_whom_they_would_ring(running_bridge: Bridge, mail_server: Sink) -> None:
    running_bridge.alert()
    mail_server.wait_for(MARUYAMA)
    rings = running_bridge.incident()["notices"][0]["reminders"]
    states = [(ring["state"], ring["people"]) for ring in rings[:4]]
    assert states[0] == ("fired", ["maruyama"])
    assert states[1][0] == "pending"
    assert states[2][0] == "planned"
    assert all(people for _, people in states)


def ask(front: Bridge, method: str, path: str, token: str | None = API_TOKEN, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    headers |= more.pop("headers", {})
    return httpx.request(method, f"{front.url}/api/v1{path}", headers=headers, **more)


def filled(path: str, incident: Any) -> str:
    return path.format(id=incident["id"], notice=incident["notices"][0]["id"], drill="none")


# Shapes


def test_an_incident_has_what_the_contract_names(incident: Any) -> None:
    assert incident.keys() >= INCIDENT
    assert incident["alerts"][0].keys() >= ALERT
    assert incident["events"][0].keys() >= EVENT
    (notice,) = incident["notices"]
    assert notice.keys() >= NOTICE
    assert notice["reminders"][0].keys() >= REMINDER
    assert list(notice["deliveries"]) == STATES
    assert notice["deliveries"]["sent"] == notice["recipients"] == 3
    assert (notice["kind"], notice["number"], notice["approved_by"]) == ("first", 1, "maruyama")
    for time in (incident["started_at"], incident["received_at"], notice["due_at"], notice["approved_at"]):
        assert RFC_3339.fullmatch(time)


def test_the_list_holds_the_same_objects_as_the_detail(front: Bridge, incident: Any) -> None:
    assert front.api("/incidents") == {"incidents": [front.incident()], "next": None}


def test_a_finding_says_where_it_is(front: Bridge, incident: Any) -> None:
    answer = ask(
        front, "POST", filled("/incidents/{id}/update", incident), json={"status": "まもなく復旧します。"}
    )
    assert answer.status_code == 201, answer.text
    notice = answer.json()
    assert notice.keys() >= NOTICE
    assert (notice["kind"], notice["state"], notice["deliveries"]["sent"]) == (
        "update",
        "awaiting_approval",
        0,
    )
    finding = next(f for f in notice["findings"] if f["severity"] == "error")
    assert finding.keys() >= FINDING
    start, end = finding["span"]
    assert finding["text"] in (notice["body"][start:end], notice["subject"][start:end])


def test_single_deliveries_are_paged_and_chosen_by_state(front: Bridge, incident: Any) -> None:
    path, cursor, seen = filled("/notices/{notice}/deliveries", incident), 0, []
    while cursor is not None:
        page = front.api(f"{path}?state=sent&limit=1&cursor={cursor}")
        assert page.keys() == {"deliveries", "next"}
        seen += page["deliveries"]
        cursor = page["next"]
    assert [one["recipient"] for one in seen] == front.customers
    assert all(one.keys() == DELIVERY for one in seen)
    assert {(one["state"], one["attempts"]) for one in seen} == {("sent", 1)}
    assert front.api(f"{path}?state=failed,unknown") == {"deliveries": [], "next": None}


def test_incidents_are_paged_newest_first(tmp_path: Any, mailbox: Sink) -> None:
    made = Bridge(tmp_path, mailbox)
    shop = made.config["services"]["shop"]
    made.config["services"] = {name: {**shop, "match": [f'service="{name}"']} for name in ("a", "b", "c")}
    try:
        made.start()
        for name in "abc":
            made.alert(alert(service=name))
        cursor, seen = "", []
        while cursor is not None:
            page = made.api(f"/incidents?limit=1&cursor={cursor}")
            seen += [one["service"] for one in page["incidents"]]
            cursor = page["next"]
        assert seen == ["c", "b", "a"]
    finally:
        made.close()


def test_ignored_alerts_are_shown_with_their_reason(front: Bridge, incident: Any) -> None:
    (one,) = front.api("/ignored")["ignored"]
    assert (one["alertname"], one["source"]) == ("Elsewhere", "alertmanager")
    assert one["reason"]


# Refusals


@pytest.mark.parametrize("path", READS + WRITES)
def test_nobody_asks_without_the_token(front: Bridge, incident: Any, path: str) -> None:
    method = "GET" if path in READS else "POST"
    for token in (None, API_TOKEN + "x"):
        answer = ask(front, method, filled(path, incident), token, content=b"" if method == "GET" else b"{")
        assert (answer.status_code, answer.json()["status"]) == (401, 401)
        assert answer.headers["www-authenticate"] == 'Bearer realm="bridge"'


@pytest.mark.parametrize(
    "method, path, content, status",
    [
        pytest.param("GET", "/incidents/nobody", None, 404, id="an unknown incident"),
        pytest.param("GET", "/notices/nobody/deliveries", None, 404, id="an unknown notice"),
        pytest.param("GET", "/incidents/", None, 404, id="a trailing slash"),
        pytest.param("GET", "/incidents/%00", None, 422, id="NUL for an id"),
        pytest.param("GET", "/incidents/" + "a" * 5000, None, 422, id="a long id"),
        pytest.param("GET", "/nothing", None, 404, id="no such path"),
        pytest.param("PUT", "/incidents", b"{}", 405, id="another method"),
        pytest.param("GET", "/incidents?cursor=%00", None, 422, id="a cursor of NUL"),
        pytest.param("GET", "/incidents?cursor=AAAA", None, 422, id="a cursor that decodes to nothing"),
        pytest.param("GET", "/incidents?cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCB4", None, 422, id="the year 1"),
        pytest.param("GET", "/incidents?limit=0", None, 422, id="no limit"),
        pytest.param("GET", "/incidents?limit=" + "9" * 5000, None, 422, id="a long number"),
        pytest.param("GET", "/notices/{notice}/deliveries?state=lost", None, 422, id="an unknown state"),
        pytest.param("GET", "/notices/{notice}/deliveries?cursor=9223372036854775808", None, 422, id="2^63"),
        pytest.param("POST", "/incidents/nobody/update", b"{}", 404, id="an update of nothing"),
        pytest.param("POST", "/incidents/{id}/recovery", b"{}", 409, id="a recovery while it fires"),
        pytest.param("POST", "/incidents/{id}/update", b'{"prevention": "x"}', 422, id="a field of another letter"),
        pytest.param("POST", "/incidents/{id}/recovery", b'{"cause_by": "soon"}', 422, id="no date"),
        pytest.param("POST", "/incidents/{id}/update", b'{"status": "' + b"a" * 2001 + b'"}', 422, id="too long"),
        pytest.param("POST", "/incidents/{id}/update", b"{", 422, id="half an object"),
        pytest.param("POST", "/incidents/{id}/update", b'{"status": NaN}', 422, id="NaN"),
        pytest.param("POST", "/incidents/{id}/update", b'{"status": "\\ud800"}', 422, id="half a character"),
        pytest.param("POST", "/incidents/{id}/update", b"[" * 100_000, 400, id="deep"),
        pytest.param("POST", "/incidents/{id}/update", b"\xff", 400, id="no UTF-8"),
        pytest.param("POST", "/incidents/{id}/update", b" " * (8 * 2**20 + 1), 413, id="too large"),
        pytest.param("POST", "/links/revoke", b"{}", 422, id="nobody's links"),
        pytest.param("POST", "/incidents/{id}/individual", b"", 422, id="no rows"),
        pytest.param("POST", "/incidents/{id}/individual", b"\xff\xfe\x81", 422, id="no text"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_problem_in_json(
    front: Bridge, incident: Any, method: str, path: str, content: bytes | None, status: int
) -> None:
    headers = {"Content-Type": "application/json"} if content is not None else {}
    answer = ask(front, method, filled(path, incident), content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() >= {"type", "title", "status"}
    assert "Traceback" not in answer.text


def test_a_body_that_is_no_json_is_said_to_be_none_and_where(front: Bridge, incident: Any) -> None:
    headers = {"Content-Type": "application/json"}
    path = f"/incidents/{incident['id']}/update"
    answer = ask(front, "POST", path, content=b'{"status": x}', headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "body")
    assert answer.json()["title"] == "body: not JSON at character 11"


@pytest.mark.parametrize("day", ["2020-01-01", "nonsense"])
def test_a_promise_that_cannot_be_kept_is_refused_by_the_name_of_its_field(
    running_bridge: Bridge, day: str
) -> None:
    running_bridge.alert()
    running_bridge.alert(alert(status="resolved"))
    incident = running_bridge.incident()
    path = f"/incidents/{incident['id']}/recovery"
    answer = ask(running_bridge, "POST", path, json={"cause_by": day})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["field"] == "cause_by"
    assert answer.json()["title"].startswith("cause_by: ")
    assert len(running_bridge.incident()["notices"]) == 1


def test_a_compressed_body_is_refused(front: Bridge) -> None:
    answer = ask(front, "POST", "/links/revoke", content=b"x", headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_every_wrong_cell_of_a_batch_is_named(front: Bridge, incident: Any) -> None:
    rows = "email,company,department,name,impact\nno-address,,d,n,\nb@example.jp,c,d,n,i\n"
    answer = ask(front, "POST", filled("/incidents/{id}/individual", incident), content=rows.encode())
    assert answer.status_code == 422
    named = {(problem["row"], problem["column"]) for problem in answer.json()["problems"]}
    assert named == {(2, "email"), (2, "company"), (2, "impact")}


def test_text_that_postgresql_refuses_is_taken(database_url: str, tmp_path: Any, mailbox: Sink) -> None:
    database = database_url if database_url.startswith("postgresql") else "sqlite"
    with bridge(tmp_path, mailbox, database=database) as running:
        running.alert()
        incident = running.incident()["id"]
        revoked = ask(running, "POST", "/links/revoke", json={"person": "a\0\ud7ff", "notice": "\0"})
        assert (revoked.status_code, revoked.json()) == (200, {"revoked": 0})
        rows = b"email,company,department,name,impact\nb@example.jp,c\0,d,n\0,i\0\n"
        answer = ask(running, "POST", f"/incidents/{incident}/individual", content=rows)
        assert answer.status_code == 201, answer.text
        assert "\0" not in answer.json()["body"]


# What the description says


def test_the_description_names_every_route_and_how_to_get_in(front: Bridge) -> None:
    described = httpx.get(f"{front.url}/openapi.json").json()
    expected = {f"/api/v1{path}".replace("{id}", "{incident_id}") for path in READS + WRITES}
    named = {path.replace("{notice}", "{notice_id}").replace("{drill}", "{drill_id}") for path in expected}
    assert set(described["paths"]) == named
    for operations in described["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"token": []}]
            assert "application/problem+json" in operation["responses"]["401"]["content"]
    assert "secret" not in str(described)
