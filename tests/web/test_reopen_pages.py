"""「やはり知らせる」 through the front door: the page's press, the API, and the mails about both."""

from tests.parts.alerts import alert
from tests.parts.bridge import MARUYAMA, Bridge, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until


def dismissed(running: Bridge, mails: Sink) -> str:
    """The link to a first report that is not to be sent."""
    running.alert()
    link = link_in(mails.wait_for(MARUYAMA)[0])
    assert running.press(link, "dismiss", reason="false_alarm").status_code == 303
    return link


def test_a_press_on_the_page_brings_a_fresh_draft_that_rings(
    running_bridge: Bridge, mail_server: Sink
) -> None:
    link = dismissed(running_bridge, mail_server)
    page = running_bridge.get(link).text
    assert "アラートが続いています" in page
    assert 'value="reopen"' in page
    answer = running_bridge.press(link, "reopen")
    assert answer.status_code == 303
    assert "新しい下書きを用意しました" in running_bridge.get(answer.headers["location"]).text
    notice = running_bridge.incident()["notices"][0]
    assert (notice["state"], notice["version"]) == ("awaiting_approval", 2)
    ring, own, again = mail_server.wait_for(MARUYAMA, 3)
    assert {link_in(mail) for mail in (ring, own, again)} == {link}
    assert running_bridge.approve(link).status_code == 303
    mail_server.wait_for_every(running_bridge.customers)


def test_a_program_may_take_it_up_again_once(running_bridge: Bridge, mail_server: Sink) -> None:
    dismissed(running_bridge, mail_server)
    before = running_bridge.incident()["notices"][0]
    assert [ring["state"] for ring in before["reminders"] if not ring["fired_at"]] == ["cancelled", "planned"]
    answer = running_bridge.post_api(f"/notices/{before['id']}/reopen", "")
    assert answer.status_code == 200
    after = answer.json()
    assert (after["state"], after["due_at"]) == ("awaiting_approval", before["due_at"])
    assert running_bridge.post_api(f"/notices/{before['id']}/reopen", "").status_code == 409


def test_what_is_over_what_is_newer_and_what_is_nowhere_is_refused(
    running_bridge: Bridge, mail_server: Sink
) -> None:
    link = dismissed(running_bridge, mail_server)
    old = running_bridge.incident()["notices"][0]
    assert running_bridge.post_api("/notices/nowhere/reopen", "").status_code == 404
    running_bridge.alert(alert("PaymentErrors"))
    until(lambda: len(running_bridge.incident()["notices"]) == 2, 10, "a newer report is drafted")
    newer = running_bridge.post_api(f"/notices/{old['id']}/reopen", "")
    assert (newer.status_code, "newer notice" in newer.json()["title"]) == (409, True)
    assert 'value="reopen"' not in running_bridge.get(link).text
    assert running_bridge.press(link, "reopen").status_code == 409
    until(lambda: link_in(mail_server.to(MARUYAMA)[-1]) != link, 10, "the newer report rings")
    last = link_in(mail_server.to(MARUYAMA)[-1])
    assert running_bridge.press(last, "dismiss", reason="false_alarm").status_code == 303
    running_bridge.alert(alert(status="resolved"), alert("PaymentErrors", status="resolved"))
    until(lambda: running_bridge.incident()["state"] != "open", 10, "every alert has ended")
    over = running_bridge.post_api(f"/notices/{running_bridge.incident()['notices'][1]['id']}/reopen", "")
    assert over.status_code == 409
