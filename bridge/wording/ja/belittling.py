"""MIN: letters that make the failure look small."""

import re

from bridge.wording.find import any_of, phrase
from bridge.wording.rule import Rule

APOLOGY = "ご迷惑をおかけしておりますことを、深くお詫び申し上げます。"


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
            phrase(r"(?:わずか|僅か|たった|ほんの)(?:の|に)?(?=約?[0-9])", reading="wording", swap=""),
            phrase(
                r"(?<=[るたい])(?:程度|だけ)(?:です|でした|でござい)|(?<=[るたい])程度に(?:とどま|留ま)",
                reading="wording",
                before="どの|どれ|ある|いただく|できる|いただける|られる|完了する|待つ|押す",
            ),
            phrase(r"に(?:過ぎ|すぎ)(?:ません|ない)", before="まで", reading="wording", swap=_shrink),
            phrase(
                r"些細(?!な)|(?<![拡増肥膨甚多重絶最])大した|(?<![しみき])たいした"
                r"|(?:軽い|小さな|小規模な|些末な|取るに足らない|よくある)(?:不具合|障害|トラブル|影響|問題|事象)",
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
            r"|(?:実害|影響|被害|支障)は?ほとんど(?:ございません|ありません|なく|ない)"
            r"|(?:影響|被害)は、?[^。、\n]{0,8}最小限(?:に(?:とど|留)ま|です|でし|であ|でござい)"
            r"|大きな(?:影響|支障|被害|問題)は、?(?:ございません|ありません|なく|(?:出て|生じて)(?:おりません|いません))"
            r"|(?:深刻|重大|大き)な(?:障害|問題|影響|事故|不具合)では(?:ございません|ありません|なく)"
            r"|(?:限定的|軽微|僅少)(?:です|であ[りっ]|でござい|でした|な(?!お)|だっ|と(?:判断|考え|[見み]て|[い言]え|認識|推))"
            r"|(?<!ごく)(?<!ほんの)(?:わずか|僅か)な(?:影響|遅延|遅れ|不具合|時間|お客様|範囲|件数|障害)",
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
            r"(?:不快|不便|迷惑)(?:に|と|だと|な思いを)(?:感じ|思わ|お感じ|お思い|され)[^。\n]{0,8}(?:方|お客様)(?:に|が|々に)[^。\n]{0,12}?"
            r"(?:お詫び|おわび|申し訳)|(?:おかけ|お掛け|与え|及ぼ)[しえた](?:いたし)?[^。\n]{0,3}(?:可能性|おそれ|恐れ)[^。\n]{0,20}?(?:お詫び|おわび|申し訳)"
            r"|(?:ご迷惑|ご?不便|ご?不快|ご心配|ご気分|ご不安|お気を悪く)[^。\n]{0,30}?(?:であれば|でしたら|としたら|のなら"
            r"|がございましたら|がありましたら"
            r"|方がいらっしゃ|ようでしたら|場合[はに、]|(?:おり|い|し)ましたら|たならば|とすれば|方がおられ|方がおいで)[^。\n]{0,30}?(?:お詫び|おわび|申し訳)",
            reading="wording",
            sentence=APOLOGY,
        ),
        "条件つきの謝罪は、謝罪として受け取られません。",
        "An apology with an if is none.",
        "サービスを停止しておりますことを、深くお詫び申し上げます。",
        "ご不快な思いをされた方がいらっしゃいましたらお詫びいたします。",
    ),
)
