"""After a restore, a copy or a long sleep: what leaves by itself (nothing), and what a press does."""

from datetime import timedelta
from functools import partial

import pytest

from bridge.core.continuity import DatabaseIdentity, Mark
from bridge.loops.lanes import give_back_lost
from bridge.loops.results import write_results
from bridge.stages.instances import ThisInstance, live_on
from bridge.store.claims import DeliveryResult
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, office
from tests.stages.samples import configured, firing

ELSEWHERE = str(DatabaseIdentity("elsewhere"))


async def restored(two: Office) -> None:
    """The same rows, in another place than those of the last heartbeat."""
    await two.store.run(lambda tx: tx.instances.set_meta("identity", ELSEWHERE))
    await two.tick(seconds(2))


async def test_after_a_day_off_a_draft_does_not_leave_by_its_policy(database_url: str) -> None:
    async with office(database_url, configured(at_deadline="send")) as two:
        await two.post(firing())
        await two.tick()
        two.clock.move(timedelta(hours=25))
        await two.wait(minutes(30))
        assert (await two.newest()).state == "awaiting_approval"
        assert (await two.press("maruyama", "approve")).why == "done"


async def test_a_draft_of_a_restored_record_does_not_leave_by_its_policy(database_url: str) -> None:
    async with office(database_url, configured(at_deadline="send")) as two:
        await two.post(firing())
        await two.tick()
        await restored(two)
        await two.wait(minutes(30))
        assert (await two.newest()).state == "awaiting_approval"


async def test_an_update_drafted_after_a_restore_does_not_leave_by_its_policy(database_url: str) -> None:
    """Its incident may have ended on the record that was lost."""
    async with office(database_url, configured(at_deadline="send")) as two:
        await two.post(firing())
        await two.tick()
        await two.press("maruyama", "approve")
        await two.send()
        await restored(two)
        await two.wait(timedelta(hours=3))
        update = await two.newest()
        assert (update.kind, update.state) == ("update", "awaiting_approval")


async def test_what_fires_for_the_first_time_after_a_restore_keeps_its_policy(database_url: str) -> None:
    async with office(database_url, configured(at_deadline="send")) as two:
        await two.tick()
        await restored(two)
        two.clock.move(minutes(1))
        await two.post(firing())
        await two.wait(minutes(20))
        assert (await two.newest()).decided_by == "policy"


@pytest.mark.parametrize("state", ["hold", "sending"])
async def test_a_restored_letter_stops_before_any_claim_and_people_are_asked_once(
    database_url: str, state: str
) -> None:
    async with office(database_url) as two:
        await two.post(firing())
        await two.tick()
        await two.told("ring")
        await two.press("maruyama", "approve")
        if state == "sending":
            await two.tick(seconds(10))
            await two.deliver(limit=1)
        await two.store.run(lambda tx: tx.instances.set_meta("identity", ELSEWHERE))
        assert await two.claim() == []
        await two.tick(seconds(2))
        await two.tick(seconds(60))
        notice = await two.newest()
        assert (notice.state, notice.stop_reason) == ("stopped", "restored")
        assert await two.told("trouble") == ["maruyama", "sato"]


async def test_the_rest_of_a_restored_letter_has_the_long_hold_and_is_called_back_to_where_it_was(
    database_url: str,
) -> None:
    async with office(database_url) as two:
        await two.post(firing())
        await two.tick()
        await two.press("maruyama", "approve")
        await two.tick(seconds(10))
        await two.deliver(limit=1)
        await restored(two)
        await two.press("sato", "resume")
        held = await two.newest()
        assert (held.state, held.send_at) == ("approved", two.clock.now + seconds(30))
        await two.press("sato", "cancel")
        stopped = await two.newest()
        assert (stopped.state, stopped.stop_reason) == ("stopped", "restored")
        await two.press("sato", "resume")
        await two.tick(seconds(30))
        assert (await two.newest()).state == "sending"
        await two.deliver()
        assert len(two.mails) == 3
        assert len({address for _, address, _ in two.mails}) == 3


async def test_a_restore_is_found_once(database_url: str) -> None:
    async with office(database_url) as two:
        await two.tick()
        await restored(two)
        await two.tick(seconds(2))
        assert len(await two.store.read(lambda tx: tx.instances.gaps())) == 1


async def test_a_record_turned_back_under_a_running_bridge_is_not_mended_into_one_that_goes_on(
    database_url: str,
) -> None:
    """Its rows are claimed again by us, and were sent: neither a late result nor a lost claim may hide that."""
    async with office(database_url) as two:
        await two.post(firing())
        await two.tick()
        await two.press("maruyama", "approve")
        await two.tick(seconds(10))
        claims = await two.claim()
        database, tick = await two.store.read(lambda tx: tx.instances.name_and_tick())
        boot = await two.store.read(Tx.boot_id)
        last = claims[-1]
        me = ThisInstance("one", boot, Mark(database, tick, last.id, last.fence, boot))
        sent = [DeliveryResult(last.id, last.fence, last.notice_id, last.lane, "sent")]
        await two.store.run(partial(write_results, results=sent, me=me))
        lost = [row.id for row in claims]
        assert not await two.store.run(partial(give_back_lost, runtime=two.runtime, ids=lost, me=me))
        await two.store.run(partial(live_on, runtime=two.runtime, me=me))
        notice = await two.newest()
        assert (notice.state, notice.stop_reason) == ("stopped", "restored")
        assert two.mails == []


async def test_who_finds_that_all_have_it_ends_a_restored_letter_for_good(database_url: str) -> None:
    async with office(database_url) as two:
        await two.post(firing())
        await two.tick()
        await two.press("maruyama", "approve")
        await two.tick(seconds(10))
        await two.deliver(limit=1)
        await restored(two)
        await two.press("sato", "dismiss", reason="already_sent")
        await two.wait(minutes(40))
        notice = await two.newest()
        assert (notice.state, notice.reason, len(two.mails)) == ("dismissed", "already_sent", 1)


async def test_a_letter_in_its_hold_that_may_have_left_since_counts_as_told_only_if_it_had_begun(
    database_url: str,
) -> None:
    """By the record nothing of it had left; somebody who looked decides that it goes to nobody."""
    async with office(database_url) as two:
        await two.post(firing())
        await two.tick()
        await two.press("maruyama", "approve")
        await restored(two)
        await two.press("sato", "dismiss", reason="other")
        notice = await two.newest()
        assert (notice.state, notice.number, notice.sending_at) == ("dismissed", None, None)


async def test_rings_from_a_copy_say_so_in_line_1_and_those_about_later_alerts_do_not(
    database_url: str,
) -> None:
    async with office(database_url) as two:
        await two.post(firing())
        await two.tick()
        await two.told("ring")
        await restored(two)
        await two.tick(minutes(5))
        (ring, *_) = [one for one in await two.claim("oncall") if one.kind == "ring"]
        assert (await two.written(ring)).body.startswith("写しの記録です。")
        assert (await two.written(ring, "en")).body.startswith("This record is a copy.")
        two.clock.move(minutes(1))
        await two.press("maruyama", "dismiss", reason="false_alarm")
        await two.post(firing("PaymentErrors"))
        await two.tick()
        (later, *_) = [one for one in await two.claim("oncall") if one.kind == "ring"]
        assert "写し" not in (await two.written(later)).body
