"""SPC: guesses, and certainty that comes too early."""

import re
from collections.abc import Iterator

from bridge.wording.find import any_of, matches, no_cause_confirmed, phrase, sentence_hit, when
from bridge.wording.ja.expressions import RESTORED
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet

UNDER_STUDY = "原因は現在調査しております。"
BEING_CHECKED = "詳細は現在確認しております。"

STUDYING = (
    r"調査|調べ|究明|不明|解析|分析|精査|照会|切り分け|未(?:確定|特定|判明)|特定(?:中|でき|に|を|して)|確認(?:中|でき|して)|判明(?:して"
    r"|次第|し次第|でき)"
)
TOLD_LATER = "わか|分か|次第|追って|改めて|後日|までに|お知らせ|ご連絡|ご報告|ご説明"
CAUSE_IS = (
    r"原 ?因(?:は|については|につきましては)、?(?P<value>[^。\n]{1,60}?)(?:です|でした|でございま|[とが]判明)"
)
TO_BLAME = (
    r"(?P<value>[^。、\n]{1,40}?)(?:[がこ]そ?|は)(?:主な|直接の|今回の障害の|本件の|本障害の)?(?:原因|要因)(?:です|でした|でござい|であ|で、"
    r"|と(?:判明|特定)|となっ)|[^。\n]{1,40}?に起因(?:する|した)(?:もの|障害|事象)(?:です|でした|でござい|であ)"
)
FAULT = (
    r"(?:(?<!お問い合わせの)(?<!お電話の)(?:アクセス|負荷|トラフィック|通信量|処理)(?:量)?の?(?:急激な|一時的な)?(?:集中|急増|増加|増大|過多|上昇)"
    r"|(?:機器|サーバー?|装置|ディスク|回線|電源(?:設備)?|ハードウェア|データベース|ネットワーク|ストレージ|スイッチ|ルーター)(?:の)?"
    r"(?:故障|不良|破損|断線|切断|過負荷|停電|容量不足)|停電|落雷|(?:証明書|ライセンス|ドメイン)の?(?:有効)?(?:期限切れ|失効|更新漏れ)"
    r"|(?<!お客様の)(?<!貴社の)(?<!側の)(?:設定|更新|変更|リリース|作業|プログラム)の?(?:誤り|ミス|不備|漏れ|失敗|不具合|バグ)|バグ|サイバー攻撃|外部からの攻撃|不正アクセス|ウイルス)"
)
BY_FAULT = (
    rf"(?P<fault>{FAULT})(?:が発生し|の影響)?(?:により|によって|によりまして|に伴い|の?ため|で)、?"
    r"(?=[^。\n]{0,30}(?:停止|いただけ|でき(?:ない|ません)|障害|遅延|遅[くれ]|時間がかか|不安定|つながり|しにくい|しづらい|表示され)[^。\n]{0,20}"
    r"(?:おります|います|ました|です|でござい|状況|状態)|[^。\n]{0,30}(?:でき|いただけ)ません)"
    rf"|(?P<cause>{FAULT})による(?:もの|障害|事象|不具合)(?:です|でした|でござい|であ)"
)
CAUSE_LABEL = r"原 ?因:[ \n]*(?P<value>[^\n]+)"


UNSURE = "可能性|おそらく|恐らく|[思見]われ|考えられ|推[測察定]|はず|どうやら"
SOURCE = (
    r"(?:会社|社|事業者|業者|元|先|窓口|メーカー|ベンダー|お客様|機関|局|提供者|AWS|Google|Microsoft|警察|専門家)(?:様|側)?"
    r"(?:から|より|に(?:よると|よれば|よりますと|確認|問い合わせ|照会)|では|は、|も|への)"
)
"""Who else may be quoted: what a supplier or a customer has said is hearsay in its place."""
BLAMED, CAUSE_WORD = re.compile(TO_BLAME), re.compile("原因|要因|起因")


def _to_the_end(page: FieldText, match: re.Match[str]) -> str:
    """The match and the rest of its sentence."""
    return page.wording[match.start() : page.sentence(match.end() - 1)[1]]


def _cause_claimed(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in re.finditer(CAUSE_IS, page.wording):
            if not re.search(f"{STUDYING}|{TOLD_LATER}", match[0]):
                yield sentence_hit(page, *match.span(), UNDER_STUDY)
        for match in matches(BLAMED, CAUSE_WORD, page.wording):
            if not re.search(
                f"{STUDYING}|{TOLD_LATER}|(?:何|いずれ|どれ|誰)[がに]|{UNSURE}", _to_the_end(page, match)
            ):
                yield sentence_hit(page, *match.span(), UNDER_STUDY)
        for match in re.finditer(BY_FAULT, page.wording):
            yield Hit.of(page, match, "" if match[0].endswith("、") else None)
        for match in re.finditer(CAUSE_LABEL, page.wording):
            if not re.search(f"確認|特定|未定|{STUDYING}", match["value"]):
                yield Hit.of(page, match, "調査中", "value")


def _about_cause(match: re.Match[str]) -> str:
    around = match.string[max(match.start() - 40, 0) : match.end() + 10]
    return UNDER_STUDY if re.search("原因|要因|起因", around) else BEING_CHECKED


RULES = (
    Rule(
        "SPC-01",
        "error",
        phrase(
            r"おそらく|恐らく|(?<!ま)たぶん|多分(?!野|割|岐|に)|どうやら|もしかする|もしかし(?:たら|て)"
            r"|ひょっと(?:して|する|したら)|きっと",
            reading="wording",
            sentence=_about_cause,
        ),
        "推測ではなく、確認した事実だけを書きます。",
        "Only confirmed facts belong here, no guesses.",
        "原因は現在調査しております。",
        "おそらくネットワーク機器の故障が原因です。",
    ),
    Rule(
        "SPC-02",
        "error",
        phrase(
            r"(?<!こと)と思われ|(?<!こと)と思います|と考えられ(?:ます|る|て)|と推測|(?<!こと)と推察|と推定"
            r"|と想定され(?:ます|ており)|かも(?:しれ|知れ)"
            r"|(?<![こそどあ])(?<!以下)(?<!下記)(?<!上記)(?<!次)(?<!別紙)のよう(?:です|でございま)"
            rf"|[るただい]よう(?:です|でございま)|(?:{RESTORED})(?:し|した|でき|する)そうです"
            r"|模様(?:です|でございま|で、|であり|。)|(?<![晴ば愛誇])らしい(?:です|。)|みたいです"
            r"|みたいでございま"
            r"|(?:でき(?:る|た)|なる|よる|完了する|復旧する|戻る|した|もの)と(?:考えて|見込んで)(?:おり|い)ます|ものと(?:[見み]て(?:おり|い)|存じ)"
            r"|ではないかと(?!の)|(?<!する)(?<!押す)(?<!開く)(?<!なる)(?<!いただく)と[見み]られ(?:ます"
            r"|ており|る)",
            needs="[思考推想存]|かも|よう(?:で|だ)|そうで|模様|らしい|みたい|ないかと|られ|と[見み]",
            reading="wording",
            sentence=_about_cause,
        ),
        "推測が、事実として伝わってしまいます。",
        "A guess will be quoted as a fact.",
        "アクセス集中が発生していたことを確認いたしました。",
        "アクセス集中が原因と思われます。",
    ),
    Rule(
        "SPC-03",
        "warning",
        phrase(
            r"(?:原因|要因|起因|攻撃|不正アクセス)(?:(?!調査|確認|特定|究明)[^。\n]){0,30}?可能性"
            r"|可能性(?:(?!調査)[^。\n]){0,20}?(?:原因|要因|起因)",
            unless=(
                "可能性[はも][^。、]{0,10}(?:ておりません|ございません|ありません)|可能性がないこと"
                "|可能性は否定"
            ),
            reading="wording",
            sentence=UNDER_STUDY,
        ),
        "原因の可能性を並べると、後で訂正することになります。",
        "Possible causes have to be corrected later.",
        "一部のメールの到着が遅れる可能性がございます。",
        "サイバー攻撃の可能性があり調査しております。",
    ),
    Rule(
        "SPC-04",
        "warning",
        phrase(r"(?<!手)(?:はず|筈)(?:です|でござ|であ|で、|だ|なの|はな)", reading="wording"),
        "見込みを言い切らず、確認してから書きます。",
        "Check first, then write it.",
        "現在は正常にご利用いただけることを確認しております。",
        "現在はご利用いただけるはずです。",
    ),
    Rule(
        "SPC-05",
        "warning",
        any_of(
            phrase(
                r"(?P<what>漏えい|漏洩|流出|消失|破損|改ざん|不正アクセス|滅失|毀損)(?P<etc>等"
                r"|など)?[はも]、?"
                r"(?:一切|全く|まったく)?(?:ございません|ありません)",
                reading="wording",
                swap=r"\g<what>\g<etc>は現時点で確認されておりません",
            ),
            phrase(
                r"(?P<what>漏えい|漏洩|流出|消失|破損|改ざん|不正アクセス|滅失|毀損)(?P<etc>等"
                r"|など)?[はも]、?"
                r"(?:一切|全く|まったく)?(?:発生|起き|起こ|生じ)[^。、\n]{0,4}(?:おりません|いません)",
                unless="現時点|現在のところ",
                reading="wording",
                swap=r"\g<what>\g<etc>は現時点で確認されておりません",
            ),
            phrase(
                r"(?P<what>漏えい|漏洩|流出|消失|破損|改ざん|悪用)(?:など|等)?(?:の|する|した)?(?:心配|おそれ|恐れ|可能性|事実)[はも]、?"
                r"(?:一切|全く|まったく)?(?:ございません|ありません)",
                reading="wording",
                swap=r"\g<what>は現時点で確認されておりません",
            ),
            phrase(
                r"(?:データ|情報)(?:等|など)?は、?(?:すべて|全て)?、?(?:無事|安全)(?:です|でした|でござい|であ)",
                reading="wording",
            ),
            phrase(
                r"(?:失われ|消え|漏れ|漏えいし|流出し|消失し|破損し)ては?(?:おりません|いません)",
                unless="現時点|現在のところ|確認",
                reading="wording",
            ),
            phrase(
                r"(?P<what>(?:消え|失われ|漏れ|漏えいし|漏洩し|流出し|盗まれ|壊れ|改ざんされ|消失し|破損し|閲覧され|悪用され)た"
                r"(?:という)?(?:こと|事実|形跡|もの))[はも]、?(?:一切|全く|まったく)?、?(?:ございません|ありません)",
                reading="wording",
                swap=r"\g<what>は、現時点で確認されておりません",
            ),
        ),
        "調査の途中での全否定は、後で覆ることがあります。",
        "A flat denial during the investigation may not hold.",
        "現時点で、データの消失は確認されておりません。",
        "個人情報の流出はございません。",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "SPC-06",
        "error",
        when(no_cause_confirmed, _cause_claimed),
        "この段階での原因の断定は、誤報のもとになります。",
        "Naming the cause this early is how wrong news starts.",
        "原因:調査中",
        "原因はデータベースの故障です。",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "SPC-07",
        "warning",
        phrase(
            r"(?:な(?:い|かった)|ません|ず|ぬ)(?:という)?(?:わけ|もの)では(?:な|ござい|あり)(?:い|く|ません|かった)|ないとは(?:言|い|申し上げ|限|断言)"
            r"[^。\n]{0,6}?(?:ません|ない)|なく(?:は|も)(?:ございません|ありません)",
            reading="wording",
        ),
        "二重の否定です。できるのか、できないのかを書きます。",
        "A double negative: say whether it is so or not.",
        "一部の画面は、ご利用いただけました。",
        "ご利用いただけなかったわけではございません。",
    ),
    Rule(
        "SPC-08",
        "warning",
        any_of(
            phrase(
                r"(?P<noun>中|済み|未定|不明|見込み|予定)とのこと(?P<end>です|でございます|でした)",
                unless=SOURCE,
                reading="wording",
                swap=r"\g<noun>\g<end>",
            ),
            phrase(
                r"(?<!中)(?<!済み)(?<!未定)(?<!不明)(?<!見込み)(?<!予定)とのこと(?:です|でございます|でした)|(?:と|との報告を)(?:聞いて|伺って)(?:おり|い)ます",
                unless=SOURCE,
                reading="wording",
            ),
        ),
        "自社のことを、人から聞いた話として書いています。確認して言い切ります。",
        "Hearsay about ourselves: check it and say it.",
        "原因は調査中です。",
        "原因は調査中とのことです。",
    ),
)
