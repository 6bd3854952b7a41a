"""The wording check over whole notices: what only the bridge knows keeps it from false errors."""

import pytest

from bridge.core.values import LocalText
from bridge.sources import Parsed
from bridge.stages.draft_on_request import draft_individual
from tests.parts.midori import minutes
from tests.stages.office import Office
from tests.stages.samples import configured, firing

ROW = {"company": "株式会社サンプル", "department": "", "impact": "受注12件が保存されておりません。"}


async def batch(office: Office, *rows: tuple[str, str, str]) -> set[str]:
    """The rules that object to individual letters to these people: company, name, what happened."""
    await office.post(firing())
    await office.approve_and_send()
    incident = (await office.incident()).id
    filled = [
        {**ROW, "email": f"customer{n}@example.jp", "company": company, "name": name, "impact": impact}
        for n, (company, name, impact) in enumerate(rows)
    ]
    await office.store.run(lambda tx: draft_individual(tx, office.runtime, incident, filled))
    return {finding.rule for finding in await office.findings()}


ORDERS = "受注12件が保存されておりません。"


@pytest.mark.parametrize(
    "rows, rules",
    [
        pytest.param([("株式会社サンプル", "佐藤", ORDERS)], set(), id="a reader with an on-call's name"),
        pytest.param([("株式会社サンプル", "", ORDERS)], set(), id="a reader whose name nobody knows"),
        pytest.param(
            [("株式会社サンプル", "佐藤", ORDERS), ("サンプル株式会社", "ご担当者", ORDERS)],
            set(),
            id="one company written in two ways",
        ),
        pytest.param(
            [
                ("株式会社サンプル", "ご担当者", "テスト商事株式会社の受注12件"),
                ("テスト商事株式会社", "ご担当者", ORDERS),
            ],
            {"LEK-08"},
            id="another customer's name",
        ),
        pytest.param(
            [("株式会社サンプル", "ご担当者", "佐藤の誤操作により受注12件が失われました。")],
            {"LEK-06"},
            id="an employee's name",
        ),
    ],
)
async def test_a_batch_may_name_its_reader_and_nobody_else(
    office: Office, rows: list[tuple[str, str, str]], rules: set[str]
) -> None:
    found = await batch(office, *rows)
    assert {rule for rule in found if rule.startswith("LEK")} == rules


async def test_each_half_of_a_letter_in_both_languages_has_the_rules_of_its_own(office: Office) -> None:
    shop = configured().services["shop"].model_copy(update={"bilingual": True})
    office.reconfigure(services={"shop": shop})
    await office.post(firing())
    notice = await office.newest()
    assert await office.findings() == ()
    body = (await office.version(notice)).texts["ja"].body
    wrong = body.replace("We are sorry", "Service will be back shortly.\nWe are sorry")
    await office.press("maruyama", "edit", body=wrong)
    (finding,) = await office.findings()
    assert finding.rule == "EN-01"
    assert "back shortly" in wrong[slice(*finding.span)]


async def test_a_finding_in_the_other_language_marks_no_place_in_the_services_own(office: Office) -> None:
    await office.post(firing())
    notice = await office.newest()
    english = (await office.version(notice)).texts["en"]
    wrong = {"subject_en": english.subject, "body_en": "Service will be back shortly.\n" + english.body}
    await office.press("maruyama", "edit", other_texts=wrong)
    found = [one for one in await office.findings() if one.rule == "EN-01"]
    assert [(one.span, one.replacement) for one in found] == [((0, 0), None)]


async def test_an_unknown_impact_is_warned_of_without_a_place(office: Office) -> None:
    await office.post(firing("DiskFull"))
    assert [(one.rule, one.span) for one in await office.findings()] == [("BRG-01", (0, 0))]


async def test_the_largest_number_of_alerts_that_a_post_left_out_is_warned_of(office: Office) -> None:
    await office.post_together(Parsed((firing(),), truncated=3))
    await office.post_together(Parsed((firing("PaymentErrors"),), truncated=7))
    await office.post(firing("DiskFull"))
    (finding,) = [one for one in await office.findings() if one.rule == "BRG-03"]
    assert "7" in finding.why
    assert finding.span == (0, 0)


REWORDED = pytest.mark.parametrize(
    "old, new, warned",
    [
        pytest.param("全ユーザーのログイン機能", "会員番号でのログイン", True, id="the scope"),
        pytest.param("誠にありがとうございます", "ありがとうございます", False, id="another sentence"),
    ],
)


@REWORDED
async def test_a_draft_says_that_the_last_letter_told_another_scope_than_it_knows(
    office: Office, old: str, new: str, warned: bool
) -> None:
    await office.post(firing())
    first = await office.newest()
    body = (await office.version(first)).texts["ja"].body
    await office.press("maruyama", "edit", body=body.replace(old, new))
    await office.approve_and_send()
    await office.tick(minutes(55))
    assert (await office.newest()).kind == "update"
    found = [finding for finding in await office.findings() if finding.rule == "BRG-04"]
    assert [finding.span for finding in found] == [(0, 0)] * warned


@REWORDED
async def test_a_person_who_words_what_is_affected_otherwise_is_asked_whether_it_is_the_same(
    office: Office, old: str, new: str, warned: bool
) -> None:
    await office.post(firing())
    body = (await office.version(await office.newest())).texts["ja"].body
    await office.press("maruyama", "edit", body=body.replace(old, new))
    found = [finding for finding in await office.findings() if finding.rule == "BRG-09"]
    assert [(one.severity, old in one.why, old in one.why_en) for one in found] == [
        ("warning", True, True)
    ] * warned
    assert (await office.press("maruyama", "approve")).why == "done"


async def test_a_letter_may_not_carry_the_name_of_another_service(office: Office) -> None:
    both = configured(("shop", "booking")).services
    name = LocalText(ja="みどり予約", en="Midori Booking")
    booking = both["booking"].model_copy(update={"name": name, "short_name": None})
    office.reconfigure(services={"shop": both["shop"], "booking": booking})
    await office.post(firing())
    assert await office.findings() == ()
    body = (await office.version(await office.newest())).texts["ja"].body
    await office.press("maruyama", "edit", body=body.replace("みどりショップ", "みどり予約", 1))
    (finding,) = await office.findings()
    assert (finding.rule, finding.text, finding.replacement) == ("REL-04", "みどり予約", "みどりショップ")
