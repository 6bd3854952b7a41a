"""Nobody keeps a webhook out: not by being slow, not by being many, not by writing HTTP that two readers read in
two ways."""

import asyncio
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.requests import Request

from bridge.web.http_protocol import Connection
from bridge.web.listen import HttpServer
from bridge.web.request_body import BodyRefused, problem, read_body
from tests.faults.raw_http import connection, exchange, statuses
from tests.parts.bridge import ALERT_TOKEN, API_TOKEN, Bridge, bridge
from tests.parts.ports import free_port, listening
from tests.parts.sink import Sink, sink
from tests.parts.waiting import until

HEAD_LIMIT = 10.0  # seconds, as SECURITY.md says
IDLE = 10_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with sink() as mails, bridge(tmp_path_factory.mktemp("bridge"), mails) as one:
        yield one


def post(*headers: str, body: bytes = b"{}", path: str = "/webhooks/alertmanager") -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: bridge", f"Authorization: Bearer {ALERT_TOKEN}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def healthy(client: socket.socket) -> bool:
    """Whether one more request over this connection is answered."""
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        answer += client.recv(65_536)
    return statuses(answer) == [200]


def is_cut(client: socket.socket) -> bool:
    client.settimeout(0.2)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_head_has_ten_seconds_however_its_bytes_come(running: Bridge) -> None:
    with ExitStack() as stack:
        silent, slow, blank, patient = (stack.enter_context(connection(running.port)) for _ in range(4))
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: br")
        assert healthy(patient)

        def trickle() -> bool:
            for client, byte in ((slow, b"i"), (blank, b"\r\n")):
                with suppress(ConnectionError):
                    client.sendall(byte)
            return all(is_cut(client) for client in (silent, slow, blank))

        began = time.monotonic()
        until(trickle, HEAD_LIMIT + 3, "the silent and the slow are cut")
        assert time.monotonic() - began > HEAD_LIMIT - 1
        assert healthy(patient)


def test_a_head_without_an_end_is_cut_before_it_fills_the_memory(running: Bridge) -> None:
    with connection(running.port, 10) as client, pytest.raises(ConnectionError):
        client.sendall(b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 64 * 2**20)


def test_a_burst_of_requests_is_cut_before_it_fills_the_memory(running: Bridge) -> None:
    """A quarter of a megabyte of them took thirty; a browser or proxy that sends a few ahead is answered."""
    one = b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n"
    assert exchange(running.port, one * 4, 1).count(b"HTTP/1.1 200 ") == 4
    before = memory(running)
    with ExitStack() as stack:
        for client in [stack.enter_context(connection(running.port, 5)) for _ in range(20)]:
            with suppress(ConnectionError):
                client.sendall(b"GET / HTTP/1.1\r\n\r\n" * 14_000)
        assert running.alert().status_code == 200
        assert memory(running) - before < 100


def memory(running: Bridge) -> float:
    """Resident, in megabytes."""
    pages = int(Path(f"/proc/{running.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def test_the_body_of_a_stranger_is_not_read(running: Bridge) -> None:
    for path in ("/webhooks/alertmanager", "/api/v1/links/revoke", "/-/reload", "/approve/nobody"):
        head = f"POST {path} HTTP/1.1\r\nHost: bridge\r\nContent-Length: 8000000\r\n\r\n".encode()
        with connection(running.port, 5) as client:
            client.sendall(head)
            assert statuses(client.recv(65_536))[0] in (401, 404)


def test_ten_thousand_idle_connections_do_not_keep_a_webhook_out(running: Bridge) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(connection(running.port))
        assert running.get("/healthz").status_code == 200
        assert running.alert().status_code == 200


def test_idle_connections_stay_below_half_of_the_files_it_may_open(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running, ExitStack() as stack:
        resource.prlimit(running.pid, resource.RLIMIT_NOFILE, (256, 256))
        for _ in range(1000):
            stack.enter_context(connection(running.port))
        assert running.alert().status_code == 200
        assert len(list(Path(f"/proc/{running.pid}/fd").iterdir())) < 256 - 64


SLOW = post("Content-Length: 1000", body=b"{"), post("Transfer-Encoding: chunked", body=b"1\r\n{\r\n")


@pytest.mark.parametrize(
    "begun, drop", [(SLOW[0], b" "), (SLOW[1], b"1\r\n \r\n")], ids=["a length", "chunks"]
)
async def test_a_body_that_trickles_is_refused_and_closed(begun: bytes, drop: bytes) -> None:
    """On a real socket, with a second instead of the 30: a byte now and then does not prolong it."""
    port = free_port()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await read_body(Request(scope, receive), 1000, seconds=1)
        except BodyRefused as refused:
            await problem(refused.status_code, refused.detail)(scope, receive, send)

    settings = uvicorn.Config(app, port=port, http=Connection, lifespan="off", log_config=None)
    server = HttpServer(settings)
    serving = asyncio.create_task(server.serve())
    try:
        answer = await asyncio.to_thread(trickle, port, begun, drop)
    finally:
        server.should_exit = True
        await serving
    assert statuses(answer) == [408]


def trickle(port: int, begun: bytes, drop: bytes) -> bytes:
    """The answer to a request whose body never ends, of which a drop comes whenever the server says nothing."""
    until(lambda: listening(port), 10, "the server listens")
    with connection(port, 0.05) as client:
        client.sendall(begun)
        answer = b""
        with suppress(ConnectionError):
            while not answer.endswith(b"}"):
                with suppress(TimeoutError):
                    answer += client.recv(65_536)
                    continue
                client.sendall(drop)
        return answer


SMUGGLED = b"GET /metrics HTTP/1.1\r\nHost: bridge\r\n\r\n"


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(
            post(
                f"Content-Length: {5 + len(SMUGGLED)}",
                "Transfer-Encoding: chunked",
                body=b"0\r\n\r\n" + SMUGGLED,
            ),
            id="both lengths",
        ),
        pytest.param(
            post("Content-Length: 2", f"Content-Length: {2 + len(SMUGGLED)}", body=b"{}" + SMUGGLED),
            id="two lengths",
        ),
        pytest.param(
            post(
                "Transfer-Encoding: xchunked",
                f"Content-Length: {5 + len(SMUGGLED)}",
                body=b"0\r\n\r\n" + SMUGGLED,
            ),
            id="an unknown encoding",
        ),
        pytest.param(
            post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=b"0\r\n\r\n" + SMUGGLED),
            id="two encodings",
        ),
        pytest.param(post("Content-Length : 2", body=b"{}" + SMUGGLED), id="a space before the colon"),
        pytest.param(post("Content-Length: +2", body=b"{}" + SMUGGLED), id="a sign"),
        pytest.param(post("X-A: b", " Content-Length: 2", body=b"{}" + SMUGGLED), id="a folded line"),
        pytest.param(
            post("Transfer-Encoding: chunked", body=b"0x2\r\n{}\r\n0\r\n\r\n"), id="a chunk size in hex"
        ),
        pytest.param(b"GET http://[ HTTP/1.1\r\nHost: bridge\r\n\r\n", id="no address"),
        pytest.param(b"GET /\xff HTTP/1.1\r\nHost: bridge\r\n\r\n", id="bytes in the path"),
        pytest.param(b"CONNECT bridge:80 HTTP/1.1\r\nHost: bridge\r\n\r\n", id="a tunnel"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="another protocol"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
    ],
)
def test_ambiguous_or_broken_requests_are_refused_once_and_closed(
    running: Bridge, request_bytes: bytes
) -> None:
    answer = exchange(running.port, request_bytes, 2)
    assert statuses(answer) in ([400], [404], []), answer
    assert b"Traceback" not in answer
    assert b"bridge_notices_open" not in answer


def test_a_trailer_is_no_header(running: Bridge) -> None:
    chunked = b"2\r\n{}\r\n0\r\nAuthorization: Bearer " + API_TOKEN.encode() + b"\r\n\r\n"
    head = b"POST /api/v1/links/revoke HTTP/1.1\r\nHost: bridge\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert statuses(exchange(running.port, head + chunked, 1)) == [401]


def test_no_request_becomes_a_websocket(running: Bridge) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: bridge\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    keys = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    assert statuses(exchange(running.port, head + keys, 1)) == [200]


@pytest.mark.parametrize(
    "method, path, token, right",
    [("POST", "/webhooks/alertmanager", ALERT_TOKEN, 400), ("GET", "/api/v1/incidents", API_TOKEN, 200)],
)
def test_guessed_credentials_are_answered_late_and_lock_nobody_out(
    running_bridge: Bridge, method: str, path: str, token: str, right: int
) -> None:
    def ask(guess: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {guess}"}
        return httpx.request(method, running_bridge.url + path, headers=headers, timeout=30)

    guesses = [ask(f"guess-{n}") for n in range(21)]
    assert {answer.status_code for answer in guesses} == {401}
    assert guesses[-1].elapsed.total_seconds() > 1.5
    assert ask(token).status_code == right


@pytest.mark.parametrize(
    "request_, status",
    [
        pytest.param(post(body=b"{}").replace(ALERT_TOKEN.encode(), b"x" * 20), 401, id="401"),
        pytest.param(post("Content-Length: 999999999", "Expect: 100-continue", body=b""), 413, id="413"),
    ],
)
def test_a_stranger_is_not_read_any_further_after_401_and_413(
    running: Bridge, request_: bytes, status: int
) -> None:
    if status == 401:
        request_ = request_.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n", 1)
    with connection(running.port) as client:
        client.sendall(request_)
        answer = b""
        while piece := client.recv(65_536):
            answer += piece
        assert statuses(answer) == [status]
        assert b"connection: close" in answer.lower()


def test_who_pipelines_guesses_and_hangs_up_writes_no_traceback(tmp_path: Path, mail_server: Sink) -> None:
    guess = post(body=b"").replace(ALERT_TOKEN.encode(), b"x" * 20)
    guess = guess.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n", 1)
    with bridge(tmp_path, mail_server) as running:
        for n in range(10):
            with connection(running.port) as client:
                client.sendall(guess * (5 * n + 1))
        assert running.alert().status_code == 200
        assert "Traceback" not in running.log()
        assert "request_failed" not in running.log()
