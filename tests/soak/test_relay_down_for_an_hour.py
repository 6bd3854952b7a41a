"""A mail server that is away for an hour, in steps of ten minutes (libfaketime): letters wait, rings go on."""

from pathlib import Path

from tests.faults.second_relay import single
from tests.faults.story import add_services, copies, firing, letters, name_of
from tests.parts.bridge import MARUYAMA, Bridge, link_in
from tests.parts.clocks import SteppedClock
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Mail
from tests.parts.waiting import until

TEN_MINUTES = 600


def test_letters_wait_uncounted_while_rings_go_on_through_the_fallback(
    tmp_path: Path, mail_server: Sink
) -> None:
    """One letter is approved and waits; another notice rings every five minutes."""
    clock = SteppedClock(tmp_path / "clock")
    running = Bridge(tmp_path, mail_server, customers=20, env=clock.env)
    undecided, approved = add_services(running.config, 2)
    with sink() as second:
        running.config["smtp"]["fallback"] = {"host": "127.0.0.1", "port": second.port, "security": "none"}
        try:
            running.start()
            running.alert(firing(undecided))
            mail_server.wait_for(MARUYAMA)
            running.alert(firing(approved))
            link = link_in(mail_server.wait_for(MARUYAMA, 2)[1])
            notice = running.incident()["notices"][0]["id"]
            mail_server.refuse_connections()
            assert running.approve(link).status_code == 303
            for number in range(1, 7):
                clock.step(TEN_MINUTES)
                wait_for_rings(undecided, second, number)
            waiting = single(running, notice)
            assert {(one["state"], one["attempts"]) for one in waiting.values()} == {("queued", 0)}
            mail_server.accept_connections()
            mail_server.wait_for_every(running.customers, 90)
            assert copies(letters(mail_server, running.customers)) == {1: 20}
        finally:
            running.close()


def wait_for_rings(service: str, server: Sink, count: int) -> None:
    """At least so many rings about one service."""
    name = name_of(int(service.removeprefix("shop")))

    def rings() -> list[Mail]:
        return [mail for mail in server.to(MARUYAMA) if name in mail.subject and "/approve/" in mail.text]

    until(lambda: len(rings()) >= count, 60, "it rings on")
