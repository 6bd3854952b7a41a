"""The path of public_url, and links with one character too many."""

import pytest
from pydantic import ValidationError
from starlette.datastructures import Headers

from bridge.config.sections import ServerSettings
from bridge.web.forms import is_ours
from bridge.web.public_path import meant

TOKEN = "LqgYR2cbVico-ZEyQ3oy7Q.nJuor0K_CEeWJXItwqmM5FV9c-QBvFfFo-s9yuaLs-4"
LINK = f"/approve/{TOKEN}"


@pytest.mark.parametrize(
    "path",
    [
        *(
            LINK + added
            for added in ["", "/", ".", "。", ",", "、", ")", ">", '"', " ", "\u3000", "\r\n", "\u200b"]
        ),
        *(LINK + added for added in ["'", ";", "」", "）", "！", "].", "?"]),
        f"/{LINK}",
        f"/approve//{TOKEN}",
        f"/approve/<{TOKEN}>",
    ],
)
def test_a_link_with_one_character_too_many_means_the_same_page(path: str) -> None:
    assert meant(path.replace("！", "!"), "") == LINK
    assert meant(path.replace("！", "!"), "/bridge") == LINK


@pytest.mark.parametrize(
    "path", [LINK[:-1], LINK.lower(), LINK.replace("-", ""), f"/APPROVE/{TOKEN}", f"/x{LINK}", f"{LINK}-"]
)
def test_another_link_stays_another(path: str) -> None:
    assert meant(path, "") != LINK


@pytest.mark.parametrize(
    "path, root, means",
    [
        (f"/bridge{LINK}", "/bridge", LINK),
        (LINK, "/bridge", LINK),
        ("/bridge/static/live.js", "/bridge", "/static/live.js"),
        ("/bridge/webhooks/alertmanager", "/bridge", "/webhooks/alertmanager"),
        ("/a/b/healthz", "/a/b", "/healthz"),
        ("/bridges/healthz", "/bridge", "/bridges/healthz"),
        ("/bridge", "/bridge", "/bridge"),
        ("//webhooks/alertmanager", "", "//webhooks/alertmanager"),
    ],
)
def test_the_path_of_public_url_is_no_part_of_ours(path: str, root: str, means: str) -> None:
    assert meant(path, root) == means


@pytest.mark.parametrize(
    "url, path",
    [
        ("https://bridge.example.jp", ""),
        ("https://bridge.example.jp/", ""),
        ("https://ops.example.jp/bridge/", "/bridge"),
        ("https://ops.example.jp/tools/bridge", "/tools/bridge"),
    ],
)
def test_public_url_may_have_a_path(url: str, path: str) -> None:
    assert ServerSettings(public_url=url).path == path


@pytest.mark.parametrize(
    "url, why",
    [
        ("https://ops.example.jp/a//b", "its path is not plain"),
        ("https://ops.example.jp/../x", "its path is not plain"),
        ("https://ops.example.jp/a b", "its path is not plain"),
        ("https://ops.example.jp/ブリッジ", "its path is not plain"),
        ("https://ops.example.jp/approve", "one of the bridge's own"),
        ("https://ops.example.jp/api/bridge", "one of the bridge's own"),
    ],
)
def test_a_path_that_could_be_taken_for_another_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ServerSettings(public_url=url)


@pytest.mark.parametrize(
    "public_url, headers, ours",
    [
        ("https://bridge.example.jp", {"origin": "https://bridge.example.jp"}, True),
        ("https://bridge.example.jp:443", {"origin": "https://bridge.example.jp"}, True),
        ("https://Bridge.Example.JP", {"origin": "https://bridge.example.jp"}, True),
        ("https://ops.example.jp/bridge", {"origin": "https://ops.example.jp"}, True),
        ("http://127.0.0.1:8080", {"origin": "http://127.0.0.1:8080"}, True),
        ("http://[::1]:8080", {"origin": "http://[::1]:8080"}, True),
        ("https://bridge.example.jp", {"origin": "null"}, True),
        ("https://bridge.example.jp", {}, True),
        ("https://bridge.example.jp", {"origin": "http://10.0.0.1:8080", "host": "10.0.0.1:8080"}, True),
        ("https://a.example.jp", {"origin": "https://b.example.jp", "sec-fetch-site": "same-origin"}, True),
        ("https://bridge.example.jp", {"origin": "https://bridge.example.jp:8443"}, False),
        ("https://bridge.example.jp", {"origin": "http://bridge.example.jp"}, False),
        ("https://bridge.example.jp", {"origin": "https://bridge.example.jp.evil.example"}, False),
        ("https://bridge.example.jp", {"origin": "https://evil.example", "host": "bridge.example.jp"}, False),
        ("https://bridge.example.jp", {"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ("https://bridge.example.jp", {"origin": "https://[", "host": "["}, False),
        ("https://bridge.example.jp", {"origin": "file://", "host": ""}, False),
    ],
)
def test_an_origin_is_compared_as_an_origin(public_url: str, headers: dict[str, str], ours: bool) -> None:
    assert is_ours(Headers(headers), public_url) == ours
