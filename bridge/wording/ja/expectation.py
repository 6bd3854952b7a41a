"""EXP: promises and hopes without a basis."""

import re
from collections.abc import Iterator

from bridge.wording.find import NEAR, matches, no_estimate_confirmed, phrase, sentence_hit, when
from bridge.wording.ja.expressions import NAMED_TIME, ON_WEEKDAY, RESTORED, TIME
from bridge.wording.ja.promise import promised_time
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet

UNKNOWN_YET = "現時点では復旧時刻は未定です。"
NO_ESTIMATE = f"{UNKNOWN_YET}判明次第、改めてご連絡いたします。"
WILL_TELL = re.compile(r"次第、?[^。\n]{0,10}(?:ご連絡|お知らせ|ご報告|ご案内)")

SOON = (
    r"(?:まもなく|間もなく|もうすぐ|もう(?:少し|少々|一息|しばらく)で|(?:今|いま)?しばらくで|(?:あと|後)(?:わずか|僅か|一息|少々)で|(?:もう)?じき(?:に)?|ほどなく|程なく|近日中に?|近々|近いうちに"
    r"|遠からず|早々に|あと少しで"
    r"|(?<!まっ)すぐ(?!れ|さま)に?)"
)
BACK = (
    rf"(?:{RESTORED}|正常|改善|(?:ご利用|お使い)(?:いただけ(?:る|ます(?!が、?大変))|になれ(?:る|ます))"
    r"|直り|直る|戻り|戻る)"
)
NEARLY_BACK = re.compile(
    r"(?:復旧|回復|再開|解消)(?:まで|は|も)[は、]{0,2}(?:あと|残り|もう)?(?:わずか|僅か|もうすぐ|もう間もなく|まもなく|間もなく"
    r"|すぐ(?!に)|少し|少々|一息|間近|目前|目の前|近い(?:です|もの|見)|時間の問題|秒読み)(?!で?は)"
    r"(?![^。\n]{0,12}(?:お待ち|お時間|時間を|猶予|かか|要[しす]|ご[協理辛不]))"
)
"""The recovery first and then how near it is: 「復旧まで、あとわずかでございます」."""
SOON_BACK = re.compile(rf"{SOON}[^。\n]{{0,25}}?{BACK}")
SOON_BACK_LATER = re.compile(
    rf"{SOON}(?=[^。\n]{{0,25}}?{BACK}(?:の|する|した)?(?:ための?)?(?:作業|対応|に向け))"
    rf"[^。\n]{{0,25}}?{BACK}(?!性)(?!(?:の|する|した)?(?:ための?)?(?:作業|対応|に向け))"
)
"""`SOON_BACK` for a sentence that names work first: 「まもなく復旧作業が終わり、正常に戻ります」 is a promise too."""
CLAUSE = r"(?:(?!ます|です|ので|から)[^。\n])"  # one more character of the same clause
NOT_A_PROMISE = re.compile(
    r"(?:の|する|した)?(?:ための?)?(?:作業|対応|に向け|に努め|を目指|状況|日時|時刻|手順|方法"
    r"|後[、はに]|次第|かどうか|について|に関する)"
    r"|[^、。\n]{0,6}場合|[はを][^、。\n]{0,4}(?:延期|中止|見送)"
    r"|(?:(?!見込|予定|見通|する|でき)[^、。\n]){0,15}(?:した(?!い)|しており|しています|され(?:た|て)|ました)"
    r"|(?:でき|り)(?:ました|た)|(?:いた)?し、[^。\n]{0,60}ました"
    rf"|{CLAUSE}{{0,12}}(?:ください|下さい|でき(?:ない|ず|ません)|(?:おり|あり|ござい|いたし)ません"
    rf"|未定|困難)"
)
ONCE_DONE = r"(?:後は|(?:復旧|完了|終了|更新|適用)後|次第|(?<!によ)すると)、?[^、。\n]{0,6}$"
AFTER_WHICH = re.compile(ONCE_DONE)
ON_DOING = re.compile(
    rf"{ONCE_DONE}|(?:後|たら|れば|場合は?|(?<!によ)[くぐすつぶむるう]と)、?[^、。\n]{{0,6}}$"
)
"""「再起動するとすぐに」 says what follows an act, and is no promise. Only すぐ is used like that."""

CLOCK = f"{TIME}頃?"
WHEN = (
    rf"(?:{CLOCK}(?!現在|間|時点|の時点)|本日中|今日中|(?:本日|今日)のうち|明朝|翌朝|明日|今夜|今晩|今週中|今週末|週明け"
    r"|夕[方刻](?!の時間帯)|午前中|正午|未明|早朝|今日中|(?:本日|今日|明日)の[^、。\n]{1,8}?まで|年内|月内|今月中|明後日"
    r"|お?(?:昼|夜|深夜|朝)(?:過ぎ|前|頃)?(?:まで)?に(?=は|、|[ご使お正復])|終業(?:時刻)?まで"
    r"|数(?:分|時間|日)(?:以内|後|程度|で|ほど)|\d+(?:分|時間|日)(?:以内|後|程度|ほど|も?あれば|で(?!き))"
    rf"|\d{{1,2}}日{ON_WEEKDAY}(?:まで|中|頃)?に)"
)
USABLE = (
    rf"(?:{RESTORED}|(?:ご利用|お使い)(?:いただけ(?!ない|ませ|ず|なく)|になれ(?!ない|ませ|ず|なく))|使えるよう|直[るりせ]|直(?=します)|元に戻(?=り?ます|る)|元どおりにな"
    r"|(?:正常|通常)[^、。\n]{0,6}(?:戻[るりせ]|に?な[るり]))"
)
USABLE_WORD = re.compile(f"{RESTORED}|いただけ|になれ|使える|直[るりせし]|戻|元[るりせ]|正常|通常")
ESTIMATE = re.compile(
    rf"{WHEN}(?P<gap>[^。\n]{{0,30}}?){USABLE}(?P<rest>[^。\n]{{0,15}}?(?:予定|見込|見通し|めど|目途"
    rf"|します|させます|いたします|できます|(?<!お)ります)[^。\n]{{0,20}})"
    rf"|{WHEN}(?:までに|には)[^。\n]{{0,20}}(?:ご利用|お使い)いただけます"
)
ESTIMATE_LABEL = re.compile(
    r"(?:復旧|再開|解消)(?:の)?(?:見込み?|予定|目途|めど|見通し)(?:時刻|日時)?:[ \n]*"
    rf"(?P<gap>(?:本日|明日|\d{{1,2}}月\d{{1,2}}日(?:[(][^)\n]{{1,3}}[)])?)?[の ]*)"
    rf"{CLOCK}(?P<rest>[^。\n]{{0,30}})"
)
NOT_BETWEEN = re.compile(r"発生|停止|いただけない|お知らせ|ご連絡|ご報告|作業|調査|現在|時点|未定")
NOT_BEHIND = re.compile(
    r"(?:後[、はに]?|まで|(?:いた)?(?:しました|した(?!い)|しており)|(?:され|でき)(?:ました|た|ない"
    r"|ません)|済|しない"
    r"|の?(?:作業|対応|状況|手順|方法)|に(?:向け|全力|努め|取り組)|次第|の?場合|する場合)"
    rf"|{CLAUSE}*?(?:お知らせ|ご連絡|ご報告|ご案内|お伝え|次第|未定|ません|ない|調査)"
)

GUARANTEE = (
    r"(?:絶対に?|二度と|今後(?:は|、|も)*一切|永久に)[^。\n]{0,30}?(?:復旧|再発|発生|起こ|起き"
    r"|繰り返|防|保証|解消|安全|生じ|迷惑)"
    r"|(?:今後|もう|再び)[^。\n]{0,15}?(?:起こり|起き|発生し|発生いたし|再発し|再発いたし|生じ)ません"
    r"|再発は、?(?:絶対に?|決して|もう|二度と|一切)、?(?:ございません|ありません|いたしません|しません)"
    r"|決して[^。、\n]{0,20}?(?:再発|発生|起こ|起き|繰り返|生じ)[^。、\n]{0,8}?(?:ません|ない)"
    r"|(?:今後|再び|同様|同じ|このような|かかる|類似)[^。\n]{0,20}?(?:発生する|起こ[るす]|起き[るた]?|生じる|繰り返す|招く|至る)"
    r"(?:こと|おそれ|恐れ|心配)[はも][^。\n]{0,6}?(?:ございません|ありません|ない(?:です|もの))"
    r"|(?:再発(?:する|させる)?|繰り返す)の?(?:こと|おそれ|恐れ|心配|可能性)[はも]、?(?:今後|一切|もう|決して|、)*"
    r"(?:ございません|ありません|ない(?:です|もの))"
    r"|(?:再発(?:の)?防止|再発(?:させ|し)ない|起こさない|起こらない|起きない|発生させない|繰り返さない|発生しない)(?:こと|旨)?を、?"
    r"(?:ここに|固く|必ず|、)*(?:お?約束|お?誓い|確約|保証)(?:(?:いた)?します|申し上げ|する)"
    r"|100%(?!に達|を超)[^。\n]{0,25}?(?:復旧|再発|防|保証|解消|安全)"
    r"|必ず(?!しも)[^。\n]{0,15}?(?:復旧(?!の?(?:手順|作業|方法|状況|対応|訓練|計画))|解消|防止(?!策|に努め|に取り組|を徹底))"
    r"|(?:完全に|確実に)[^。\n]{0,10}?(?:防止(?!策|に努め|に取り組)|防[ぎげ]|防ぐ(?!ため|よう|手順|仕組|体制|対策|方法|には))"
)
LATER = (
    r"(?:後ほど|のちほど|後程|(?<!を)追って|(?<![なてとりいんつを])おって(?=[ごお改、詳状内結担弊])|近いうちに"
    r"|近日中に|しばらくして"
    r"|折を見て|まもなく|間もなく)"
    r"[^。\n]{0,25}?(?:ご連絡|ご報告|お知らせ|ご案内|お送り|お伝え|ご説明|ご回答|掲載)(?!でき(?:ない|ません))"
)


def _baseless_soon(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in (
            each
            for pattern in (SOON_BACK, SOON_BACK_LATER, NEARLY_BACK)
            for each in pattern.finditer(page.wording)
        ):
            start = page.sentence(match.start())[0]
            lead = page.wording[max(start, match.start() - NEAR) : match.start()]
            condition = ON_DOING if match[0].startswith("すぐ") else AFTER_WHICH
            if NOT_A_PROMISE.match(page.wording, match.end()) or condition.search(lead):
                continue
            yield sentence_hit(page, *match.span(), _no_estimate(page))


def _no_estimate(page: FieldText) -> str:
    """The sentence to say instead. It promises to tell more, unless the page already promises that."""
    return UNKNOWN_YET if WILL_TELL.search(page.wording) else NO_ESTIMATE


def _unfounded_estimate(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for pattern in (ESTIMATE, ESTIMATE_LABEL):
            for match in matches(pattern, USABLE_WORD, page.wording):
                between, behind = match["gap"] or "", match["rest"] or ""
                if not (NOT_BETWEEN.search(between) or NOT_BEHIND.match(behind)):
                    yield sentence_hit(page, match.end() - 1, match.end(), _no_estimate(page))


def _no_time_promised(sheet: Sheet, context: Context) -> bool:
    return promised_time(sheet, context) is None


RULES = (
    Rule(
        "EXP-01",
        "error",
        _baseless_soon,
        "根拠のない復旧の予告です。",
        "A promise of recovery without a basis.",
        "現時点では復旧時刻は未定です。",
        "まもなく復旧する見込みでございます。",
    ),
    Rule(
        "EXP-02",
        "warning",
        when(no_estimate_confirmed, _unfounded_estimate),
        "根拠が記録されていない復旧時刻です。",
        "A recovery time nobody has given a basis for.",
        "復旧の目途が立ち次第、改めてお知らせいたします。",
        "本日18時までに復旧いたします。",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "EXP-03",
        "error",
        phrase(
            GUARANTEE,
            unless="ぬよう|ないよう|ないため|まいと|(?<!お待ち)(?:ください|下さい)",
            reading="wording",
            sentence=lambda match: (
                "再発防止に努めてまいります。"
                if re.search("再発|発生|起こ|起き|繰り返|防|生じ", match[0])
                else None
            ),
        ),
        "守れない保証は、次の障害のときに虚偽になります。",
        "A guarantee nobody can keep becomes a lie at the next failure.",
        "再発防止策として、監視項目を追加いたします。",
        "今後二度と同様の障害は発生いたしません。",
    ),
    Rule(
        "EXP-04",
        "warning",
        when(
            _no_time_promised,
            phrase(
                LATER,
                unless=f"{NAMED_TIME}|次第",
                reading="wording",
                sentence="詳細は、判明次第、改めてご連絡いたします。",
            ),
        ),
        "次の連絡の時刻がないと、お問い合わせが増えます。",
        "Without a time for the next report, people will call.",
        "次回のご連絡は11月24日(火)11時00分頃を予定しております。",
        "詳細は追ってご連絡いたします。",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "EXP-05",
        "warning",
        phrase(
            r"(?:ほぼ|概ね|おおむね|大方|だいたい|大体|あらかた|大半が|大部分が|ほとんどが)[^。、\n0-9]{0,8}?(?:復旧|回復|解消|正常)"
            r"|(?:ほとんど|大半|大部分|大多数|多く)の(?:機能|サービス|サーバー?|システム|画面|お客様|ユーザー|拠点|処理)(?:様)?"
            r"(?:[がはでも]|において|につきまして)[^。\n0-9]{0,12}?(?:復旧|回復|解消|正常|(?:ご利用|お使い)いただけ(?:る|ます))",
            unless="(?:復旧|回復|解消)して(?:おりません|いません|いない)|ご利用いただけ(?:ません|ない)|正常に[^。]{0,8}(?:ません|ない)",
            reading="wording",
        ),
        "使えるのか使えないのかが伝わりません。",
        "The reader cannot tell whether it works or not.",
        "ログイン機能は復旧いたしました。帳票出力は引き続きご利用いただけません。",
        "サービスはほぼ復旧しております。",
    ),
)
