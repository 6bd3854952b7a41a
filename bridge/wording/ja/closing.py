"""FLD in a letter about a failure that is over: its end, its cause, how a repetition is prevented."""

import re
from collections.abc import Iterator

from bridge.wording.find import lacking
from bridge.wording.ja.expressions import RESTORED, TIME
from bridge.wording.ja.periods import tells_period
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

OVER = f"{RESTORED}|終了|収束|終息"
RECOVERED_AT = re.compile(
    rf"(?:{OVER})(?:を確認した|の|確認)?(?:日時|時刻|日(?=[ :\n]))"
    rf"|{TIME}[^。\n]{{0,20}}?(?:{OVER})(?:を?確認|を完了|が完了|済|(?:いた)?しました|しており|[、。)\n]|$)"
    rf"|{TIME}[^。\n]{{0,20}}?復旧[^。\n]{{0,10}}?完了(?:(?:いた)?し、|いたし|しており)"
    rf"|{TIME}[^。\n]{{0,20}}?(?:正常|通常)[^。\n]{{0,12}}?(?:を確認|に戻|となり|になり)"
    r"|至[: ][^\n]{0,20}\d"
    rf"|(?:{OVER})(?:確認|済み?)?[ ]?[:\n】\]][^\n。]{{0,20}}\d"
)
CAUSE = r"原[ 　]*因"
OPEN = (
    r"(?:調査|確認|究明|特定|検討|検証|解析)(?:中(?!に)|を?(?:行って|進めて|続けて|継続して|急いで|して)(?:おり|い)ます)"
    r"|不明(?:です|でござい|。|\n|$)|特定(?:でき|には?至っ|され)て(?:おり|い)ま?せん|判明して(?:おり|い)ま?せん|未定(?:です|でござい|。|\n|$)"
)
DAY_NAMED = re.compile(r"\d{1,2}[月/]\d{1,2}|\d日|までに|[今来]週|[今来]月|\d+(?:営業)?日(?:以内|後)|年内")
VALUE = r"[^\n:。]{0,14}(?:[:】\]]|\n|は、?|につきましては?、?)[ \n]*(?P<value>[^\n]+)"
OPEN_CAUSE = re.compile(rf"{CAUSE}{VALUE}")
OPEN_PREVENTION = re.compile(rf"(?:再発(?:の)?防止策?|恒久対策|恒久対応|今後の対策){VALUE}")
TOLD_BY_A_DAY = re.compile(
    r"(?:までに|\d日|[今来]週|[今来]月)[^。\n]{0,25}(?:ご報告|ご連絡|お知らせ|ご説明|ご案内|ご回答)"
)
CALLED_FINAL = re.compile("最終報|最終の?ご?報告")
PREVENTION = r"再発(?:の)?防止|再発を防|恒久対策|恒久対応|恒久的な対|今後の対策|今後の対応策"


def _end_untold(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not (RECOVERED_AT.search(sheet.body.flow) or tells_period(sheet.body)):
        yield lacking(sheet)


def _open(pattern: re.Pattern[str], sheet: Sheet, *, may_have_a_day: bool) -> Iterator[Hit]:
    """What is still open under a heading. With a day by which it will be told, it may be open."""
    page = sheet.body
    for match in pattern.finditer(page.wording):
        still = re.search(OPEN, match["value"])
        dated = DAY_NAMED.search(match["value"]) or TOLD_BY_A_DAY.search(page.wording)
        if still and not (may_have_a_day and dated):
            start = match.start("value") + still.start()
            yield Hit(page, *page.span(start, start + len(still[0].rstrip())))
            return


def _cause_untold(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not re.search(CAUSE, sheet.body.flow):
        yield lacking(sheet)
    yield from _open(OPEN_CAUSE, sheet, may_have_a_day=not _is_final(sheet))


def _prevention_untold(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not re.search(PREVENTION, sheet.body.flow):
        yield lacking(sheet)
    if KindClass.CLOSING in sheet.classes:
        yield from _open(OPEN_PREVENTION, sheet, may_have_a_day=True)


def _is_final(sheet: Sheet) -> bool:
    """Whether the letter is the last report, and says so. One that only tells how far the study is may be open."""
    called = CALLED_FINAL.search(sheet.subject.flow) or CALLED_FINAL.search(sheet.body.flow)
    return KindClass.CLOSING in sheet.classes and bool(called)


RULES = (
    Rule(
        "FLD-07",
        "error",
        _end_untold,
        "いつ復旧したかが書かれていません。",
        "It does not say when the service recovered.",
        "■復旧日時:11月24日(火)11時20分",
        "",
        KindClass.ABOUT_THE_PAST,
        "body",
    ),
    Rule(
        "FLD-08",
        "error",
        _cause_untold,
        "原因が書かれていません。調査中なら、報告の期日とともに書きます。",
        "No cause. If it is under investigation, say so and by when.",
        "■原因:認証基盤の証明書の更新漏れ",
        "",
        KindClass.ABOUT_THE_PAST,
        "body",
    ),
    Rule(
        "FLD-09",
        "error",
        _prevention_untold,
        "再発防止策が書かれていません。",
        "It does not say how a repetition is prevented.",
        "■再発防止策:有効期限監視の追加",
        "",
        KindClass.ABOUT_THE_PAST,
        "body",
    ),
)
