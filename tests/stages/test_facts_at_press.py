"""A letter is compared with what is known at the press, whoever wrote it and whenever."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, office, states
from tests.stages.samples import NIGHT, configured, customers, firing, resolved

WORDS = "調査の状況は改めてお知らせいたします。"


async def edited(office: Office, extra: str = WORDS) -> None:
    body = (await office.version(await office.newest())).texts["ja"].body
    answer = await office.press("maruyama", "edit", body=body.replace("\n\n■", f"\n{extra}\n\n■", 1))
    assert answer.status == 303


async def rules(office: Office) -> list[str]:
    return [finding.rule for finding in await office.findings() if finding.rule.startswith("FCT")]


async def test_an_edited_letter_that_says_it_goes_on_does_not_leave_once_all_has_ended(
    office: Office,
) -> None:
    await office.post(firing())
    await edited(office)
    office.clock.move(minutes(3))
    await office.post(resolved(ends_at=NIGHT + minutes(2)))
    answer = await office.press("maruyama", "approve")
    assert (answer.status, answer.why) == (422, "wording")
    (found,) = [one for one in answer.findings if one.severity == "error"]
    assert (found.rule, found.why) == (
        "FCT-01",
        "アラートはすべて 2:12 に止まりました。手紙には継続中と書かれています。",
    )
    await office.send()
    assert office.mails == []


async def test_an_edited_letter_that_does_not_name_what_broke_since_does_not_leave(office: Office) -> None:
    await office.post(firing())
    await edited(office)
    await office.post(firing("PaymentErrors"))
    answer = await office.press("maruyama", "approve")
    assert answer.status == 422
    assert [(one.rule, "決済機能" in one.why) for one in answer.findings] == [("FCT-02", True)]
    assert office.mails == []


async def test_with_a_reason_it_leaves_after_a_longer_hold_and_the_history_keeps_the_reason(
    office: Office,
) -> None:
    await office.post(firing())
    await edited(office)
    await office.post(firing("PaymentErrors"))
    answer = await office.press("maruyama", "approve", override="決済は別の手紙で知らせます")
    assert answer.status == 303
    notice, approved = await office.newest(), (await office.events())[-1]
    assert notice.send_at == office.clock.now + seconds(30)
    assert approved.detail["override"] == "決済は別の手紙で知らせます"


async def test_the_replacement_is_the_same_letter_from_now_and_saved_it_may_leave(office: Office) -> None:
    await office.post(firing())
    await edited(office)
    await office.post(firing("PaymentErrors"))
    (found,) = await office.findings()
    assert found.replacement
    assert "決済機能" in found.replacement
    assert WORDS not in found.replacement
    await office.press("maruyama", "edit", body=found.replacement)
    assert await office.findings() == ()
    assert (await office.version(await office.newest())).origin == "answers"
    assert (await office.press("maruyama", "approve")).status == 303


async def test_typing_after_the_end_does_not_make_an_old_text_true(office: Office) -> None:
    await office.post(firing())
    await edited(office)
    office.clock.move(minutes(3))
    await office.post(
        resolved(ends_at=NIGHT + minutes(2)), firing("PaymentErrors"), resolved("PaymentErrors")
    )
    await edited(office, "引き続きご不便をおかけいたします。")
    assert await rules(office) == ["FCT-01", "FCT-02"]


async def test_a_person_who_writes_the_new_facts_needs_no_reason(office: Office) -> None:
    await office.post(firing())
    await edited(office)
    await office.post(firing("PaymentErrors"))
    body = (await office.version(await office.newest())).texts["ja"].body
    await office.press("maruyama", "edit", body=body.replace("ログイン機能", "ログイン機能、決済機能"))
    assert await rules(office) == []


async def test_an_earlier_start_is_told(office: Office) -> None:
    await office.post(firing())
    await edited(office)
    await office.post(firing(starts_at=NIGHT - minutes(6)))
    assert await rules(office) == ["FCT-04"]
    body = (await office.version(await office.newest())).texts["ja"].body
    await office.press("maruyama", "edit", body=body.replace("2時10分頃 〜", "2時04分頃 〜"))
    assert await rules(office) == []


async def test_a_person_who_says_that_it_is_over_while_it_fires_is_told(office: Office) -> None:
    await office.post(firing())
    await edited(office, "さきほど復旧いたしました。")
    assert await rules(office) == ["FCT-03"]


async def test_a_promise_that_has_passed_is_an_error_of_fact(office: Office) -> None:
    await office.post(firing())
    await edited(office)
    office.clock.move(minutes(70))
    found = [one for one in await office.findings() if one.severity == "error"]
    assert [one.rule for one in found] == ["FCT-05"]
    assert not any(one.rule == "BRG-02" for one in await office.findings())


async def test_a_first_report_of_something_that_fires_for_days_is_warned_of(office: Office) -> None:
    await office.post(firing(starts_at=NIGHT - minutes(60 * 24 * 12)))
    (found,) = await office.findings()
    assert (found.rule, found.severity) == ("FCT-06", "warning")
    assert "12日" in found.why


async def test_what_is_due_to_leave_by_itself_is_held_where_it_is_not_true(database_url: str) -> None:
    async with office(database_url, configured(at_deadline="send")) as alone:
        await alone.post(firing(starts_at=NIGHT - minutes(60 * 24 * 12)))
        await alone.tick(minutes(16))
        assert states(await alone.notices()) == [("first", "awaiting_approval")]


async def test_an_alert_that_goes_up_and_down_goes_between_two_versions(office: Office) -> None:
    await office.post(firing())
    office.clock.move(seconds(5))
    for _ in range(8):
        await office.post(resolved(ends_at=NIGHT + seconds(5)))
        await office.post(firing())
    notice = await office.newest()
    assert notice.version == 1
    assert (await office.actions()).count("redrafted") == 1
    assert (await office.press("maruyama", "approve", version=1)).status == 303


async def test_a_measured_number_that_moves_is_no_new_letter(office: Office) -> None:
    said = "ご注文の{}%が失敗しております。"
    for value in ("12.5", "13.1", "17.7"):
        alert = firing("CheckoutErrors")
        await office.post(replace(alert, annotations={"customer_impact_ja": said.format(value)}))
    assert (await office.newest()).version == 1
    assert await rules(office) == []


@pytest.mark.parametrize("then", ["決済機能", "ポイント機能"])
async def test_an_impact_of_which_only_the_name_is_another_is_another(office: Office, then: str) -> None:
    await office.post(firing())
    await edited(office)
    alert = firing("Other", annotation="x")
    await office.post(replace(alert, annotations={"customer_impact_ja": then}))
    assert await rules(office) == ["FCT-02"]


# A letter that was stopped before any of it left


async def stopped_whole(office: Office) -> None:
    """A first report whose list changed between its approval and its sending."""
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    office.recipients = customers(4)
    await office.tick(seconds(11))


async def test_a_stopped_letter_is_not_sent_once_every_alert_has_ended_unless_a_reason_is_given(
    office: Office,
) -> None:
    await stopped_whole(office)
    await office.post(resolved(ends_at=office.clock.now))
    refused = await office.press("sato", "resume")
    assert (refused.status, [one.rule for one in refused.findings if one.severity == "error"]) == (
        422,
        ["FCT-01"],
    )
    assert (await office.newest()).state == "stopped"
    assert (await office.press("sato", "resume", override="電話で確認済み")).status == 303
    notice = await office.newest()
    assert (notice.state, notice.override, notice.send_at) == (
        "approved",
        "電話で確認済み",
        office.clock.now + seconds(30),
    )


async def test_a_stopped_letter_that_still_tells_what_is_true_is_sent_without_a_reason(
    office: Office,
) -> None:
    await stopped_whole(office)
    assert (await office.press("sato", "resume")).status == 303


async def test_what_a_stopped_letter_was_approved_with_for_a_reason_is_not_asked_about_again(
    office: Office,
) -> None:
    await office.post(firing())
    await office.tick()
    body = (await office.version(await office.newest())).texts["ja"].body
    await office.press("sato", "edit", body=body.replace("復旧時刻は未定です", "まもなく復旧いたします"))
    assert (await office.press("maruyama", "approve")).status == 422
    await office.press("maruyama", "approve", override="社長の指示")
    office.recipients = customers(4)
    await office.tick(seconds(31))
    assert (await office.press("sato", "resume")).status == 303


# The rest of a letter of which some had left


async def stopped_rest(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(11))
    await office.deliver(limit=1)
    await office.press("maruyama", "stop")


@pytest.mark.parametrize("put_back", [False, True])
async def test_the_rest_is_not_sent_once_every_alert_has_ended_unless_a_reason_is_given(
    office: Office, put_back: bool
) -> None:
    await stopped_rest(office)
    if put_back:
        await office.store.run(lambda tx: tx.instances.set_meta("identity", "elsewhere"))
        await office.tick(seconds(2))
    await office.post(resolved(ends_at=office.clock.now))
    refused = await office.press("sato", "resume")
    assert refused.status == 422
    assert "FCT-01" in [one.rule for one in refused.findings]
    assert (await office.newest()).state == "stopped"
    assert (await office.press("sato", "resume", override="電話で確認済み")).status == 303
    notice = await office.newest()
    assert (notice.state, notice.override) == ("approved" if put_back else "sending", "電話で確認済み")
    (resumed,) = [one for one in await office.events() if one.action == "resumed"]
    assert resumed.detail["override"] == "電話で確認済み"


async def test_a_rest_that_still_tells_what_is_true_is_sent_without_a_reason(office: Office) -> None:
    await stopped_rest(office)
    assert (await office.press("sato", "resume")).status == 303
    assert (await office.newest()).override is None


async def test_the_wording_of_a_rest_is_not_asked_about_again_for_others_have_it(
    office: Office, tmp_path: Path
) -> None:
    """A term that was forbidden after the approval."""
    await stopped_rest(office)
    terms = tmp_path / "terms.yaml"
    terms.write_text("- {pattern: お詫び, replacement: おわび, severity: error}", encoding="utf-8")
    office.reconfigure(wording=office.runtime.config.wording.model_copy(update={"terms": terms}))
    assert "error" in {one.severity for one in await office.findings()}
    assert (await office.press("sato", "resume")).status == 303
