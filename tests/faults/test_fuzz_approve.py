"""Any form to a page whose secret is known, and any token and query: never a mistake of ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, hidden_fields, link_in
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until

PRESSES = 120  # a minute and link: no more examples than that for one link
SERVICES = [f"shop{n}" for n in range(2)]
EXPECTED = {200, 303, 400, 403, 404, 409, 410, 422}
TEXT = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    ["\0", "\r\n.\r\n", "{{7*7}}", "9999-12-31", "0001-01-01"]
)
NAMES = st.sampled_from([
    "subject", "body", "subject_en", "body_en", "reason", "reason_other", "override", "audience", "version", "lang",
    "cause", "cause_by", "cause_is", "remedy", "prevention", "prevention_is", "customer_actions",
    "customer_actions_is", "status", "scope",
])  # fmt: skip
EDITS = st.dictionaries(NAMES, TEXT, max_size=4)


@dataclass
class Pages:
    """A running bridge with one open notice a service, each used until its presses are used up."""

    bridge: Bridge
    links: list[str]
    used: dict[str, int] = field(default_factory=dict)

    def next_link(self) -> str:
        link = next(one for one in self.links if self.used.get(one, 0) < PRESSES)
        self.used[link] = self.used.get(link, 0) + 1
        return link


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with sink() as mails:
        made = Bridge(tmp_path_factory.mktemp("bridge"), mails)
        shop = made.config["services"]["shop"]
        made.config["services"] = {name: {**shop, "match": [f'service="{name}"']} for name in SERVICES}
        try:
            made.start()
            for name in SERVICES:
                made.alert(alert(service=name))
            yield Pages(made, links_of(mails))
        finally:
            made.close()


def links_of(mails: Sink) -> list[str]:
    until(lambda: len(mails.to(MARUYAMA)) >= len(SERVICES), 10, "every ring")
    return [link_in(mail) for mail in mails.to(MARUYAMA)]


def is_harmless(answer: httpx.Response) -> bool:
    assert answer.status_code in EXPECTED, answer.text
    return not any(word in answer.text for word in ("Traceback", "site-packages", "sqlalchemy"))


def fuzz(examples: int) -> settings:
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck))


@fuzz(40)
@given(EDITS)
def test_a_random_edit_causes_no_error_of_ours(pages: Pages, fields: dict[str, str]) -> None:
    link = pages.next_link()
    form = hidden_fields(pages.bridge.get(link).text) | fields | {"action": "edit"}
    assert is_harmless(pages.bridge.post_form(link, form))
    assert is_harmless(pages.bridge.get(link))


@fuzz(40)
@given(
    st.dictionaries(NAMES | TEXT, TEXT, max_size=6),
    st.sampled_from(["acknowledge", "test", "renew", "resume", ""]),
)
def test_a_form_with_random_fields_causes_no_error_of_ours(
    pages: Pages, fields: dict[str, str], action: str
) -> None:
    link = pages.next_link()
    form = hidden_fields(pages.bridge.get(link).text) | {"action": action} | fields
    assert is_harmless(pages.bridge.post_form(link, form))


@fuzz(40)
@given(st.binary(max_size=400))
def test_a_form_of_random_bytes_causes_no_error_of_ours(pages: Pages, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert is_harmless(httpx.post(pages.next_link(), content=body, headers=headers))


@fuzz(40)
@given(st.dictionaries(st.sampled_from(["lang", "did", "do", "edit", "answers"]) | TEXT, TEXT, max_size=4))
def test_a_random_query_causes_no_error_of_ours(pages: Pages, query: dict[str, str]) -> None:
    asked = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    assert is_harmless(pages.bridge.get(f"{pages.links[0]}?{asked}"))


@fuzz(20)
@given(TEXT)
def test_a_random_token_causes_no_error_of_ours(pages: Pages, token: str) -> None:
    assert pages.bridge.get(f"/approve/{quote(token, safe='')}").status_code == 404


def test_all_of_it_left_the_bridge_well(pages: Pages) -> None:
    assert pages.bridge.get("/readyz").status_code == 200
    assert not any('"level": "error"' in line for line in pages.bridge.log().splitlines())
