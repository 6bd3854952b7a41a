"""What people told customers once, every later letter knows."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bridge.core.facts import Answers, Facts
from bridge.core.model import Notice
from bridge.letters.render import Letters
from bridge.stages.draft_on_request import draft_individual
from tests.parts.midori import minutes
from tests.stages.office import Office
from tests.stages.samples import firing, resolved

CAUSE = "認証に用いる証明書の期限が切れておりました。"
MEASURE = "証明書の期限の監視を追加いたしました。"
ROW = {
    "email": "customer1@example.jp",
    "company": "株式会社サンプル",
    "department": "",
    "name": "ご担当者",
    "impact": "受注12件",
}


async def answers_of(office: Office, notice: Notice) -> Answers:
    return Facts.from_dict((await office.version(notice)).facts).answers


async def recovered(office: Office, **answers: str) -> Notice:
    """A recovery report, sent with these answers."""
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved(ends_at=office.clock.now))
    await office.tick(minutes(6))
    await office.press("maruyama", "edit", answers=answers)
    return await office.approve_and_send()


async def test_the_final_report_knows_what_the_recovery_report_said_besides_the_cause(office: Office) -> None:
    recovery = await recovered(office, cause_by="2026-11-25", prevention=MEASURE)
    await office.tick(minutes(3 * 24 * 60))
    final = await office.newest()
    assert (final.kind, (await answers_of(office, final)).prevention) == ("final", MEASURE)
    assert (await answers_of(office, recovery)).cause_by == date(2026, 11, 25)


async def test_a_recovery_report_that_waited_past_the_day_it_names_is_not_sent_as_it_is(
    office: Office,
) -> None:
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved(ends_at=office.clock.now))
    await office.tick(minutes(6))
    await office.press("maruyama", "edit", answers={"cause_by": "2026-11-25"})
    assert await office.findings() == ()
    await office.tick(minutes(2 * 24 * 60))
    (finding,) = await office.findings()
    assert (finding.rule, finding.severity, finding.replacement) == ("BRG-05", "error", None)
    assert (await office.press("maruyama", "approve")).status == 422
    await office.press("maruyama", "edit", answers={"cause_by": "2026-12-01"})
    assert await office.findings() == ()


async def test_an_individual_apology_knows_the_cause_that_everybody_was_told(office: Office) -> None:
    recovery = await recovered(office, cause=CAUSE, prevention=MEASURE)
    incident = recovery.incident_id
    await office.store.run(lambda tx: draft_individual(tx, office.runtime, incident, [ROW]))
    batch = await office.newest()
    assert CAUSE in (await office.version(batch)).texts["ja"].body


async def test_a_batch_that_waits_for_people_does_not_hold_up_the_final_report(office: Office) -> None:
    recovery = await recovered(office, cause_by="2026-11-25")
    await office.store.run(lambda tx: draft_individual(tx, office.runtime, recovery.incident_id, [ROW]))
    await office.tick(minutes(3 * 24 * 60))
    assert [notice.kind for notice in await office.notices()][-2:] == ["individual", "final"]


async def test_a_template_that_fails_on_the_answers_is_told_until_it_is_mended(
    office: Office, tmp_path: Path
) -> None:
    own = tmp_path / "letters" / "mail" / "ja" / "recovery.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{% if cause %}{{ nope }}{% endif %}お客様各位\n")
    office.runtime = replace(office.runtime, letters=Letters(tmp_path / "letters"))
    await office.post(firing())
    await office.approve_and_send()
    await office.post(resolved(ends_at=office.clock.now))
    await office.tick(minutes(6))
    assert await template_problem(office) == ""
    await office.press("maruyama", "edit", answers={"cause": CAUSE})
    assert "'nope' is undefined" in await template_problem(office)
    await office.press("maruyama", "edit", subject="【復旧報告】みどりショップ ログインできない事象")
    assert "'nope' is undefined" in await template_problem(office), "the rest is still the shipped letter"
    own.write_text("お客様各位\n")
    office.runtime = replace(office.runtime, letters=Letters(tmp_path / "letters"))  # as a reload does
    await office.press("maruyama", "edit", answers={"cause": CAUSE})
    assert await template_problem(office) == ""


async def template_problem(office: Office) -> str:
    return (await office.version(await office.newest())).template_problem or ""
