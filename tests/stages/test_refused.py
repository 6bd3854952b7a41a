"""A sender that may post and is refused: the on-call is told, once in each outage."""

from functools import partial

from bridge.stages.refused import RefusedPost, tell_refused
from bridge.stages.wake import Wake
from tests.parts.midori import minutes
from tests.stages.office import Office
from tests.stages.samples import configured, firing

TOO_LARGE = RefusedPost("alertmanager", 413, "the body is larger than server.body_limit, 8388608")
MALFORMED = RefusedPost("alertmanager", 400, "alerts[0].startsAt: not a time", "alerts[0].startsAt")


async def refuse(office: Office, post: RefusedPost = TOO_LARGE) -> Wake:
    return await office.store.run(partial(tell_refused, runtime=office.runtime, post=post))


async def test_the_first_step_is_told_once_however_often_the_post_comes(office: Office) -> None:
    assert (await refuse(office)).oncall
    assert await office.told("refused") == ["maruyama"]
    for _ in range(20):
        office.clock.move(minutes(5))
        assert not (await refuse(office)).oncall
    assert await office.told("refused") == []


async def test_after_an_hour_without_one_it_is_news_again(office: Office) -> None:
    await refuse(office)
    office.clock.move(minutes(61))
    await refuse(office, MALFORMED)
    assert await office.told("refused") == ["maruyama", "maruyama"]


async def test_people_behind_two_services_get_one_mail(office: Office) -> None:
    office.reconfigure(services=configured(("shop", "point")).services)
    await refuse(office)
    assert await office.told("refused") == ["maruyama"]


async def test_the_mail_says_what_happened_and_that_nothing_was_drafted(office: Office) -> None:
    await refuse(office)
    (row,) = await office.claim("oncall")
    text = await office.written(row)
    assert text.subject == "【受信拒否】alertmanagerのアラート"
    assert "2:10 に届いたアラートを受け取れませんでした" in text.body
    assert "下書きは作られていません。お客様には何も送られていません。" in text.body
    assert "server.body_limit を大きくするか" in text.body
    english = await office.written(row, "en")
    assert english.subject == "[Refused] alerts of alertmanager"
    assert "Nothing was drafted, and nothing went to customers." in english.body


async def test_a_malformed_post_names_its_field(office: Office) -> None:
    await refuse(office, MALFORMED)
    (row,) = await office.claim("oncall")
    assert "読めなかった項目: alerts[0].startsAt" in (await office.written(row)).body


async def test_rings_about_notices_go_on_beside_it(office: Office) -> None:
    await office.post(firing())
    await refuse(office)
    await office.tick()
    kinds = sorted(row.kind for row in await office.claim("oncall"))
    assert kinds == ["refused", "ring"]


async def test_a_mail_whose_service_the_configuration_lost_is_nobodys(office: Office) -> None:
    await refuse(office)
    (row,) = await office.claim("oncall")
    lost = office.other(["point"])
    try:
        await lost.written(row)
    except AssertionError:
        return
    raise AssertionError("it was written in the name of a service that is gone")
