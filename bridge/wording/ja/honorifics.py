"""HON: forms of respect."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bridge.wording.find import Swap, any_of, phrase, when
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import LINE, Sheet

HUMBLE = re.compile(r"させて(?:いただ|頂)(?P<end>きます|きました|き、|いており|いて|く|ければ|き)?")
HUMBLE_PLAIN = {
    "きます": "いたします",
    "きました": "いたしました",
    "き、": "いたし、",
    "いており": "いたしており",
}
BODY = re.compile(r"[ \u3000]{0,3}御中(?=[ \u3000\r]{0,3}$)|御中")
PERSON = re.compile("[^\n]*(?<!お客)様(?![々子式相])")
ADDRESSEE = re.compile(r"^[^。、]{1,30}様[ \u3000\r]*$")
GROUP_SAMA = r"(?:(?<!お客)(?<!お得意)様)"  # not in お客様各位 and お得意様各位, which are customary
OFFICES = (
    r"社長|会長|専務|常務|部長|次長|課長|係長|主任|取締役|支店長|所長|店長|先生|室長|局長|院長|校長"
    r"|教授|理事長"
)


def _when_it_ends(polite: str) -> Swap:
    """Offer the plainer form, where the verb ends in ます. Other endings are left to a person."""
    return lambda match: polite if match[0].endswith("ます") else None


DOUBLE: dict[str, Swap] = {
    r"(?P<verb>[おご](?!元気)[^\s、。]{1,6})になられ(?P<end>る|た|て|ま)": lambda match: (
        match["verb"] + "にな" + {"る": "る", "た": "った", "て": "って", "ま": "りま"}[match["end"]]
    ),
    r"おっしゃられ(?P<end>る|た|て|ま)": lambda match: (
        "おっしゃ" + {"る": "る", "た": "った", "て": "って", "ま": "いま"}[match["end"]]
    ),
    r"申し上げさせていただ[きく]?(?:ます)?": _when_it_ends("申し上げます"),
    r"拝見させていただ[きく]?(?:ます)?": _when_it_ends("拝見いたします"),
    r"お?伺(?:わ|いさ)せていただ[きく]?(?:ます)?": _when_it_ends("伺います"),
    r"いただかせていただ|頂かせていただ|(?:ご説明|ご報告|ご連絡)申し上げさせて": None,
    r"(?:ます|です)でございます": lambda match: (
        match[0][:2] if match[0].startswith("ます") else "でございます"
    ),
}
CUSTOMER_ACTS = r"ご(?P<noun>利用|確認|参照|閲覧|入力|購入|登録|選択|使用|視聴|予約|注文|覧)"


def _organisation_and_person(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        lines = list(LINE.finditer(page.raw))
        for line, following in pairwise([*lines, *lines[-1:]]):
            body = BODY.search(line[1])
            if body is None:
                continue
            start = line.start() + body.start()
            if person := PERSON.search(line[1], body.end()):
                end = line.start() + person.end()
            elif following is not line and ADDRESSEE.match(following[1]):
                end = following.start() + following[1].rindex("様") + 1
            else:
                continue
            yield Hit(page, start, end, page.raw[start:end].replace(body[0], "", 1))


def _too_humble(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """させていただく for the second time in a sentence, or for the third time in a letter."""
    seen, last = 0, (-1, -1)
    for page in sheet.pages:
        last = (-1, -1)
        for match in HUMBLE.finditer(page.flow):
            here, seen = page.sentence(match.start()), seen + 1
            if here == last or seen >= 3:
                yield Hit.of(page, match, HUMBLE_PLAIN.get(match["end"] or ""))
            last = here


def _says_heisha(sheet: Sheet, _context: Context) -> bool:
    return any("弊社" in page.flow for page in sheet.pages)


RULES = (
    Rule(
        "HON-01",
        "error",
        phrase(rf"{GROUP_SAMA}?各位(?:様|殿|御中|さま)|{GROUP_SAMA}各位", swap="各位"),
        "「各位」に敬称は重ねません。",
        "各位 already carries the respect; add nothing.",
        "お客様各位",
        "お取引先様各位殿",
    ),
    Rule(
        "HON-02",
        "error",
        _organisation_and_person,
        "「御中」と「様」は一つの宛名に並べません。",
        "御中 (a body) and 様 (a person) do not go together.",
        "株式会社サンプル商事 佐藤様",
        "株式会社サンプル商事御中 佐藤様",
    ),
    Rule(
        "HON-03",
        "warning",
        phrase(rf"(?:{OFFICES})様"),
        "役職名に「様」は重ねません。",
        "An office is a title already; put it before the name.",
        "営業部長 佐藤様",
        "佐藤部長様",
    ),
    Rule(
        "HON-04",
        "error",
        any_of(*(phrase(pattern, swap=swap) for pattern, swap in DOUBLE.items())),
        "二重敬語です。",
        "Doubled forms of respect.",
        "ご利用になる際は",
        "ご利用になられる際は",
    ),
    Rule(
        "HON-05",
        "warning",
        _too_humble,
        "「させていただく」が続いています。",
        "させていただく is repeated.",
        "改めてご報告いたします。",
        "調査させていただき、ご報告させていただきます。",
    ),
    Rule(
        "HON-06",
        "error",
        phrase(
            r"(?P<stem>[わらかがさたなばま])さ(?P<rest>せていただ)",
            swap=r"\g<stem>\g<rest>",
            before="減|動|済|果|飛|交|表|生|伸|延|満|知|鳴|照|散|明|晴|活|逃|冷|励|抜|乾|沸|覚|悩",
        ),
        "余分な「さ」が入っています。",
        "A superfluous さ.",
        "復旧作業を行っております。",
        "復旧作業を行わさせていただきます。",
    ),
    Rule(
        "HON-07",
        "warning",
        any_of(
            phrase(
                rf"{CUSTOMER_ACTS}[がはも]?(?:でき|出来)(?P<end>ます|る|ません|ない|ず|なく|た|て)",
                swap=r"ご\g<noun>いただけ\g<end>",
            ),
            phrase(
                r"(?P<verb>ご[一-龥]{2}|お(?:待ち|読み|選び|試し|知らせ|問い合わせ|送り))して(?P<end>ください|下さい|いただ[きくけ])",
                swap=r"\g<verb>\g<end>",
            ),
            phrase(
                r"拝見(?:して|の上、?|のうえ、?)?(?P<end>ください|いただ(?=[きけく]))", swap=r"ご覧\g<end>"
            ),
            phrase(r"(?:お伺い|伺って)(?P<end>ください|いただ(?=[きけく]))", swap=r"お尋ね\g<end>"),
            phrase(
                r"拝[受読聴借](?:して|の上、?|のうえ、?)?(?:ください|下さい|いただ[きくけ])|お申し(?:上げ)?にな[りっる]|になれられ"
                r"|参られ(?:る|た|ま)|(?:お客様|貴社)[^。、\n]{0,10}が申され"
            ),
        ),
        "お客様の動作に謙譲の形を使っています。",
        "A humble form on the customer's act.",
        "ログイン機能がご利用いただけません。",
        "ログイン機能がご利用できません。",
    ),
    Rule(
        "HON-08",
        "warning",
        when(_says_heisha, phrase(r"(?<![担該相])当社(?![員会])", swap="弊社")),
        "「弊社」と「当社」が混じっています。",
        "Two words for ourselves.",
        "弊社サービスについて、弊社では対応を進めております。",
        "弊社サービスについて、当社では対応を進めております。",
    ),
    Rule(
        "HON-09",
        "warning",
        phrase(r"御社", swap="貴社"),
        "書き言葉では「貴社」です。",
        "In writing it is 貴社.",
        "貴社のデータ",
        "御社のデータ",
    ),
    Rule(
        "HON-10",
        "warning",
        any_of(
            phrase(r"すみません(?!でした)|すいません(?!でした)|ごめんなさい", swap="申し訳ございません"),
            phrase(r"(?:すみません|すいません)でした", swap="申し訳ございませんでした"),
            phrase(r"了解(?P<end>しました|いたしました|です)", swap="承知いたしました"),
            phrase(r"ご苦労(?:様|さま)"),
        ),
        "口語的なお詫びや応答です。",
        "Too casual an apology or answer.",
        "誠に申し訳ございません。",
        "ご不便をかけてすみません。",
    ),
    Rule(
        "HON-11",
        "warning",
        any_of(
            phrase(
                r"(?:弊社|当社)(?:の[^。、\n]{1,8})?[がは](?:おっしゃ|いらっしゃ|なさ[いっるれ])"
                r"|(?<![一-龥ご])担当(?:者|部門|部署)が(?:おっしゃ|いらっしゃ|なさ[いっるれ])"
            ),
            phrase(
                r"(?:弊社|当社)の?[一-龥々ァ-ヶーA-Za-z]{0,8}の?[一-龥々ァ-ヶー]{1,5}?(?<!客)(?<!取引先)(?<!会員)(?<!利用者)(?<!契約者)(?<!顧客)"
                r"(?<!株主)(?<!代理店)(?<!皆)(?<!各位)(?<!ユーザー)(?<!オーナー)(?:様|さん)(?:が|より|から"
                r"|に|は|へ|を|も)"
            ),
        ),
        "身内に敬称を付けています。",
        "A title of respect for our own people.",
        "弊社技術責任者の佐藤より",
        "弊社佐藤さんよりご連絡いたします。",
    ),
)
