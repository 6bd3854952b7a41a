"""A customer list on a dead network drive: a pipe that nobody writes to holds whoever opens it, just the same."""

import errno
import os
import signal
from pathlib import Path

import pytest

from tests.faults.story import add_services, firing, name_of
from tests.parts.bridge import MARUYAMA, Bridge, customer, link_in
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Mail
from tests.parts.waiting import until


def rings(mails: Sink, number: int) -> list[Mail]:
    return until(lambda: [m for m in mails.to(MARUYAMA) if name_of(number) in m.subject], 20, "it rings")


def answered(pipe: Path) -> bool:
    """Lets go whoever is held by the pipe. True when nobody was."""
    try:
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        return error.errno == errno.ENXIO
    return False


@pytest.fixture
def hung(tmp_path: Path) -> Path:
    path = tmp_path / "hung.csv"
    os.mkfifo(path)
    return path


def test_a_list_that_does_not_answer_costs_only_its_own_number(tmp_path: Path, hung: Path) -> None:
    with sink() as mails:
        bridge = Bridge(tmp_path, mails)
        well, ill = add_services(bridge.config, 2)
        bridge.config["policy"]["second_person"] = []
        bridge.config["audiences"]["hung"] = {"csv": str(hung)}
        bridge.config["services"][ill]["audience"] = "hung"
        try:
            bridge.start()
            assert bridge.alert(firing(ill)).status_code == 200
            (ring,) = rings(mails, 1)
            assert f"{hung}: ファイルが応答しません" in ring.text
            assert bridge.approve(link_in(ring)).status_code == 409
            assert bridge.alert(firing(well)).status_code == 200
            (ring,) = rings(mails, 0)
            assert "3名へ" in ring.text
            assert bridge.approve(link_in(ring)).status_code == 303
            mails.wait_for(customer(0))
            assert bridge.ready
            bridge.signal(signal.SIGTERM)
            until(lambda: not bridge.running, 20, "it ends")
        finally:
            bridge.close()


def test_a_list_that_hangs_after_its_approval_stops_its_letter_and_no_other(
    tmp_path: Path, hung: Path
) -> None:
    with sink() as mails:
        bridge = Bridge(tmp_path, mails)
        well, ill = add_services(bridge.config, 2)
        bridge.config["policy"] |= {"second_person": [], "hold": "2s"}
        listed = tmp_path / "ill.csv"
        listed.write_text(f"email\n{customer(9)}\n")
        bridge.config["audiences"]["ill"] = {"csv": str(listed)}
        bridge.config["services"][ill]["audience"] = "ill"
        try:
            bridge.start()
            bridge.alert(firing(ill))
            (ring,) = rings(mails, 1)
            bridge.alert(firing(well))
            (other,) = rings(mails, 0)
            assert bridge.approve(link_in(ring)).status_code == 303
            kept = listed.rename(tmp_path / "kept.csv")
            hung.rename(listed)
            assert bridge.approve(link_in(other)).status_code == 303
            mails.wait_for(customer(0))
            stopped = until(lambda: rings(mails, 1)[1:], 20, "the on-call learns why it waits")[0]
            assert f"{listed}: does not answer" in stopped.text
            listed.rename(hung)
            kept.rename(listed)
            until(lambda: answered(hung), 20, "the drive is back for all who waited")
            assert bridge.press(link_in(ring), "resume").status_code == 303
            mails.wait_for(customer(9))
        finally:
            bridge.close()
