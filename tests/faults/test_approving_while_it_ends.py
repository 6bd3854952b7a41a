"""The alert ends while somebody reads the letter: what is sent is what was read, or the change is shown."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.second_relay import rung
from tests.faults.story import add_services, copies, firing, letters, name_of
from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, bridge, hidden_fields, link_in
from tests.parts.databases import Database
from tests.parts.sink import Sink
from tests.parts.waiting import until


def test_a_yes_to_a_letter_that_does_not_know_of_the_end_is_shown_the_new_one(
    tmp_path: Path, mail_server: Sink
) -> None:
    with bridge(tmp_path, mail_server) as running:
        link = rung(running, mail_server)
        read = {**hidden_fields(running.get(link).text), "action": "approve"}
        assert running.alert(alert(status="resolved")).status_code == 200
        answer = running.post_form(link, read)
        assert answer.status_code == 409
        assert "復旧" in answer.text
        assert not letters(mail_server, running.customers)
        assert running.approve(link).status_code == 303
        mail_server.wait_for_every(running.customers)
        assert "復旧を確認" in mail_server.to(running.customers[0])[0].text


def test_a_yes_and_the_end_in_the_same_moment_are_one_after_the_other(
    tmp_path: Path, mail_server: Sink, database: Database
) -> None:
    running = Bridge(tmp_path, mail_server, database=database.setting)
    services = add_services(running.config, 6)
    try:
        running.start()
        with ThreadPoolExecutor(2) as both:
            for number, service in enumerate(services):
                link, read = opened(running, mail_server, service, number)
                yes = both.submit(running.post_form, link, read)
                end = both.submit(running.alert, alert(status="resolved", service=service))
                assert end.result().status_code == 200
                assert sent_or_shown(running, mail_server, number, yes.result().status_code)
    finally:
        running.close()


def opened(running: Bridge, server: Sink, service: str, number: int) -> tuple[str, dict[str, str]]:
    """The link of a service's first ring, and the form of its page."""
    running.alert(firing(service))

    def links() -> list[str]:
        return [link_in(mail) for mail in server.to(MARUYAMA) if name_of(number) in mail.subject]

    link = until(links, 20, "it rings")[0]
    return link, {**hidden_fields(running.get(link).text), "action": "approve"}


def sent_or_shown(running: Bridge, server: Sink, number: int, status: int) -> bool:
    """303: version 1 to everybody, once. 409: nothing to anybody, and version 2 waits."""
    notice = running.incident()["notices"][0]
    if status == 409:
        return (notice["version"], notice["state"]) == (2, "awaiting_approval")
    until(lambda: running.incident()["notices"][0]["state"] == "sent", 20, "it is sent")
    own = {key: sent for key, sent in letters(server, running.customers).items() if name_of(number) in key[0]}
    return status == 303 and copies(own) == {1: len(running.customers)}
