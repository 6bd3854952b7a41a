"""FLD-15 and -16: labels without a value, and a value that says nothing."""

import re
from collections.abc import Iterator

from bridge.wording.find import phrase
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import JAPANESE, RULER, Sheet

MARK = r"[■●○◆◇▼▽▲△★☆□◎]"
KNOWN = (
    r"(?:障害)?(?:発生|復旧|終了|検知)(?:日時|時刻|期間)|影響(?:の)?(?:範囲|内容|期間|件数)|原[ 　]*因"
    r"|対応(?:内容|状況)?|対処"
    r"|再発(?:の)?防止策?|現在の(?:状況|対応)|復旧の?見込み?|次回の?(?:ご?連絡|ご?報告|お知らせ)(?:予定)?|お客様への(?:お願い|ご案内)"
    r"|対象(?:機能|サービス)?|前回からの(?:更新|変更点?)|代替手段|件数|日時|期間"
)
LABEL_ONLY = re.compile(
    rf"[ ]*(?P<mark>{MARK})?[ ]*(?P<label>[^:。、\n「」【】\[\]()]{{1,20}}?)[ ]*:[ ]*$"
    rf"|[ ]*(?:(?P<open>[【\[])|(?P<known_mark>{MARK}))[ ]*(?P<known>{KNOWN})[】\]]?[ ]*$"
)
NO_VALUE = re.compile(
    rf"(?P<label>(?:^|(?<=\n))[ ]*{MARK}?[ ]*[^:。、\n]{{1,20}}:)[ ]*"
    r"(?:N/?A|n/?a|[-−–—―ー]{1,3}|[?？]{1,3}|…{1,2}|\.{3})[ ]*(?=\n|$)"
)
LEADS_ON = re.compile(
    r"(?:です|ます|した|とおり|通り|下記|以下|次|ください|について|項目|一覧|内訳)$"
    r"|お?問い?合わ?せ|連絡先|窓口|TEL|URL|電話|メール"
)
NEXT_LABEL = re.compile(
    rf"[ ]*(?P<mark>{MARK})?[ ]*(?:[^:。、\n「」]{{1,20}}:|{KNOWN}[ ]*$)|[ ]*{MARK}|[ ]*[【\[](?:{KNOWN})[】\]]"
)
FILLED_LINE = re.compile(r"[^ \n][^\n]*")
CLOSING_BLOCK = "━━━━"  # stands for the line below the last one of a signed letter


def _empty(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """Labels that are followed by the next label, by the closing block or by nothing."""
    page = sheet.body
    below = "" if page.signature == len(page.raw) else CLOSING_BLOCK
    for line in reversed(list(FILLED_LINE.finditer(page.letter_text))):
        match = LABEL_ONLY.match(line[0])
        if match and _is_field(match) and _ends_there(match, below):
            yield Hit(page, *line.span())
        below = line[0]


def _is_field(match: re.Match[str]) -> bool:
    label = match["label"]
    return not label or bool(JAPANESE.search(label) and not LEADS_ON.search(label))


def _ends_there(match: re.Match[str], below: str) -> bool:
    """Whether the next line of text holds no value of a label. A label with a mark may head unmarked ones, and a
    heading of which the text has no more is only a piece of a letter."""
    if not below:
        return not match["known"]
    mark = match["mark"] or match["known_mark"] or match["open"]
    if below == CLOSING_BLOCK or RULER.match(below):
        return True
    if not NEXT_LABEL.match(below):
        return False
    return (
        below.strip().startswith(mark) if mark else bool(re.search(KNOWN, match["known"] or match["label"]))
    )


def _placeholder_value(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    page = sheet.body
    for match in NO_VALUE.finditer(page.flow):
        if page.span(*match.span())[0] < page.signature:
            yield Hit.of(page, match)


def _without_value(sheet: Sheet, context: Context) -> Iterator[Hit]:
    yield from _empty(sheet, context)
    yield from _placeholder_value(sheet, context)


WHO = r"(?:機能|お客様|サービス|ユーザー様?|ご?利用者様?|方|画面|システム|サーバー?|処理|ご?契約者様?|店舗様?|拠点)"
VAGUE = (
    r"(?:影響(?:の)?(?:範囲|内容)|(?:影響|対象)(?:を受ける|のある|となる|の)?(?:機能|サービス|お客様|範囲))"
    r"[^\n:。]{0,6}(?::|[】\]]|\n)[ \n]*"
    rf"(?P<value>一部の?{WHO}?(?:の一部)?(?:のみ)?(?:に影響)?(?:です|でございます|となります|が対象です)?)"
)


RULES = (
    Rule(
        "FLD-15",
        "error",
        _without_value,
        "見出しだけで、中身が書かれていません。",
        "A label without anything behind it.",
        "発生日時:11月24日(火)10時05分頃",
        "発生日時:",
    ),
    Rule(
        "FLD-16",
        "warning",
        phrase(
            VAGUE + r"(?P<stop>。?)(?=[ ]*(?:\n(?![ ]*[・(※*-])|$))",
            swap=lambda match: f"{match[0].removesuffix('。')}(対象を確認しております)",
        ),
        "「一部」だけでは、自分が対象か分かりません。対象を書きます。",
        '"Some" does not tell readers whether they are affected: name what is.',
        "影響範囲:一部の機能(帳票の出力)",
        "影響範囲:一部の機能",
    ),
)
