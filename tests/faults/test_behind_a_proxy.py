"""The bridge under a path of a company's proxy, beside other applications: a press ends on a page of ours."""

import re
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.parts.bridge import MARUYAMA, Bridge, hidden_fields, link_in
from tests.parts.proxies import Kind, under_a_path
from tests.parts.sink import Sink


@pytest.mark.parametrize("kind", ["nginx, path cut off", "nginx, path passed on", "caddy"])
def test_a_press_under_a_path_ends_on_a_page_of_ours(tmp_path: Path, mail_server: Sink, kind: Kind) -> None:
    made = Bridge(tmp_path, mail_server)
    made.config["policy"]["hold"] = "60s"  # the page that follows has the script
    with under_a_path(kind, tmp_path, made.port) as url:
        made.config["server"]["public_url"] = url
        try:
            made.start()
            made.alert()
            link = link_in(mail_server.wait_for(MARUYAMA)[0])
            assert link.startswith(f"{url}/approve/")
            fields = hidden_fields(httpx.get(link).text)
            pressed = httpx.post(link, data={**fields, "action": "approve"}, headers={"Origin": "null"})
            assert pressed.status_code == 303
            after = httpx.get(urljoin(link, pressed.headers["location"]))
            assert after.status_code == 200
            (script,) = re.findall(r'<script src="([^"]+)"', after.text)
            assert httpx.get(urljoin(link, script)).headers["content-type"].startswith("text/javascript")
            assert made.get("/healthz").status_code == 200  # and without the path, from this machine
        finally:
            made.close()
