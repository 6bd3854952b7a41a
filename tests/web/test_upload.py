"""Individual apologies, uploaded on the console: a draft for two people, or what is wrong in which cell."""

from collections.abc import Iterator

import httpx
import pytest

from tests.parts.bridge import MARUYAMA, SATO, Bridge, bridge, hidden_fields
from tests.parts.sink import Sink
from tests.web.test_sign_in import cookie_of, enter, is_out, link_for, look

HEADER = "email,company,department,name,impact\n"
GOOD = (
    HEADER
    + "c1@customer.example,みどり商事,購買部,佐藤,発注ができませんでした。\n"
    + "c2@customer.example,丸山工業,,,受注ができませんでした。\n"
)
BAD = (
    HEADER
    + "c1@customer.example,,購買部,佐藤,発注ができませんでした。\nc2＠customer.example,丸山工業,,,\n"
    + GOOD.splitlines()[2]
)


@pytest.fixture(scope="module")
def open_incident(tmp_path_factory: pytest.TempPathFactory, mailbox: Sink) -> Iterator[Bridge]:
    with bridge(tmp_path_factory.mktemp("upload"), mailbox) as running:
        running.config["people"]["desk"] = {"name": "窓口", "email": "desk@example.jp", "role": "view"}
        assert running.reload().status_code == 200
        running.alert()
        yield running


@pytest.fixture(scope="module")
def cookies(open_incident: Bridge, mailbox: Sink) -> dict[str, dict[str, str]]:
    people = (MARUYAMA, SATO, "desk@example.jp")
    return {each: cookie_of(enter(link_for(open_incident, mailbox, each))) for each in people}


def path_of(front: Bridge) -> str:
    return f"/incidents/{front.incident()['id']}/individual"


def upload(front: Bridge, cookie: dict[str, str], content: bytes, **headers: str) -> httpx.Response:
    """The form as a browser posts it, with the secret of this visitor's own page."""
    page = look(front, path_of(front), **cookie)
    secret = hidden_fields(page.text).get("secret", "")
    return httpx.post(
        front.url + path_of(front),
        data={"secret": secret},
        files={"file": ("apologies.csv", content, "text/csv")},
        headers={**cookie, "Origin": "null", **headers},
        timeout=30,
    )


def notices(front: Bridge) -> list[tuple[str, str, int]]:
    return [(n["kind"], n["state"], n["version"]) for n in front.incident()["notices"]]


def test_wrong_rows_are_shown_with_the_reason_in_the_cell_and_nothing_is_registered(
    open_incident: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    before = notices(open_incident)
    answer = upload(open_incident, cookies[MARUYAMA], BAD.encode())
    assert answer.status_code == 422
    assert "まだ登録していません。3行のうち2行に、直すところがあります" in answer.text
    assert answer.text.count('class="bad"') == 3
    for words in ("会社名がありません", "影響の文がありません", "c2＠customer.example", "ほかの1行に"):
        assert words in answer.text
    assert "script" not in answer.headers["content-security-policy"]
    assert notices(open_incident) == before


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param(b"", "ファイルが選ばれていません", id="no file"),
        pytest.param(b"\xff\xfe\x00\xd8", "文字を読めません", id="no text"),
        pytest.param(
            b"email,company\na@example.jp,b\n", "影響: この列がありません", id="a column is missing"
        ),
        pytest.param((HEADER + 'a@example.jp,"b,,,\n').encode(), "まだ登録していません", id="no CSV"),
        pytest.param((HEADER + "a@example.jp,b\n").encode(), "セルが2個あります", id="too few cells"),
        pytest.param(b"<script>alert(1)</script>", "まだ登録していません", id="markup"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(
    open_incident: Bridge, cookies: dict[str, dict[str, str]], content: bytes, words: str
) -> None:
    answer = upload(open_incident, cookies[MARUYAMA], content)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "<script" not in answer.text


def test_only_whoever_may_upload_and_only_from_our_own_page(
    open_incident: Bridge, cookies: dict[str, dict[str, str]]
) -> None:
    before = notices(open_incident)
    path, desk = path_of(open_incident), cookies["desk@example.jp"]
    assert look(open_incident, path, **desk).status_code == 403
    assert upload(open_incident, desk, GOOD.encode()).status_code == 403
    assert "individual" not in look(open_incident, path.removesuffix("/individual"), **desk).text
    assert is_out(look(open_incident, path))
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert upload(open_incident, cookies[MARUYAMA], GOOD.encode(), **elsewhere).status_code == 403
    stranger = httpx.post(
        open_incident.url + path,
        files={"file": ("a.csv", GOOD.encode(), "text/csv"), "secret": (None, "guessed")},
        headers={**cookies[MARUYAMA], "Origin": "null"},
    )
    assert stranger.status_code == 403
    theirs = hidden_fields(look(open_incident, path, **cookies[SATO]).text)["secret"]
    borrowed = httpx.post(
        open_incident.url + path,
        data={"secret": theirs},
        files={"file": ("a.csv", GOOD.encode(), "text/csv")},
        headers={**cookies[MARUYAMA], "Origin": "null"},
    )
    assert borrowed.status_code == 403
    assert notices(open_incident) == before


def test_a_good_file_is_a_draft_on_ones_own_page_for_two_people_and_a_corrected_one_its_next_version(
    open_incident: Bridge, cookies: dict[str, dict[str, str]], mailbox: Sink
) -> None:
    answer = upload(open_incident, cookies[MARUYAMA], GOOD.encode("cp932"))
    assert (answer.status_code, answer.headers["location"].startswith("/approve/")) == (303, True)
    assert notices(open_incident)[-1] == ("individual", "awaiting_approval", 1)
    page = open_incident.get(answer.headers["location"]).text
    assert "c1@customer.example" in page
    assert "c2@customer.example" in page
    again = upload(open_incident, cookies[SATO], GOOD.replace("佐藤", "丸山").encode())
    assert again.status_code == 303
    assert notices(open_incident)[-1] == ("individual", "awaiting_approval", 2)
    said = [(event["actor"], event["action"]) for event in open_incident.incident()["events"]]
    assert [each for each in said if each[0] in ("maruyama", "sato")] == [
        ("maruyama", "drafted"),
        ("sato", "redrafted"),
    ]
    own = open_incident.url + answer.headers["location"]
    assert open_incident.press(own, "approve", override="確かめました").status_code == 303
    assert notices(open_incident)[-1] == ("individual", "awaiting_second", 2)
    assert mailbox.to("c1@customer.example") == []
