"""MIN: words that make the harm small. BLM: words that put the blame on others."""

import re

from bridge.wording.find import any_of, phrase
from bridge.wording.rule import Rule

APOLOGY = "ご迷惑をおかけしておりますことを、深くお詫び申し上げます。"

CUSTOMER = r"(?:お客様|お客さま|貴社|御社|ご?利用者様|ご?契約者様|ユーザー様?)"
CUSTOMERS_FAULT = (
    rf"{CUSTOMER}(?:側|ご自身)?(?:の|による)(?:ご)?(?:[^、。をはがに\n]{{0,10}}(?:不備|ミス|誤操作"
    rf"|勘違い|思い違い"
    rf"|認識(?:不足|違い|の誤り)|(?:入力|操作|設定)の?(?:誤り|間違い))|責任(?!者))"
    rf"|{CUSTOMER}(?:側|ご自身|環境)?[にが](?:原因|起因|責任(?!者))"
    rf"|{CUSTOMER}(?:側|ご自身)?の[^、。をは\n]{{1,12}}?[にが](?:起因|原因)"
    rf"|{CUSTOMER}(?:側)?の(?:ご)?(?:利用)?(?:設定|操作|入力|環境|端末)[にの](?:問題|不備)[がで]"
)
DENIED = (
    r"[^。、\n]{0,12}(?:では|は)(?:ございません|ありません|なく|ない|なかった)"
    r"|[^。、\n]{0,10}(?:わけ|もの|こと)では(?:な|ござ|あり)"
    r"|(?:する)?(?:しない|しません|せず|がない|がございません|がありません)"
)
OTHERS = (
    r"(?:委託先|ベンダー|事業者|(?<![作従])業者|メーカー|プロバイダー?|キャリア|データセンター"
    r"|外部サービス|第三者"
    r"|(?:通信|電力|外部|委託|開発|保守|協力|回線|配送)(?:会社|企業)"
    r"|AWS|Google|Microsoft|Azure|Amazon|(?<=[A-Za-zァ-ヶー一-龥〇○◯])(?<![弊当貴御自同各全会])社)(?:様|側)?"
)
NOT_THEIRS = "(?:によるもの)?では(?:ござい|あり|なく|ない)"
OTHERS_FAULT = (
    r"(?:弊社|当社)[^。\n]{0,15}?(?:責任(?!者)|落ち度|過失|[のに]非(?=[はがもで]))(?:では"
    r"|[はがも])?[^。\n]{0,8}?(?:ございません|ありません)"
    r"|(?:弊社|当社)[^。\n]{0,15}?責任[はを]負(?:い|う|え)[^。\n]{0,3}(?:かね|ません|ない)"
    r"|(?:弊社|当社)側?[がに](?:原因|起因)[^。\n]{0,15}?では(?:ございません|ありません)"
    rf"|{OTHERS}の(?:責任(?!者|範囲|分界|を問|を追及)|せい|不手際|ミス(?!マッチ)|過失|落ち度)(?!{NOT_THEIRS})"
    r"|のせい[だに]|のせいと|もらい障害"
)
EXCUSE = (
    r"(?:やむを|止むを|やむお)[得え](?:ない|ず)|仕方が?な[いく]|致し方|想定外の?|想定を(?:大きく|はるかに"
    r"|大幅に)?(?:超|越|上回)"
    r"|予想外の?|予想を(?:大きく|はるかに|大幅に)?(?:超|越|上回)|予期(?:せぬ|しない|しなかった)"
    r"|不可抗力|前例のない|未曾有の?"
)
DROPPABLE = ("想定外の", "予想外の", "予期せぬ", "予期しない", "前例のない", "未曾有の")
OPERATOR = (
    r"(?:担当者?|作業者|作業員|オペレーター?|新人|アルバイト|派遣(?:社員)?|従業員|社員|スタッフ)(?:の"
    r"|による|が)[^。、\n]{0,15}?"
    r"(?:ミス|不注意|うっかり|失念|怠慢|勘違い|思い込み|誤操作|操作誤り|見落と|確認漏れ)"
    r"|ヒューマンエラー|人(?:為|的|為的)な?(?:ミス|誤り)"
)
PREVENTED = r"[をがのは]?[^。、\n]{0,8}(?:防|なくす|減ら|検知|検出|低減|起こらない|起きない|発生しない)"


def _shrink(match: re.Match[str]) -> str | None:
    """Drop a belittling word where the sentence is still a sentence without it. None where it is not."""
    word, before = match[0], match.string[match.start() - 1 : match.start()]
    if word.startswith("に"):
        closes = match.string[match.end() : match.end() + 1] in ("。", "") and word.endswith("ません")
        return "です" if closes and before not in tuple("たるいだ") else None
    size = re.fullmatch("(?:程度|くらい|ぐらい)の(.+)", word)
    if size is None:
        return ""
    if before == "れ":  # これくらいの
        return None
    return size[1] if before in tuple("るたいなの") else f"の{size[1]}"  # 乱れる不具合, 数分の影響


def _without_excuse(match: re.Match[str]) -> str | None:
    """Drop an excusing adjective. None where it is what the sentence says, as in 「予想外の負荷でした」."""
    alone = re.match(r"[^、。\n]{0,8}(?:でした|です|でござ)", match.string[match.end() : match.end() + 12])
    return "" if match[0] in DROPPABLE and not alone else None


RULES = (
    Rule(
        "MIN-01",
        "error",
        any_of(
            phrase(
                r"ちょっとした|ちょっと|単なる|(?<!い)ただの(?!今|り|ち)|些細な|ささいな"
                r"|(?<!どの)(?<!どれ)(?<!同)(?<!ある)(?<!一定)(?<![0-9][分秒日%件社名割])(?<![0-9][分日]間)(?<![0-9]時間)"
                r"(?:程度|くらい|ぐらい)の(?:不具合|問題|影響|障害)",
                needs="程度|[くぐ]らい|ちょっと|単なる|ただの|些細|ささい",
                reading="wording",
                swap=_shrink,
            ),
            phrase(r"に(?:過ぎ|すぎ)(?:ません|ない)", before="まで", reading="wording", swap=_shrink),
            phrase(
                r"些細(?!な)|(?<![拡増肥膨甚多重絶最])大した|(?<![しみき])たいした"
                r"|(?:軽い|小さな|よくある)(?:不具合|障害|トラブル)",
                reading="wording",
            ),
        ),
        "影響の大きさを決めるのは受け手です。件数・機能・時間で書きます。",
        "How bad it was is for the reader to judge; give numbers, functions, times.",
        "約120社様で一覧表示に最大5分の遅延が発生いたしました。",
        "単なる一時的な不具合にすぎません。",
    ),
    Rule(
        "MIN-02",
        "warning",
        any_of(
            phrase(
                r"(?P<end>です|ます)(?:ので|から)、?ご安心(?:ください|下さい)(?:ませ)?",
                reading="wording",
                swap=r"\g<end>",
            ),
            phrase(
                r"ご安心(?:ください|下さい)",
                before="(?:です|ます)(?:ので|から)、?",
                reading="wording",
            ),
            phrase(r"ご安心いただ(?:ければ|きたく)", reading="wording"),
            phrase(
                r"ご心配(?:に?は)?(?:、)?(?:及び|およば|及ば|いりません|要りません|無用|不要|なさらず"
                r"|なさらないで)|ご心配なく"
                r"|特に問題は?(?:ございません|ありません)",
                reading="wording",
            ),
        ),
        "影響を受けた方に安心を求めると、反感を招きます。",
        "Asking the affected not to worry angers them.",
        "現在は正常にご利用いただけます。",
        "データは無事ですのでご安心ください。",
    ),
    Rule(
        "MIN-03",
        "warning",
        phrase(
            r"(?<!す)ごく(?:一部|少数|限られた|わずか|僅か|短時間)|ほんの(?:一部|わずか|僅か|少し|数)"
            r"|極めて(?:限定的|軽微|一部|少)"
            r"|限定的(?:です|であり|でござい|でした|な影響|なもの)|軽微(?:です|な|であり|でござい|でした)",
            reading="wording",
        ),
        "数字のない「一部」「軽微」は、小さく見せる言葉です。",
        '"Only a few" without a number belittles.',
        "影響を受けたお客様は全体の約3%(42社様)です。",
        "影響はごく一部のお客様に限られます。",
    ),
    Rule(
        "MIN-04",
        "warning",
        phrase(
            r"(?:ご迷惑|ご不便|ご不快|ご心配)[^。\n]{0,30}?(?:であれば|でしたら|としたら|のなら"
            r"|がございましたら|がありましたら"
            r"|方がいらっしゃ|ようでしたら|場合[はに、])[^。\n]{0,30}?(?:お詫び|おわび|申し訳)",
            reading="wording",
            sentence=APOLOGY,
        ),
        "条件つきの謝罪は、謝罪として受け取られません。",
        "An apology with an if is none.",
        "サービスを停止しておりますことを、深くお詫び申し上げます。",
        "ご不快な思いをされた方がいらっしゃいましたらお詫びいたします。",
    ),
    Rule(
        "BLM-01",
        "error",
        phrase(CUSTOMERS_FAULT, after=DENIED, needs="お客|[貴御]社|利用者|契約者|ユーザ"),
        "お客様に原因があるように読まれます。",
        "It reads as if the customer were to blame.",
        "お客様側での操作は必要ございません。",
        "お客様の設定に起因する事象でございます。",
    ),
    Rule(
        "BLM-02",
        "error",
        any_of(
            phrase(OTHERS_FAULT, needs="責任|せい|落ち度|過失|非|不手際|ミス|原因|起因|もらい"),
            phrase(r"のせいで(?!す|ご)、?", swap="の影響により、"),
            phrase(r"のせいで(?=す|ご)"),
        ),
        "提供する責任は自社にあります。他社の事実と自社の対策を書きます。",
        "The service is ours: state the fact about the supplier and what we do about it.",
        "弊社が利用するクラウド基盤の障害により、本サービスに影響が発生いたしました。",
        "本件はクラウド事業者側の責任であり、弊社に落ち度はございません。",
    ),
    Rule(
        "BLM-03",
        "warning",
        phrase(EXCUSE, reading="wording", swap=_without_excuse),
        "言い訳に読まれます。",
        "It reads as an excuse.",
        "想定同時接続数の設定値が実績に対して不足しておりました。",
        "想定外のアクセス集中により停止いたしました。",
    ),
    Rule(
        "BLM-04",
        "warning",
        phrase(OPERATOR, after=PREVENTED),
        "個人の責任に見え、仕組みの対策が伝わりません。",
        "It blames a person and hides what the system lacked.",
        "設定変更手順の二重確認が実施されない作業区分となっておりました。",
        "担当者の不注意により設定を誤りました。",
    ),
)
