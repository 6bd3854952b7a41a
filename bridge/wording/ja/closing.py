"""FLD in a letter about a failure that is over: its end, its cause, how a repetition is prevented."""

import re
from collections.abc import Iterator

from bridge.wording.find import body_lacks, lacking
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
PREVENTION = r"再発(?:の)?防止|再発を防|恒久対策|恒久対応|恒久的な対|今後の対策|今後の対応策"


def _end_untold(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not (RECOVERED_AT.search(sheet.body.flow) or tells_period(sheet.body)):
        yield lacking(sheet)


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
        body_lacks(CAUSE),
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
        body_lacks(PREVENTION),
        "再発防止策が書かれていません。",
        "It does not say how a repetition is prevented.",
        "■再発防止策:有効期限監視の追加",
        "",
        KindClass.ABOUT_THE_PAST,
        "body",
    ),
)
