"""APO: apologies that do not do what an apology must."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bridge.wording.find import NEAR, Swap, any_of, offer, phrase, when
from bridge.wording.ja.subject import SAYS_RECOVERED
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Find, Hit, Rule
from bridge.wording.text import Sheet, in_signature

SORRY = re.compile(r"お詫び|おわび|申し訳|陳謝")
OVER = re.compile(r"(?:復旧|解消)(?:を確認|を完了|が完了)?(?:いた)?し(?:まし|、|て(?:おり|い)ます)")
OFTEN = 5
OF_SOMETHING_PAST = (
    r"遅|誤|訂正|前回|先[のに日般]|第[一二三四五六七八九十\d]{1,3}報|ご?案内|配信|重複|復旧|解消"
    r"|ご?連絡|ご?報告|お知らせ|お約束|昨日|以前"
)
HARM = r"(?:ご?迷惑|ご?不便|ご?心配)を?"


def _goes_on(sheet: Sheet, _context: Context) -> bool:
    """A condition: nothing in the letter says that it is over."""
    return not (SAYS_RECOVERED.search(sheet.subject.flow) or OVER.search(sheet.body.wording))


def _in_paragraph(pattern: str, *, unless: str, swap: Swap = None) -> Find:
    """Find `pattern`, except where `unless` stands shortly before or behind it in the same paragraph."""
    wanted, pardon = re.compile(pattern), re.compile(unless)

    def find(sheet: Sheet, _context: Context) -> Iterator[Hit]:
        for page in sheet.pages:
            for match in wanted.finditer(page.wording):
                before = page.wording[max(match.start() - NEAR, 0) : match.start()].rpartition("\n")[2]
                behind = page.wording[match.end() : match.end() + NEAR].partition("。")[0].partition("\n")[0]
                if not pardon.search(before + match[0] + behind):
                    yield Hit.of(page, match, offer(swap, match))

    return find


def _too_often(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """In a letter with many apologies, those that stand right behind another one. They can go."""
    page = sheet.body
    found = [
        span
        for span in page.sentences
        if SORRY.search(page.wording, *span) and not in_signature(page, page.origin[span[0]])
    ]
    if len(found) < OFTEN:
        return
    behind = [after for before, after in pairwise(found) if not page.flow[before[1] : after[0]].strip()]
    for start, end in behind:
        yield Hit(page, *page.span(start, end), "")
    if not behind:
        yield Hit(page, *page.span(*found[-2]))


RULES = (
    Rule(
        "APO-01",
        "warning",
        any_of(
            phrase(r"遺憾(?:に|な(?:こと)?と)存じ(?=ます|て)", reading="wording", swap="申し訳なく存じ"),
            phrase(r"遺憾(?:でござい|であり|の意)", reading="wording"),
            phrase(
                r"お騒がせ(?:を)?(?:いた)?し(?P<end>ました|て|、|ており)",
                reading="wording",
                swap=r"ご迷惑をおかけいたし\g<end>",
            ),
        ),
        "お詫びの代わりにならない言葉です。お詫びの言葉を書きます。",
        "Regret is not an apology: apologise.",
        "このような事態となり、誠に申し訳ございません。",
        "このような事態となり、誠に遺憾に存じます。",
    ),
    Rule(
        "APO-02",
        "warning",
        phrase(
            r"(?:ごく)?(?:一部|限られた|少数)の(?=(?:お客様|方|方々|ユーザー様?|利用者様?|皆様)[にへ][^。\n]{0,25}(?:迷惑|不便|心配)[^。\n]{0,30}"
            r"(?:お詫び|おわび|申し訳))",
            reading="wording",
            swap="",
        ),
        "読む方を外に置く謝り方です。お客様にお詫びします。",
        "It apologises to some, and leaves the reader out.",
        "お客様にご迷惑をおかけいたしましたことを、深くお詫び申し上げます。",
        "一部のお客様にご迷惑をおかけいたしましたことを、お詫び申し上げます。",
    ),
    Rule(
        "APO-03",
        "warning",
        when(
            _goes_on,
            any_of(
                _in_paragraph(
                    r"(?P<sorry>申し訳(?:ございません|ありません))でした",
                    unless=OF_SOMETHING_PAST,
                    swap=r"\g<sorry>",
                ),
                _in_paragraph(
                    rf"(?P<harm>{HARM}お?)(?:かけ|掛け)(?:(?:いた)?しました|した)(?P<end>こと|点)",
                    unless=OF_SOMETHING_PAST,
                    swap=r"\g<harm>かけしております\g<end>",
                ),
            ),
        ),
        "続いている間に、終わったこととして謝っています。",
        "It apologises as if it were over, while it goes on.",
        "ご迷惑をおかけしておりますことを、深くお詫び申し上げます。",
        "この度は誠に申し訳ございませんでした。",
        KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "APO-04",
        "warning",
        _too_often,
        "お詫びの言葉が多すぎます。初めと終わりに書きます。",
        "Too many apologies: one at the beginning and one at the end.",
        "深くお詫び申し上げます。",
        "誠に申し訳ございません。" * OFTEN,
        scope="full",
    ),
    Rule(
        "APO-05",
        "warning",
        _in_paragraph(
            r"(?:(?:あらかじめ|予め|何卒)、?)?ご(?:了承|容赦|諒承)(?:くださ|下さ|いただ|願|を賜|のほど)",
            unless=(
                r"場合|ので|返信|お答え|お時間|予定|変更|反映|お伺い|メールでの|書面|ご?説明|おそれ|恐れ|順次|混[みん]|混雑"
                r"|電話|深夜|早朝"
            ),
        ),
        "起きてしまったことへの了承は求めません。お詫びを書きます。",
        "It asks readers to accept what has happened: apologise instead.",
        "ご不便をおかけし、誠に申し訳ございません。",
        "あらかじめご了承くださいますようお願い申し上げます。",
    ),
)
