"""BLM: letters that put the blame on others."""

import re

from bridge.wording.find import any_of, phrase
from bridge.wording.rule import Rule

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


def _without_excuse(match: re.Match[str]) -> str | None:
    """Drop an excusing adjective. None where it is what the sentence says, as in 「予想外の負荷でした」."""
    alone = re.match(r"[^、。\n]{0,8}(?:でした|です|でござ)", match.string[match.end() : match.end() + 12])
    return "" if match[0] in DROPPABLE and not alone else None


RULES = (
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
