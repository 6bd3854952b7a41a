"""FLD in a letter to one customer: that customer's name, the concrete harm, what we will do."""

import re
from collections.abc import Iterator

from bridge.wording.find import any_of, first_line, lacking, phrase
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

MASS = re.compile(r"(?:各位|皆様|皆さま)(?:へ|[ ]*$|、$)")
ONE_PERSON = re.compile(
    r"(?<!お客)(?<!皆)(?<!利用者)(?<!会員)[^\s、。]{1,40} ?様(?:方)?$|ご?担当者様|[^\s、。客皆]{1,20}様 "
)
IMPACT = re.compile(
    r"\d[ ]*(?:件|社|名|通|回|台|円|個|行|枚|人|口|本|点|冊|分間|時間)"
    r"|\d{1,2}(?:時|:\d\d)[^。\n]{0,10}(?:から|より|[〜~])"
    r"|\d{1,2}月\d{1,2}日(?:[(].[)])?(?:\d{1,2}時(?:\d{1,2}分)?)?頃?(?:に(?!ご)|から|より|[〜~])"
    r"|(?:影響|対象|被害|件数|期間)[^\n。]{0,8}(?::|\n)[^\n]*\S"
)
NEXT_STEPS = re.compile(
    r"今後の(?:対応|予定|ご)|補償|ご説明|復元|ご連絡|ご報告|ご回答|再発行|再送|返金|再発防止|お届け"
    r"|対応(?:予定|期日)"
)


def _addressee(sheet: Sheet) -> list[str]:
    """The first five lines that are not blank. A letter to one person names the person there."""
    return [line.strip() for line in sheet.body.text[:1000].split("\n") if line.strip()][:5]


def _not_addressed_to_one(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    head = _addressee(sheet)
    if any(MASS.search(line) for line in head) or not any(ONE_PERSON.search(line) for line in head):
        yield first_line(sheet)


def _no_substance(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    text = sheet.body.letter_text
    if not (IMPACT.search(text) and NEXT_STEPS.search(text)):
        yield lacking(sheet)


RULES = (
    Rule(
        "FLD-10",
        "error",
        _not_addressed_to_one,
        "個別のお詫びなのに、相手のお名前がありません。",
        "An individual apology that names nobody.",
        "株式会社サンプル商事 営業部 佐藤様",
        "お客様各位",
        KindClass.TO_ONE_PERSON,
        "body",
    ),
    Rule(
        "FLD-11",
        "error",
        _no_substance,
        "具体的な影響と今後の対応の両方が必要です。",
        "It needs both the concrete harm and what we will do.",
        "受注12件が登録されておりません。復元のうえ、ご報告いたします。",
        "",
        KindClass.TO_ONE_PERSON,
        "body",
    ),
    Rule(
        "HON-12",
        "warning",
        any_of(
            phrase(
                r"(?<![のごな社])(?:皆様|皆さま|お客様各位|各位)(?P<end>に|の|が|は|へ|を|から|より)",
                swap=r"貴社\g<end>",
                reading="wording",
            ),
            phrase(
                r"お?客様の(?:皆様|皆さま)(?P<end>に|の|が|は|へ|を|から|より)",
                swap=r"貴社\g<end>",
                reading="wording",
            ),
        ),
        "一社あての手紙に「皆様」は使いません。",
        "A letter to one customer does not speak to all of them.",
        "貴社にご迷惑をおかけし、心よりお詫び申し上げます。",
        "皆様にご迷惑をおかけし、心よりお詫び申し上げます。",
        KindClass.TO_ONE_PERSON,
    ),
)
