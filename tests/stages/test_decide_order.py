"""The checks of a press come in the order of docs/design.md §6.4, and a refused press changes nothing."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.stages.decide.decision import DecisionRequest
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office
from tests.stages.samples import firing

DAY = minutes(24 * 60)
BAD_WORDS = "まもなく復旧します。"


async def open_letter(office: Office) -> None:
    await office.post(firing())


async def approved_by_maruyama(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")


async def dismissed_by_sato(office: Office) -> None:
    await office.post(firing())
    await office.press("sato", "dismiss", reason="試験")


async def long_decided(office: Office) -> None:
    await dismissed_by_sato(office)
    office.clock.move(7 * DAY + seconds(1))


async def with_bad_words(office: Office) -> None:
    await office.post(firing())
    text = (await office.version(await office.newest())).texts["ja"]
    await office.press("sato", "edit", body=text.body + BAD_WORDS)


async def not_countable(office: Office) -> None:
    await office.post(firing())
    office.list_problem = "unreadable"


OLD: dict[str, Any] = {"version": 0}
FORGED: dict[str, Any] = {"genuine": False}
OTHER_LIST: dict[str, Any] = {"audience": "another"}


@pytest.mark.parametrize(
    "given, person, action, form, status, why",
    [
        (long_decided, "maruyama", "approve", FORGED | OLD, 410, "expired"),
        (long_decided, "maruyama", "renew", FORGED, 403, "forged"),
        (long_decided, "maruyama", "renew", {}, 303, "done"),
        (approved_by_maruyama, "sato", "approve", FORGED | OLD, 409, "decided"),
        (approved_by_maruyama, "sato", "dismiss", {}, 409, "decided"),
        (approved_by_maruyama, "maruyama", "approve", FORGED | OTHER_LIST, 303, "done"),
        (approved_by_maruyama, "maruyama", "approve", OLD, 409, "decided"),
        (approved_by_maruyama, "maruyama", "edit", {}, 409, "decided"),
        (dismissed_by_sato, "maruyama", "approve", {}, 409, "decided"),
        (dismissed_by_sato, "maruyama", "cancel", {}, 409, "decided"),
        (open_letter, "maruyama", "approve", FORGED | OLD | OTHER_LIST, 403, "forged"),
        (open_letter, "maruyama", "erase", FORGED, 403, "forged"),
        (open_letter, "maruyama", "erase", {}, 400, "unknown_action"),
        (open_letter, "maruyama", "approve", OLD | OTHER_LIST, 409, "newer_version"),
        (open_letter, "maruyama", "edit", OLD, 409, "newer_version"),
        (open_letter, "maruyama", "dismiss", OLD, 409, "newer_version"),
        (open_letter, "maruyama", "recovered", OLD, 409, "newer_version"),
        (with_bad_words, "maruyama", "approve", OTHER_LIST, 409, "list_changed"),
        (not_countable, "maruyama", "approve", {}, 409, "list_unreadable"),
        (with_bad_words, "maruyama", "approve", {}, 422, "wording"),
        (with_bad_words, "maruyama", "approve", {"override": "  "}, 422, "wording"),
        (with_bad_words, "maruyama", "approve", {"override": "お客様と合意済み"}, 303, "done"),
        (open_letter, "maruyama", "approve", {"subject": "別の件名", "body": "別の本文"}, 303, "done"),
        (open_letter, "maruyama", "acknowledge", OLD, 303, "done"),
    ],
)
async def test_a_press_is_answered(
    office: Office, given: Any, person: str, action: str, form: dict[str, Any], status: int, why: str
) -> None:
    await given(office)
    before = await office.notices(), await office.events()
    answer = await office.press(person, action, **form)
    assert (answer.status, answer.why) == (status, why)
    if status != 303:
        assert (await office.notices(), await office.events()) == before


async def test_an_unknown_or_revoked_link_is_not_found(office: Office) -> None:
    await office.post(firing())
    link = await office.link(await office.newest(), "sato")
    form = DecisionRequest("approve", genuine=True, version=1)
    assert (await office.decide("never-issued", form)).status == 404
    await office.store.run(lambda tx: tx.links.revoke(person="sato"))
    assert (await office.decide(link, form)).status == 404


async def test_a_renewed_link_works_and_the_old_one_only_renews(office: Office) -> None:
    await long_decided(office)
    notice = await office.newest()
    old = await office.link(notice, "maruyama")
    await office.press("maruyama", "renew")
    assert await office.told("renewed") == ["maruyama"]
    assert await office.link(notice, "maruyama") != old
    press = DecisionRequest("approve", genuine=True, version=1)
    assert (await office.decide(old, press)).status == 410
    assert (await office.press("maruyama", "approve")).status == 409
    office.clock.move(minutes(10))
    assert (await office.decide(old, replace(press, action="renew"))).status == 303
    assert await office.told("renewed") == ["maruyama"]


async def test_an_expired_link_pressed_again_and_again_is_one_mail_in_ten_minutes(office: Office) -> None:
    await long_decided(office)
    old = await office.link(await office.newest(), "maruyama")
    answers = []
    for _ in range(3):
        answers.append(await office.decide(old, DecisionRequest("renew", genuine=True, version=1)))
        office.clock.move(minutes(4))
    assert {(answer.status, answer.did) for answer in answers} == {(303, "renewed")}
    assert await office.told("renewed") == ["maruyama"]
    assert (await office.actions()).count("link_renewed") == 1


async def test_a_link_leads_nowhere_when_its_service_left_the_configuration(office: Office) -> None:
    await office.post(firing())
    office.reconfigure(services={})
    for action in ("approve", "renew"):
        assert (await office.press("maruyama", action)).status == 404
