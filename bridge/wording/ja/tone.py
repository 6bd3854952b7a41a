"""TON: register, jargon, length."""

import re
from collections.abc import Iterator

from bridge.wording.find import LATIN, Swap, any_of, phrase
from bridge.wording.ja.expressions import NUMERAL
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

FALLEN = (
    r"(?P<what>サーバー?|サイト|システム|DB|サービス|アプリ|ネットワーク"
    r"|回線)(?P<particle>[がは]?)落ち(?=[てたま])"
)
COLLOQUIAL = (
    r"なるはや|ガチで|ちゃいま|超(?=急い|重い|遅い|早い)|なんとか(?=直|復旧|動)|ざっくり|ばたばた|バタバタ|とりま|いまいち|ちゃんと|やっぱり|マジで|ものすごく|すごく|めちゃくちゃ|めちゃ|めっちゃ|ヤバ[いイくす]|やばい|とりあえず|なんか(?!い)|だいぶ"
    r"|バグって|バグ[っり][たてま]|ぶっちゃけ"
    r"|(?:サーバー?|サイト|システム|DB|サービス|アプリ|ネットワーク|回線)[がは]?落ち(?![着てたま])"
    r"|死んで[いおる]|固まって[いおる]"
)
PLAIN_END = (
    r"(?:である|だった|(?<!た)(?<!ま)だ|る|(?<!まし)(?<!でし)(?<!あな)(?<!かが)た|ない"
    r"|(?<!で)(?<!ま)(?<!い)す)。"
)
PRODUCTS = (
    r"(?<![A-Za-z])(?:OOM|Pods?|Kubernetes|EC2|RDS|Redis|[nN]ginx|NGINX|CrashLoopBackOff)(?![A-Za-z])"
    r"|CPU使用率"
)
JARGON = (
    r"フェ[イー]ルオーバー?|フェ[イー]ルバック"
    r"|デプロイ|ロールバック|レプリ(?:カ|ケーション)|コネクションプール|スロークエリ|メモリー?使用率"
    r"|レイテンシ|スループット"
    r"|ハングアップ|輻輳|パケットロス|デッドロック|ロードバランサ|オートスケール|メモリリーク"
    r"|スプリットブレイン|ステージング|STG環境|オンコール|監視アラート|アラート(?=[がを](?:検知|受信|受け|発報|発生|上が|鳴|出|発火))"
)
COUNT = f"[0-9数{NUMERAL}百千万半]"
REDUNDANT: dict[str, Swap] = {
    r"まず(?:最初|始め|はじめ)に": "まず",
    r"(?<!昨)今現在": "現在",
    rf"(?P<amount>(?<![契予規節条制公])(?:約|およそ){COUNT}[^。、\s]{{0,9}}?)(?:ほど|程度|くらい|ぐらい"
    rf"|前後)": r"\g<amount>",
    r"一番最初": "最初",
    r"必ず必要": "必要",
    r"各(?P<what>[^。、\s]{1,6}?)ごと": r"\g<what>ごと",
    r"後で後悔|被害を被|違和感を感じ|頭痛が痛": None,
}
LONGEST = 120
JAPANESE = re.compile(r"[ぁ-んァ-ヶ]")


def _overlong(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    page = sheet.body
    for start, end in page.sentences:
        if end - start > LONGEST and page.wording[end - 1] == "。":
            first, _ = page.sentence(end - 1)
            if end - first > LONGEST and JAPANESE.search(page.flow, first, end):
                yield Hit(page, *page.span(first, end))


RULES = (
    Rule(
        "TON-01",
        "warning",
        any_of(
            phrase(COLLOQUIAL, reading="wording"),
            phrase(FALLEN, swap=r"\g<what>\g<particle>停止し", reading="wording"),
        ),
        "話し言葉です。",
        "Spoken language.",
        "停止しております。",
        "サーバーが落ちています。",
    ),
    Rule(
        "TON-02",
        "warning",
        phrase(PLAIN_END, needs="[るただいす]。", reading="wording"),
        "です・ます体ではない文末です。",
        "A sentence in the plain form.",
        "停止しております。",
        "サービスが停止している。",
    ),
    Rule(
        "TON-03",
        "warning",
        any_of(phrase(PRODUCTS, needs=LATIN, reading="wording"), phrase(JARGON, reading="wording")),
        "お客様に通じない専門用語です。症状で書きます。",
        "A term customers do not know; describe the symptom.",
        "応答に時間がかかる状況です。",
        "フェイルオーバーに失敗しております。",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "TON-04",
        "warning",
        _overlong,
        "一文が120字を超えています。二文に分けます。",
        "A sentence of more than 120 characters; make it two.",
        "調査しております。",
        "現在、" + "受注登録機能と帳票出力機能において、" * 7 + "障害が発生しております。",
    ),
    Rule(
        "TON-05",
        "warning",
        any_of(*(phrase(pattern, swap=swap, reading="wording") for pattern, swap in REDUNDANT.items())),
        "同じ意味の言葉が重なっています。",
        "The same thing said twice.",
        "約30分",
        "約30分ほど",
    ),
    Rule(
        "TON-06",
        "warning",
        any_of(
            phrase(
                r"善処(?:を)?(?P<end>いたします|します|いたしております|してまいります)",
                reading="wording",
                swap=r"対応\g<end>",
            ),
            phrase(r"(?:まずは)?取り急ぎ、?(?=[ごお])", reading="wording", swap=""),
            phrase(
                r"善処(?!を?(?:いた)?し)|(?:まずは)?取り急ぎ(?!、?[ごお])|[あ悪]しからず|お含みおき",
                reading="wording",
            ),
        ),
        "間に合わせに聞こえる言葉です。何をするかを書きます。",
        "A phrase that sounds like putting off: say what is done.",
        "設定を見直し、対応いたします。",
        "今後、善処いたします。",
    ),
    Rule(
        "TON-07",
        "warning",
        phrase(
            r"(?:新年)?(?:あけまして|明けまして)おめでとう|(?:謹賀|恭賀)新年|新春の?お慶び|新年のお慶び|メリー?クリスマス|[よ良]いお年を|おめでとうございます",
            reading="wording",
            sentence="",
        ),
        "お詫びの手紙に、祝いの言葉は書きません。",
        "No festive greeting in an incident letter.",
        "平素よりご利用いただき、誠にありがとうございます。",
        "新年あけましておめでとうございます。",
    ),
)
