"""From an approved letter to rows in the outbox, and from rows to their end."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from bridge.core import next_notice
from bridge.core.model import DeliveryState, Recipient, Text
from bridge.core.settings import Sender
from bridge.core.values import Locale, LocalText
from bridge.letters.render import Letters
from bridge.stages.fan_out import Chunk, begin_send, claim_letter
from bridge.stages.instances import recover_claims
from bridge.stages.wake import Wake
from bridge.store.claims import DeliveryResult
from bridge.store.tables import versions
from bridge.store.tx import Tx
from tests.parts.midori import minutes, seconds
from tests.stages.office import Office, loaded_beside, office, text_of
from tests.stages.samples import configured, customers, firing, resolved


async def sending(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    while (await office.newest()).state == "approved":
        await office.tick()  # a round does not wait for a long list


async def test_nothing_leaves_before_the_hold_ends(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(9))
    assert await office.deliver() == 0
    await office.tick(seconds(1))
    assert await office.deliver() == 3
    assert (await office.newest()).state == "sending"
    await office.tick()
    assert (await office.newest()).state == "sent"


async def approved_and_loaded(office: Office) -> None:
    """The hold runs, and the list is in the outbox already."""
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick()
    assert await office.counts(await office.newest()) == {"queued": 3}
    assert await office.claim() == []


async def test_a_list_that_was_loaded_during_the_hold_leaves_when_it_is_over(office: Office) -> None:
    await approved_and_loaded(office)
    await office.tick(seconds(10))
    assert await office.deliver() == 3


async def test_one_timer_puts_the_list_in_once(office: Office) -> None:
    timer = office.instance("one")
    await office.post(firing())
    await office.press("maruyama", "approve")
    for after in (seconds(0), seconds(10)):
        office.clock.move(after)
        await timer.tick()
        if await loaded_beside():
            await timer.tick()
    ids = sorted(row.id for row in await office.claim())
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert (await office.newest()).state == "sending"


async def test_a_letter_that_is_called_back_takes_its_rows_along(office: Office) -> None:
    await approved_and_loaded(office)
    await office.press("maruyama", "cancel")
    assert await office.counts(await office.newest()) == {}


async def test_a_list_that_changed_after_it_was_loaded_stops_the_letter(office: Office) -> None:
    await approved_and_loaded(office)
    office.recipients = customers(2)
    await office.tick(seconds(10))
    assert ((await office.newest()).state, await office.deliver()) == ("stopped", 0)
    assert await office.counts(await office.newest()) == {}


async def test_what_a_loading_that_died_had_read_of_another_list_is_sent_to_nobody(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    stranger = Chunk(0, [Recipient("stranger@example.jp")])
    notice = await office.newest()
    unit = partial(begin_send, runtime=office.runtime, notice=notice, chunk=stranger, last=False)
    await office.store.run(unit)
    await office.tick(seconds(10))
    assert sorted(row.address for row in await office.claim()) == [one.address for one in customers(3)]


async def test_who_was_rung_and_who_approved_learn_the_counts(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.approve_and_send("sato")
    assert await office.told("finished") == ["maruyama", "sato"]


async def test_the_clock_from_detection_stops_at_the_first_mail_that_the_server_took(office: Office) -> None:
    office.recipients = customers(2)
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(minutes(8))
    office.clock.move(seconds(16))
    await office.deliver(limit=1)
    office.clock.move(minutes(1))
    await office.deliver()
    await office.tick()
    (mail,) = [await office.written(row) for row in await office.claim("oncall") if row.kind == "finished"]
    assert "2名に送信しました。最初の1通 8分16秒、最後の1通 9分16秒(検知から)。" in mail.body
    assert next_notice.since_detection(await office.newest(), await office.incident()) == seconds(8 * 60 + 16)


async def test_a_first_report_that_no_server_took_has_no_such_time(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    await office.deliver("failed")
    await office.tick()
    (mail,) = [await office.written(row) for row in await office.claim("oncall") if row.kind == "finished"]
    assert "検知から" not in mail.body


async def finished_mails(office: Office, locale: Locale = "ja") -> list[Text]:
    """The mails about the sending that wait to leave, oldest first; they are taken out."""
    claims = [row for row in await office.claim("oncall") if row.kind == "finished"]
    return [await office.written(row, locale) for row in claims if row.person == "maruyama"]


async def test_when_everybody_was_tried_once_people_are_told_and_again_when_the_rest_has_ended(
    office: Office,
) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    office.clock.move(seconds(9))
    await office.deliver(limit=1)
    await office.tick()
    assert await finished_mails(office) == []
    office.clock.move(seconds(39))
    await office.deliver(limit=1)
    await office.deliver("deferred", limit=1)
    await office.tick()
    await office.tick()
    (first,) = await finished_mails(office)
    assert first.subject == "【送信済】みどりショップ第一報"
    assert first.body.startswith(
        "2名に送信しました。1名は再送中(明日2:10まで)。最初の1通 19秒、最後の1通 58秒(検知から)。"
    )
    notice = await office.newest()
    assert (notice.state, notice.first_round_at) == ("sending", office.clock.now)
    office.clock.move(minutes(2))
    await office.deliver("failed")
    await office.tick()
    (second,) = await finished_mails(office)
    assert second.body.startswith("再送が終わりました。2名に送信しました。1名に届いていません。")
    assert (await office.newest()).state == "sent"


async def test_a_sending_without_retries_is_told_once(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.tick()
    (mail,) = await finished_mails(office)
    assert "再送" not in mail.body
    notice = await office.newest()
    assert notice.first_round_at == notice.finished_at
    assert notice.last_accept_at == notice.first_accept_at


@pytest.mark.parametrize(
    "state, line", [("failed", "3名に届いていません。"), ("deferred", "3名は再送中(明日2:10まで)。")]
)
async def test_nothing_delivered_is_never_called_sent(
    office: Office, state: DeliveryState, line: str
) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    await office.deliver(state)
    await office.tick()
    (mail,) = await finished_mails(office)
    assert mail.subject == "【未送信】みどりショップ第一報"
    assert mail.body.startswith(f"1通も送れていません。{line}")
    assert "送信済" not in mail.subject + mail.body


async def test_failures_are_grouped_by_the_servers_words(office: Office) -> None:
    office.recipients = [Recipient(f"c{n}@{'a' if n < 4 else 'b'}.example.jp") for n in range(6)]
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.tick(seconds(10))
    claims = await office.claim()
    marks = [
        DeliveryResult(
            c.id, c.fence, c.notice_id, c.lane, "failed", f"550 5.7.515 {c.address} is not welcome"
        )
        for c in claims
    ]
    await office.mark(*marks[:5])
    await office.mark(marks[5]._replace(state="sent"))
    await office.tick()
    (mail,) = await finished_mails(office)
    assert "届かなかった理由:\n5名 550 5.7.515 … is not welcome(a.example.jp、b.example.jp)" in mail.body


async def test_a_claim_takes_no_more_than_its_limit_in_any_plan_of_the_database(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The plan that PostgreSQL takes when it has last seen an almost empty outbox: a subquery would run once a row.
    nested = " ".join(
        f"-c enable_{way}=off" for way in ("hashjoin", "mergejoin", "material", "hashagg", "sort")
    )
    monkeypatch.setenv("PGOPTIONS", nested)
    async with office(database_url) as planned:
        await sending(planned)
        assert [len(await planned.claim(limit=limit)) for limit in (1, 1, 1000)] == [1, 1, 1]


async def test_what_is_sent_is_the_approved_version(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "edit", subject="【重要】【障害報告】みどりショップ(第一報)", override="x")
    await office.press("sato", "approve", override="文面は確認済み")
    await office.send()
    approved = await office.version(await office.newest(), 2)
    assert {text_of(mail) for *_, mail in office.mails} == {approved.texts["ja"]}


async def test_recipients_get_the_letter_in_their_own_language(office: Office) -> None:
    office.recipients = [Recipient("a@example.jp"), Recipient("b@example.jp", locale="en")]
    await sending(office)
    await office.deliver()
    texts = (await office.version(await office.newest())).texts
    found = {address: text_of(mail) for _, address, mail in office.mails}
    assert found == {"a@example.jp": texts["ja"], "b@example.jp": texts["en"]}


async def test_sender_and_company_are_named_in_the_letter_s_own_language(office: Office) -> None:
    shop = office.runtime.config.services["shop"]
    company = LocalText(ja="みどり商事株式会社", en="Midori Shoji Co., Ltd.")
    sender = Sender(
        name=LocalText(ja="みどりショップ運営事務局", en="Midori Shop Support"), email=shop.sender.email
    )
    office.reconfigure(services={"shop": shop.model_copy(update={"company": company, "sender": sender})})
    office.recipients = [Recipient("a@example.jp"), Recipient("b@example.jp", locale="en")]
    await sending(office)
    await office.deliver()
    for (_, _, mail), locale in zip(office.mails, ("ja", "en"), strict=True):
        assert message_from_bytes(mail, policy=default)["From"].addresses[0].display_name == sender.name.get(
            locale
        )
        assert company.get(locale) in text_of(mail).body


async def test_a_list_of_several_chunks_is_loaded_whole_before_anything_can_be_claimed(
    office: Office,
) -> None:
    office.recipients = customers(10_001)
    await sending(office)
    assert (await office.counts(await office.newest())) == {"queued": 10_001}


async def test_an_empty_list_is_sent_at_once(office: Office) -> None:
    office.recipients = []
    await sending(office)
    await office.tick()
    assert (await office.newest()).state == "sent"


async def test_a_list_that_changed_before_approval_is_refused(office: Office) -> None:
    await office.post(firing())
    seen = await office.audience(await office.newest())
    office.recipients.append(Recipient("new@example.jp"))
    assert (await office.press("maruyama", "approve", audience=seen)).why == "list_changed"


@pytest.mark.parametrize("trouble", ["changed", "unreadable"])
async def test_a_list_that_changed_in_the_hold_stops_the_letter_until_a_person_resumes(
    office: Office, trouble: str
) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    office.recipients.append(Recipient("new@example.jp"))
    office.list_problem = "line 2 is broken" if trouble == "unreadable" else ""
    await office.tick(seconds(10))
    notice = await office.newest()
    assert notice.state == "stopped"
    assert (notice.stop_reason or "").endswith("list_changed" if trouble == "changed" else "broken")
    assert await office.told("trouble") == ["maruyama", "sato"]
    assert await office.counts(notice) == {}
    office.list_problem = ""
    assert (await office.press("sato", "resume", audience="old")).why == "list_changed"
    assert (await office.press("sato", "resume")).status == 303
    await office.send()
    notice = await office.again(notice)
    assert (notice.state, notice.stop_reason) == ("sent", None)
    assert len(office.mails) == 4


async def test_a_text_changed_behind_an_approval_is_sent_only_when_as_many_people_approve_it_again(
    office: Office,
) -> None:
    office.reconfigure(services=configured(second_person=["first"]).services)
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.press("sato", "approve")
    texts = {"ja": {"subject": "別の件名", "body": "別の本文\n"}}
    await office.store.run(lambda tx: tx.execute(update(versions).values(texts=texts)))
    await office.tick(minutes(5))
    notice = await office.newest()
    assert (notice.state, notice.stop_reason, notice.approvals) == ("stopped", "text_changed", ())
    assert await office.told("trouble") == ["maruyama", "sato"]
    assert (await office.press("sato", "resume")).status == 422  # it is no letter of ours
    await office.press("sato", "resume", override="読み直しました")
    assert (await office.again(notice)).state == "stopped"
    await office.press("maruyama", "resume")
    await office.send()
    assert (await office.again(notice)).state == "sent"


async def test_a_text_changed_behind_a_single_approval_is_not_sent(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    texts = {"ja": {"subject": "別の件名", "body": "別の本文\n"}}
    await office.store.run(lambda tx: tx.execute(update(versions).values(texts=texts)))
    await office.tick(minutes(5))
    notice = await office.newest()
    assert (notice.state, notice.stop_reason) == ("stopped", "text_changed")
    assert await office.counts(notice) == {}


async def test_a_list_that_changed_when_half_of_it_was_loaded_leaves_nothing_to_send(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.load_first_chunk_only()
    office.recipients.append(Recipient("new@example.jp"))
    await office.tick(minutes(1))
    notice = await office.newest()
    assert (notice.state, notice.stop_reason) == ("stopped", "list_changed")
    assert await office.counts(notice) == {}


async def test_later_letters_name_the_earlier_ones_of_that_recipient(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    office.recipients.append(Recipient("new@example.jp"))
    await office.wait(minutes(55))
    await office.press("maruyama", "approve")
    await office.tick(seconds(31))
    refs = {claim.address: claim.refs for claim in await office.claim()}
    assert refs["new@example.jp"] == ""
    assert all(refs[f"customer{n}@example.jp"].startswith("<") for n in range(3))
    assert len(set(refs.values())) == 4


async def test_a_letter_names_no_mail_that_failed_and_none_of_another_service(database_url: str) -> None:
    async with office(database_url, configured(("point", "shop"))) as two:
        await two.post(firing(service="point"))
        await two.approve_and_send()
        await two.post(firing(service="shop"))
        await two.press("maruyama", "approve")
        await two.tick(seconds(10))
        await two.deliver("failed")
        await two.tick()
        await two.wait(minutes(55))
        await two.press("maruyama", "approve")
        await two.tick(seconds(31))
        assert [claim.refs for claim in await two.claim()] == ["", "", ""]


async def test_a_repeated_letter_and_a_surprising_list_are_held_longer(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    office.recipients = customers(10)
    await office.wait(minutes(55))
    await office.press("maruyama", "approve")
    notice = await office.newest()
    assert notice.send_at == office.clock.now + seconds(30)


async def test_a_letter_of_another_kind_soon_after_is_no_repeat(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved())
    await office.wait(minutes(5))
    await office.press("maruyama", "approve")
    notice = await office.newest()
    assert (notice.kind, notice.send_at) == ("recovery", office.clock.now + seconds(10))


async def test_what_one_service_sends_is_nothing_to_the_letter_of_another(database_url: str) -> None:
    async with office(database_url, configured(("shop", "point"))) as two:
        await two.post(firing(service="shop"))
        two.clock.move(seconds(1))
        await two.post(firing(service="point"))
        shop, point = [(await two.notices(incident))[0] for incident in await two.incidents()]
        await two.press("maruyama", "approve", shop)
        await two.send()
        await two.press("maruyama", "approve", point)
        point = await two.again(point)
        assert (await two.again(shop)).first_accept_at == two.clock.now
        assert (point.send_at, point.first_accept_at) == (two.clock.now + seconds(10), None)


@pytest.mark.parametrize("gap, state", [(30, "sending"), (31, "stopped")])
async def test_after_a_long_gap_without_heartbeat_old_work_waits_for_a_person(
    office: Office, gap: float, state: str
) -> None:
    await sending(office)
    await office.told("ring")
    office.clock.move(minutes(gap))
    await office.restart("two")
    notice = await office.newest()
    assert notice.state == state
    if state == "stopped":
        assert notice.stop_reason == "old_work"
        assert await office.told("trouble") == ["maruyama", "sato"]
        await office.press("sato", "resume")
        await office.tick(seconds(31))  # what may have been sent before the gap is held for long
    assert await office.deliver(instance_id="two") == 3


async def test_old_work_found_half_loaded_is_loaded_again_from_the_start(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.load_first_chunk_only()
    office.clock.move(minutes(31))
    await office.restart("two")
    assert (await office.newest()).state == "stopped"
    await office.press("sato", "resume")
    await office.send()
    assert len(office.mails) == 3


async def test_a_loading_that_slept_through_stop_and_resume_does_not_end_the_one_begun_anew(
    office: Office,
) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    asleep = await office.load_first_chunk_only()
    office.clock.move(minutes(31))
    await office.restart("two")
    await office.press("sato", "resume")
    rest = office.recipients[1:]
    await office.store.run(
        partial(begin_send, runtime=office.runtime, notice=asleep, chunk=Chunk(1, rest), last=True)
    )
    await office.send()
    assert len(office.mails) == 3


def beat(tx: Tx, instance_id: str) -> None:
    tx.instances.beat(instance_id, "boot-1")


CUT = "boot-2"


@pytest.mark.parametrize(
    "claimed, boot_id, policy, state, wait",
    [
        pytest.param("sending", "boot-1", "resend_once", "queued", 0, id="before DATA: at once"),
        pytest.param("sending", CUT, "resend_once", "deferred", 60, id="after a power cut: as if after DATA"),
        pytest.param("sending", CUT, "hold", "unknown", 60, id="after a power cut, hold"),
        pytest.param("in_doubt", "boot-1", "resend_once", "deferred", 60, id="after DATA: once more, later"),
        pytest.param("in_doubt", "boot-1", "hold", "unknown", 60, id="after DATA, hold"),
    ],
)
async def test_the_claims_of_a_dead_instance(
    office: Office, claimed: str, boot_id: str, policy: str, state: str, wait: float
) -> None:
    office.recipients = customers(1)
    await sending(office)
    await office.store.run(partial(beat, instance_id="dead"))
    claims = await office.claim(instance_id="dead")
    if claimed == "in_doubt":
        await office.may_write_dot(claims, instance_id="dead")
    office.clock.move(seconds(16))
    wake = await office.store.run(
        partial(recover_claims, instance_id="two", boot_id=boot_id, on_unknown=policy)
    )
    assert wake == Wake(timer=True, oncall=True, customers=True)
    assert await office.store.read(lambda tx: tx.instances.known()) == set()
    notice = await office.newest()
    [row] = await office.store.read(lambda tx: tx.outbox.page(notice.id, (), 0, 10))
    assert (row.state, row.due_at) == (state, office.clock.now + seconds(wait))
    assert row.owner is None
    late = DeliveryResult(row.id, row.fence, notice.id, "customers", "sent")
    await office.mark(late, instance_id="dead")
    assert (await office.counts(notice)) == {state: 1}


async def test_a_claim_that_was_lost_gets_no_dot_beside_one_that_holds(office: Office) -> None:
    await sending(office)
    lost, *_ = await office.claim()
    await office.store.run(lambda tx: tx.claims.give_back(["one"], all_in_doubt=False, on_unknown="hold"))
    again, other, _ = await office.claim()
    assert again.id == lost.id
    assert await office.may_write_dot([lost, other]) == {(other.id, other.fence)}
    assert await office.may_write_dot([again]) == {(again.id, again.fence)}


async def test_a_second_doubt_is_never_sent_a_third_time(office: Office) -> None:
    office.recipients = customers(1)
    await sending(office)
    for attempt in range(2):
        dead = f"dead{attempt}"
        await office.store.run(partial(beat, instance_id=dead))
        claims = await office.claim(instance_id=dead)
        assert len(claims) == 1
        await office.may_write_dot(claims, instance_id=dead)
        office.clock.move(seconds(16))
        await office.store.run(
            partial(recover_claims, instance_id="two", boot_id="boot-1", on_unknown="resend_once")
        )
        office.clock.move(seconds(61))
    assert await office.counts(await office.newest()) == {"unknown": 1}
    assert await office.claim(instance_id="two") == []


async def test_a_letter_is_loaded_though_who_claimed_it_died_between_two_heartbeats(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    office.clock.move(seconds(10))
    assert await office.store.run(partial(claim_letter, runtime=office.runtime, instance_id="buried asleep"))
    await office.tick()
    assert await office.deliver() == 3


async def test_a_living_instance_keeps_its_claims_and_is_not_forgotten_with_a_dead_one(
    office: Office,
) -> None:
    await sending(office)
    await office.store.run(partial(beat, instance_id="dead"))
    await office.claim(instance_id="dead", limit=1)
    office.clock.move(seconds(6))
    await office.store.run(partial(beat, instance_id="alive"))
    await office.claim(instance_id="alive")
    office.clock.move(seconds(10))
    await office.store.run(
        partial(recover_claims, instance_id="two", boot_id="boot-1", on_unknown="resend_once")
    )
    assert await office.counts(await office.newest()) == {"queued": 1, "sending": 2}
    assert await office.store.read(lambda tx: tx.instances.known()) == {"alive"}


@pytest.mark.parametrize("back, went", [(0, False), (2, False), (3, True)])
async def test_a_heartbeat_ahead_means_a_clock_that_went_back(
    office: Office, back: float, went: bool
) -> None:
    await office.store.run(partial(beat, instance_id="one"))
    office.clock.move(seconds(-back))
    assert await office.store.run(lambda tx: tx.instances.clock_went_back()) is went
    assert not await office.store.run(lambda tx: tx.instances.clock_went_back()), "it ages again"


async def test_after_a_silence_of_the_database_nobody_is_taken_for_dead(office: Office) -> None:
    await sending(office)
    await office.store.run(partial(beat, instance_id="two"))
    claims = await office.claim(instance_id="two")
    await office.may_write_dot(claims, instance_id="two")
    await office.tick(seconds(20))
    await office.mark(
        *(DeliveryResult(c.id, c.fence, c.notice_id, c.lane, "sent") for c in claims), instance_id="two"
    )
    assert await office.counts(await office.newest()) == {"sent": 3}


async def test_an_instance_that_does_not_come_back_after_a_silence_of_the_database_is_dead(
    office: Office,
) -> None:
    await sending(office)
    await office.store.run(partial(beat, instance_id="two"))
    await office.claim(instance_id="two")
    for silence, state in ((20, "sending"), (11, "sending"), (2, "queued")):
        await office.tick(seconds(silence))
        assert await office.counts(await office.newest()) == {state: 3}


async def test_a_batch_of_individual_letters_takes_two_people_and_one_letter_each(office: Office) -> None:
    await office.post(firing())
    await office.approve_and_send()
    office.mails.clear()
    await office.upload(("a@example.jp", "甲商事"), ("b@example.jp", "乙商店"))
    await office.upload(("a@example.jp", "甲商事"), ("b@example.jp", "丙商店"))
    notice = await office.newest()
    assert (notice.kind, notice.version, notice.number) == ("individual", 2, None)
    await office.press("maruyama", "approve")
    assert (await office.newest()).state == "awaiting_second"
    await office.upload(("a@example.jp", "甲商事"), ("b@example.jp", "丁商店"))
    assert (await office.newest()).state == "awaiting_approval"
    await office.press("maruyama", "approve")
    await office.press("sato", "approve")
    assert (await office.newest()).send_at == office.clock.now + seconds(10)  # the batch is a list of its own
    await office.send()
    assert (await office.newest()).state == "sent"
    drafts = [(e.action, e.actor) for e in await office.events() if e.detail.get("kind") == "individual"]
    shown = (await office.version(await office.newest())).texts["ja"].body
    assert "甲商事" in shown, "the page shows the first letter"
    assert drafts[:3] == [("drafted", "api"), ("redrafted", "api"), ("approved_first", "maruyama")]
    bodies = {address: text_of(mail).body for _, address, mail in office.mails}
    assert "甲商事" in bodies["a@example.jp"]
    assert "丁商店" not in bodies["a@example.jp"]
    assert "丁商店" in bodies["b@example.jp"]


async def test_a_batch_written_with_a_shipped_text_says_why_it_is_not_the_companys(
    office: Office, tmp_path: Path
) -> None:
    await office.post(firing())
    await office.approve_and_send()
    own = tmp_path / "mail" / "ja" / "individual.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ nope }}")
    office.runtime = replace(office.runtime, letters=Letters(tmp_path))
    await office.upload(("a@example.jp", "甲商事"))
    assert "nope" in await office.template_problem()


async def test_a_letter_whose_service_vanished_does_not_stop_the_others(database_url: str) -> None:
    async with office(database_url, configured(("point", "shop"))) as two:
        for service in ("point", "shop"):
            await two.post(firing(service=service))
            await two.press("maruyama", "approve")
            two.clock.move(seconds(1))
        left = {"shop": two.runtime.config.services["shop"]}
        two.reconfigure(services=left)
        await two.tick(seconds(10))
        await two.tick()
        assert await two.deliver() == 3
        await two.tick()
        assert (await two.newest()).state == "sent"


async def test_numbers_stay_without_gaps_through_cancels(office: Office) -> None:
    await office.post(firing())
    await office.press("maruyama", "approve")
    await office.press("sato", "cancel")
    await office.approve_and_send()
    for _ in range(2):
        await office.wait(minutes(55))
        await office.press("maruyama", "approve")
        await office.press("maruyama", "cancel")
        await office.approve_and_send("sato")
    await office.post(resolved())
    await office.wait(minutes(5))
    await office.approve_and_send()
    assert [(one.kind, one.number) for one in await office.notices()] == [
        ("first", 1),
        ("update", 2),
        ("update", 3),
        ("recovery", None),
    ]


async def test_a_lane_that_wakes_before_the_heartbeat_takes_no_old_letter(office: Office) -> None:
    await sending(office)
    office.clock.move(minutes(31))
    assert await office.claim() == []
    await office.tick()
    assert (await office.newest()).state == "stopped"


async def test_a_lane_that_wakes_before_the_heartbeat_takes_the_rings(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    office.clock.move(minutes(31))
    assert await office.told("ring") == ["maruyama"]


async def test_after_the_clock_went_back_an_hour_a_hold_is_as_long_as_it_was(office: Office) -> None:
    await office.post(firing())
    await office.tick()
    await office.press("maruyama", "approve")
    await office.tick(minutes(-60))
    await office.tick(seconds(9))
    assert (await office.newest()).state == "approved"
    await office.tick(seconds(1))
    assert (await office.newest()).state == "sending"


async def test_a_letter_deferred_rests_and_after_the_clock_went_back_it_is_tried_at_once(
    office: Office,
) -> None:
    await sending(office)
    busy = [
        DeliveryResult(one.id, one.fence, one.notice_id, "customers", "deferred", "450 busy", minutes(5))
        for one in await office.claim()
    ]
    await office.mark(*busy)
    await office.tick(seconds(299))
    assert await office.claim() == []
    await office.tick(minutes(-60))
    assert await office.deliver() == 3


async def test_a_mark_is_about_one_message_and_one_claim_of_it(office: Office) -> None:
    await sending(office)
    one, *_ = await office.claim()
    for mark in (
        DeliveryResult(one.id, one.fence + 1, one.notice_id, "customers", "sent"),
        DeliveryResult(one.id, one.fence, one.notice_id, "customers", "failed", "550 no such user"),
    ):
        await office.mark(mark)
    notice = await office.newest()
    assert await office.counts(notice) == {"failed": 1, "sending": 2}
    [row] = await office.store.read(lambda tx: tx.outbox.page(notice.id, ["failed"], 0, 10))
    assert (row.id, row.reply) == (one.id, "550 no such user")
