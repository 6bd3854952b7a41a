"""Of two copies of one record, which goes on: one press says it."""

from functools import partial

import pytest

from bridge.core.continuity import DatabaseIdentity
from bridge.stages.copied import answer_copy
from bridge.stages.instances import ThisInstance, live_on
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, states
from tests.stages.samples import firing

NEW = "new:/bridge.sqlite3"


async def copied(office: Office, before: str = "old:/bridge.sqlite3") -> None:
    """The same rows in another place, found by a bridge that starts there."""

    def unit(tx: Tx) -> None:
        tx.instances.set_meta("identity", str(DatabaseIdentity("elsewhere")))
        tx.instances.started_at(before)
        live_on(tx, office.runtime, ThisInstance("one", "boot-1", where=NEW))

    office.clock.move(seconds(2))
    await office.store.run(unit)


async def waiting(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await copied(office)
    await office.told("ring")


async def half_sent(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(seconds(11))
    await office.deliver(limit=1)
    await copied(office)


@pytest.mark.parametrize("before, named", [("old:/bridge.sqlite3", True), (NEW, False)])
async def test_the_two_sides_are_named_where_their_names_differ(
    office: Office, before: str, named: bool
) -> None:
    """A backup that was put back lies where it lay: "the original is at A, this copy at A" helps nobody."""
    await office.post(firing())
    await copied(office, before)
    (gap,) = await office.store.read(lambda tx: tx.instances.gaps())
    assert (gap.copied, bool(gap.before and gap.here)) == (True, named)


async def test_a_copy_that_stays_quiet_rings_nobody_about_what_it_was_copied_with(office: Office) -> None:
    await waiting(office)
    assert (await office.press("maruyama", "keep_quiet")).status == 303
    assert states(await office.notices()) == [("first", "superseded")]
    assert (await office.incident()).state == "closed"
    assert await office.told("copy") == ["maruyama", "sato"]
    await office.wait(minutes(120))
    assert await office.told("ring") == []
    assert await office.told("still_firing") == []


async def test_what_is_posted_to_a_quiet_copy_rings_as_ever(office: Office) -> None:
    """A press on the wrong one of both silences nothing that still fires."""
    await waiting(office)
    await office.press("maruyama", "keep_quiet")
    office.clock.move(minutes(5))
    await office.post(firing())
    await office.tick()
    assert len(await office.incidents()) == 2
    assert await office.told("ring") == ["maruyama"]


async def test_a_letter_that_the_copy_sends_again_is_stopped_for_good(office: Office) -> None:
    await half_sent(office)
    assert (await office.press("sato", "resume")).status == 303
    await office.tick(seconds(31))
    await office.deliver(limit=1)
    (answered,) = [
        await office.store.run(partial(answer_copy, runtime=office.runtime, answer="quiet", actor="api"))
    ]
    assert answered == 1
    notice = await office.newest()
    assert (notice.state, notice.reason) == ("dismissed", "copy")
    await office.wait(minutes(120))
    assert len(office.mails) == 2
    assert len(await office.notices()) == 1, "no update, no recovery report"


async def test_a_stopped_letter_of_a_quiet_copy_is_never_sent(office: Office) -> None:
    await half_sent(office)
    await office.press("sato", "keep_quiet")
    assert states(await office.notices()) == [("first", "dismissed")]
    assert (await office.press("sato", "resume")).status == 409


async def test_a_copy_that_goes_on_says_no_more_that_it_is_one_and_knows_no_more_than_before(
    office: Office,
) -> None:
    await waiting(office)
    assert (await office.press("maruyama", "go_on")).status == 303
    (row, *_) = [one for one in await office.claim("oncall") if one.kind == "copy"]
    mail = await office.written(row)
    assert mail.subject == "【写しで続行】みどりショップ第一報"
    assert "丸山さんの操作で 2:10 に、この記録で続けると決まりました。" in mail.body
    assert "元の記録は old:/bridge.sqlite3、この記録は new:/bridge.sqlite3 です。" in mail.body
    await office.tick(minutes(5))
    (ring, *_) = [one for one in await office.claim("oncall") if one.kind == "ring"]
    text = (await office.written(ring)).body
    assert "写し" not in text
    assert "それ以後の送信は記録にありません" in text
    await office.press("maruyama", "approve")
    assert (await office.newest()).send_at == office.clock.now + seconds(30)


@pytest.mark.parametrize("action", ["go_on", "keep_quiet"])
async def test_it_is_asked_of_a_copy_alone_and_once(office: Office, action: str) -> None:
    await office.post(firing())
    await office.tick()
    assert (await office.press("maruyama", action)).status == 409
    await copied(office)
    assert (await office.press("maruyama", "go_on")).status == 303
    assert (await office.press("sato", action)).status == 409
    again = partial(answer_copy, runtime=office.runtime, answer="quiet", actor="api")
    assert await office.store.run(again) is None
