"""A sender of too much is told so, also one that reads no answer before it has sent everything."""

import http.client
from collections.abc import Iterator

import pytest

from tests.parts.bridge import ALERT_TOKEN, Bridge, bridge
from tests.parts.sink import sink

LIMIT = 8 * 2**20  # bytes; the default of server.body_limit


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with sink() as mails, bridge(tmp_path_factory.mktemp("bridge"), mails) as one:
        yield one


@pytest.mark.parametrize("size", [LIMIT + 1, 2 * LIMIT])
def test_a_client_that_sends_first_and_closes_after_reads_the_413(running: Bridge, size: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    headers = {"Authorization": f"Bearer {ALERT_TOKEN}", "Connection": "close"}
    client.request("POST", "/webhooks/alertmanager", b" " * size, headers)
    assert client.getresponse().status == 413
    client.close()
