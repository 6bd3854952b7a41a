"""FLD: what a letter must say. closing.py has what a letter about the past must say, individual.py what only a
letter to one customer must say."""

import re
from collections.abc import Iterator

from bridge.wording.find import body_lacks, first_line, lacking
from bridge.wording.ja.expressions import NUMERAL, RESTORED, TIME
from bridge.wording.ja.moments import POINT
from bridge.wording.ja.periods import tells_period
from bridge.wording.ja.promise import promised_time
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import CONTACT, Sheet

ROW = r"(?:^|\n)[■●・◆【 ]*"  # where a labelled line begins

BEGAN = re.compile(
    r"(?:発生|障害|影響|停止|事象)(?:発生|継続|の)?(?:日時|時刻|期間|時間帯?"
    r"|日)[^\n0-9]{0,12}\n?[^\n0-9]{0,12}\d"
    rf"|{ROW}(?:日時|期間|時間帯|開始(?:日時|時刻)?|いつから)[^\n0-9。]{{0,12}}\n?[ ]*(?:{POINT})"
    rf"|{TIME}(?:頃|ごろ)?[^。\n0-9]{{0,15}}(?:発生|検知)"
    r"|(?:発生|検知|開始)(?::|[】\]]|\n)[^\n]{0,20}\d"
    r"|(?:\d{1,2}[月/]\d{1,2}日?(?:[(][^)\n]{1,6}[)])?|本日|昨日|同日)(?:の|、)?[ ]*(?:午前"
    rf"|午後)?{TIME}(?:頃|ごろ)?(?:より|から|以降|に発生|に障害)"
)
SCOPE = (
    r"影響(?:の)?範囲|(?:対象|影響)(?:となる|の)?(?:サービス|機能|システム|範囲|画面|製品)|影響内容"
    r"|影響を受け"
    r"|影響が(?:出て|及ん|ある)|影響のある|対象(?:の)?お客様|影響(?:を受ける)?お客様"
    rf"|ご利用いただけない(?:機能|サービス)|{ROW}(?:影響|対象|範囲)[ ]*(?::|\n|】)"
)
DOING = (
    r"現在の(?:状況|対応)|対応状況|現状|調査|復旧作業|原因の特定|復旧対応|復旧に(?:向け|努め)|復旧を急"
    r"|対応を(?:進め|行)"
    rf"|確認を進め|{ROW}(?:状況|対応)[ ]*:"
)
FOLLOWS = (
    r"(?:判明し?|確認でき|確認が取れ|進展があり|進捗があり|動きがあり|目[途処]が[立た]ち|めどが[立た]ち"
    r"|見通しが立ち|わかり|分かり"
    r"|確定し|復旧し|完了し)(?:次第|しだい)"
    r"|\d{1,3}(?:分|時間)(?:後|ごと|おき|以内)[^。\n]{0,15}(?:ご連絡|お知らせ|ご報告|更新)"
    r"|次回[^。\n]{0,20}(?:正午|\d{1,3}(?:分|時間)後)"
)
SORRY = r"お詫び|おわび|申し訳|陳謝|謝罪"
SENDER = (
    r"株式会社|有限会社|合同会社|合資会社|法人|事務局|サポート|運営|カスタマー|センター|窓口|デスク"
    r"|チーム|大学|学園|病院"
    r"|組合|協会|銀行|金庫|役所|図書館|担当|一同"
)
OUTLOOK = rf"(?:{RESTORED})(?:の|を確認した)?(?:見込|予定|時刻|日時|目[途処]|めど|メド|見通し|時期)|未定"
CHANGED = (
    rf"(?:前回|前報|先の(?:ご)?(?:報告|連絡)|第[{NUMERAL}\d]{{1,3}}報)[^。\n]{{0,14}}?(?:更新"
    r"|変更|進捗|変化|進展|追加|差分|変わり)"
    r"|新たに(?:判明|確認|分か|わか)|更新内容|更新(?:点|事項|情報)|(?:変更|更新|追加)(?:点|箇所)"
    rf"|{ROW}(?:進捗|更新)[^。\n]{{0,6}}:"
)
GREETED = re.compile(r"各位|様|さま|御中|皆さん")


def _start_untold(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not (BEGAN.search(sheet.body.flow) or tells_period(sheet.body)):
        yield lacking(sheet)


def _no_next_report(sheet: Sheet, context: Context) -> Iterator[Hit]:
    if promised_time(sheet, context) is None and not re.search(FOLLOWS, sheet.body.flow):
        yield lacking(sheet)


def _anonymous(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """One hit, unless the letter names its sender and says how to reach them."""
    text = sheet.body.flow
    known = context.service and context.service in text
    if not (CONTACT.search(text) and (known or re.search(SENDER, text))):
        yield lacking(sheet)


def _head(sheet: Sheet) -> list[str]:
    """The first five lines. Blank lines count."""
    return [line.strip() for line in sheet.body.text.lstrip().split("\n", 5)[:5]]


def _nobody_greeted(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not any(GREETED.search(line) for line in _head(sheet)):
        yield first_line(sheet)


RULES = (
    Rule(
        "FLD-01",
        "error",
        _start_untold,
        "いつからかが書かれていません。",
        "It does not say since when.",
        "■発生日時:11月24日(火)10時05分頃 〜 継続中",
        "",
        KindClass.TO_EVERYONE,
        "body",
    ),
    Rule(
        "FLD-02",
        "error",
        body_lacks(SCOPE),
        "影響範囲が書かれていません。",
        "It does not say what is affected.",
        "■影響範囲:受注登録機能",
        "",
        KindClass.TO_EVERYONE,
        "body",
    ),
    Rule(
        "FLD-03",
        "error",
        body_lacks(DOING),
        "いま何をしているかが書かれていません。",
        "It does not say what is being done.",
        "■現在の状況:原因を調査しております",
        "",
        KindClass.ABOUT_THE_FUTURE,
        "body",
    ),
    Rule(
        "FLD-04",
        "error",
        _no_next_report,
        "次の連絡がいつかが書かれていません。",
        "It does not say when the next report comes.",
        "■次回のご連絡:11月24日(火)11時00分頃",
        "",
        KindClass.ABOUT_THE_FUTURE,
        "body",
    ),
    Rule(
        "FLD-05",
        "error",
        body_lacks(SORRY),
        "お詫びの言葉がありません。",
        "There is no apology.",
        "サービスを停止しておりますことを、深くお詫び申し上げます。",
        "",
        KindClass.TO_EVERYONE | KindClass.TO_ONE_PERSON,
        "body",
    ),
    Rule(
        "FLD-06",
        "error",
        _anonymous,
        "差出人または問い合わせ先がありません。",
        "It is not signed, or says not how to reach us.",
        "お問い合わせ:support@example.jp",
        "",
        KindClass.TO_EVERYONE | KindClass.TO_ONE_PERSON,
        "body",
    ),
    Rule(
        "FLD-12",
        "warning",
        _nobody_greeted,
        "宛名がありません。",
        "Nobody is addressed.",
        "お客様各位",
        "",
        KindClass.TO_EVERYONE,
        "body",
    ),
    Rule(
        "FLD-13",
        "warning",
        body_lacks(OUTLOOK),
        "復旧の見込みに触れていません。未定なら未定と書きます。",
        "Nothing on when it will work; if unknown, say so.",
        "復旧見込み:未定(判明次第ご連絡いたします)",
        "",
        KindClass.ABOUT_THE_FUTURE,
        "body",
    ),
    Rule(
        "FLD-14",
        "warning",
        body_lacks(CHANGED),
        "前の報告から何が変わったかが書かれていません。",
        "It does not say what changed since the last report.",
        "■前回からの更新:影響範囲を帳票出力に拡大",
        "",
        KindClass.FOLLOW_UP,
        "body",
    ),
)
