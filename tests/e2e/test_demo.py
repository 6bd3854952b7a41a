"""`bridge demo` as a newcomer runs it: a process, two pages, nothing else."""

import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bridge.cli.checks import check_audiences
from bridge.config import load
from bridge.demo import scene
from tests.parts.bridge import hidden_fields
from tests.parts.ports import free_port
from tests.parts.programs import Program
from tests.parts.waiting import until


@dataclass(frozen=True)
class Demo:
    """A running demo, sped up sixty times: 15 minutes are 15 seconds."""

    program: Program
    inbox: str
    http: httpx.Client

    def boxes(self) -> tuple[str, str]:
        """The on-call's and the customers' half of the inbox page."""
        left, right = self.http.get(self.inbox).text.split('aria-labelledby="customers"')
        return left, right

    def links(self) -> list[str]:
        """The approval links in the on-call's box, newest first, each once."""
        return list(dict.fromkeys(re.findall(r'href="(http[^"]+/approve/[^"]+)"', self.boxes()[0])))


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    port, inbox_port = free_port(), free_port()
    inbox = f"http://127.0.0.1:{inbox_port}"
    words = ["demo", "--speed", 60, "--port", port, "--inbox-port", inbox_port]
    program = Program([Path(sys.executable).parent / "bridge", *words], tmp_path / "log", cwd=tmp_path)
    with httpx.Client(timeout=10) as http:
        program.start(lambda: "Ctrl-C" in program.log.read_text(), seconds=30)
        yield Demo(program, inbox, http)
        program.stop(signal.SIGKILL)


def test_the_demo_writes_an_ordinary_configuration(tmp_path: Path) -> None:
    stage = scene.build(tmp_path, scene.Staging(8080, 8025, 30), smtp_port=2525)
    config = load(stage.config)
    assert config.policy.first_report_within.total_seconds() == 30
    assert config.policy.hold.total_seconds() == 10


def test_the_demo_in_english_has_no_japanese_that_its_readers_would_meet(tmp_path: Path) -> None:
    stage = scene.build(tmp_path, scene.Staging(8080, 8025, 30, "en"), smtp_port=2525)
    config = load(stage.config)
    assert list(check_audiences(config)) == []
    service = config.services["shop"]
    people = [person.name for person in config.people.values()]
    read = [*people, service.name.get("en"), service.sender.name.get("en"), service.contact.get("en")]
    assert all(text.isascii() for text in read)
    assert (service.locale, {person.locale for person in config.people.values()}) == ("en", {"en"})


def test_the_whole_story_in_the_demo(demo: Demo) -> None:
    (link, *_) = until(demo.links, 20, "the on-call is rung")
    assert "まだだれにも届いていません" in demo.boxes()[1]
    page = demo.http.get(link).text
    assert "デモです。このコンピューターの外には何も送られません" in page
    form = hidden_fields(page)
    answer = demo.http.post(link, data={**form, "action": "approve"}, headers={"Origin": "null"})
    assert answer.status_code == 303
    until(lambda: "23通" in demo.boxes()[1], 40, "every customer but two has the letter")
    demo.http.post(f"{demo.inbox}/end")
    until(
        lambda: "みどりショップ復旧報告" in demo.boxes()[0],
        40,
        "the on-call is rung about the recovery report",
    )


def test_ctrl_c_ends_the_demo(demo: Demo) -> None:
    assert demo.program.stop(signal.SIGINT) == 0
