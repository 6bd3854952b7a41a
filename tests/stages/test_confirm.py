"""A decision by link is confirmed to that link's own address: its owner may not be the one who pressed."""

import pytest

from tests.parts.midori import seconds
from tests.stages.office import Office, office
from tests.stages.samples import configured, customers, firing


async def begun(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.told("ring")


async def own_mail(office: Office) -> str:
    """The mail to the owner, which must leave before the hold ends."""
    (row,) = [one for one in await office.claim("oncall") if one.kind == "own_decision"]
    assert row.person == "maruyama"
    text = await office.written(row)
    assert text.body.count("/approve/") == 1
    return f"{text.subject}\n{text.body}"


async def test_who_is_said_not_to_send_is_told_how_to_undo_it(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "dismiss", reason="false_alarm")
    mail = await own_mail(office)
    assert mail.startswith(
        "【見送り】みどりショップ第一報\nあなたのリンクで 2:10 に「送らない」と決まりました(誤検知)。"
    )
    assert "「やはり知らせる」を押すと戻せます" in mail


async def test_an_edited_letter_is_confirmed_before_its_hold_ends(office: Office) -> None:
    await begun(office)
    body = (await office.version(await office.newest())).texts["ja"].body
    await office.press("maruyama", "edit", body=body.replace("お詫び", "おわび"))
    await office.press("maruyama", "approve", override="確認済み")
    mail = await own_mail(office)
    assert "あなたのリンクで 2:10 に承認されました。02:10:10 までは取り消せます。" in mail
    assert "丸山さんの名前で編集されています" in mail


async def test_the_first_of_two_yeses_to_an_edited_letter_is_confirmed(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await begun(two)
        body = (await two.version(await two.newest())).texts["ja"].body
        await two.press("sato", "edit", body=body.replace("お詫び", "おわび"))
        await two.press("maruyama", "approve", override="確認済み")
        mail = await own_mail(two)
    assert mail.startswith(
        "【1人目の承認】みどりショップ第一報\nあなたのリンクで 2:10 に、2人のうち1人目の承認がありました。"
    )
    assert "佐藤さんの名前で編集されています" in mail


async def test_the_first_of_two_yeses_to_another_list_is_confirmed(database_url: str) -> None:
    async with office(database_url, configured(second_person=["first"])) as two:
        await begun(two)
        body = (await two.version(await two.newest())).texts["ja"].body
        await two.press("sato", "edit", body=body.replace("お詫び", "おわび"))
        await two.press("maruyama", "approve", override="確認済み")
        await two.press("sato", "approve", override="確認済み")
        two.recipients = customers(20)
        await two.tick(seconds(31))
        await two.told("own_decision")
        await two.press("maruyama", "resume")
        mail = await own_mail(two)
    assert mail.startswith(
        "【1人目の承認】みどりショップ第一報\nあなたのリンクで 2:10 に、変わった名簿への送信について、"
        "2人のうち1人目の承認がありました。送信は止まったままです。"
    )
    assert "取り消すときは、開いて「送らない」を押してください。" in mail


async def test_a_letter_that_is_called_back_is_confirmed(office: Office) -> None:
    await begun(office)
    await office.press("sato", "approve")
    await office.told("decided")
    await office.press("maruyama", "cancel")
    mail = await own_mail(office)
    assert "承認が取り消されました。まだ送っていません。" in mail


async def test_an_untouched_letter_is_not_confirmed_where_others_see_it(office: Office) -> None:
    await begun(office)
    await office.press("maruyama", "approve")
    assert await office.told("own_decision") == []


@pytest.mark.parametrize("action", ["approve", "stop", "resume"])
async def test_where_nobody_else_would_see_it_every_decision_is_confirmed(
    database_url: str, action: str
) -> None:
    config = configured()
    alone = config.escalations["shop"].model_copy(update={"steps": config.escalations["shop"].steps[:1]})
    config = config.model_copy(update={"escalations": {"shop": alone}})
    async with office(database_url, config) as one:
        await begun(one)
        await one.press("maruyama", "approve")
        if action != "approve":
            await one.told("own_decision")
            await one.tick(seconds(11))
            await one.press("maruyama", "stop")
        if action == "resume":
            await one.told("own_decision")
            await one.press("maruyama", "resume")
        mail = await own_mail(one)
        assert {"approve": "【承認済】", "stop": "【停止】", "resume": "【再開】"}[action] in mail
