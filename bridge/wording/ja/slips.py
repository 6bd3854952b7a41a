"""TYP: slips of the keyboard, which a careful reader would see."""

from bridge.wording.find import any_of, phrase
from bridge.wording.rule import Rule

NOUN_END = r"(?<=[一-龥々ァ-ヶーA-Za-z0-9)」])"
WORD = r"(?:[一-龥]{2,4}|[ァ-ヶー]{3,10})"

RULES = (
    Rule(
        "TYP-01",
        "warning",
        any_of(
            phrase(rf"{NOUN_END}が[にを](?=[ぁ-んァ-ヶ一-龥、])", reading="wording"),
            phrase(
                rf"{NOUN_END}(?P<one>を|が)(?P=one)(?=[ぁ-んァ-ヶ一-龥、])",
                reading="wording",
                swap=r"\g<one>",
            ),
            phrase(rf"{NOUN_END}をが(?!ん)", reading="wording"),
            phrase(
                rf"{NOUN_END}(?P<one>は|に|も)(?P=one)(?=[一-龥ァ-ヶ、ご])(?!じ)",
                reading="wording",
                swap=r"\g<one>",
            ),
            phrase(rf"{NOUN_END}のの(?=[一-龥ァ-ヶ])", reading="wording", swap="の"),
        ),
        "助詞が重なっています。",
        "A particle too many.",
        "決済機能がご利用いただけません。",
        "決済機能がにご利用いただけません。",
    ),
    Rule(
        "TYP-02",
        "warning",
        any_of(
            phrase(
                rf"(?P<word>(?!([一-龥])\2|毎[日回]|十|[一二三四五六七八九]){WORD})(?P=word)(?![ァ-ヶー])",
                reading="raw",  # a name may end a line and begin the next
                swap=r"\g<word>",
            ),
            phrase(
                r"(?P<word>しており|いたし|ございま|ください|ました)(?P=word)",
                reading="wording",
                swap=r"\g<word>",
            ),
            phrase(
                r"(?<=[しりきいえべれ])(?:ますます|ましたました)(?=。)",
                reading="wording",
                swap=lambda match: match[0][: len(match[0]) // 2],
            ),
        ),
        "同じ言葉が続けて二度書かれています。",
        "A word written twice.",
        "復旧作業を行っております。",
        "復旧作業作業を行っております。",
    ),
    Rule(
        "TYP-03",
        "warning",
        any_of(
            phrase(
                r"(?<=に)[勤務]め(?=て(?:まい|おり|い|参)|ます|る|てきた)", reading="wording", swap="努め"
            ),
            phrase(r"お侘び", reading="wording", swap="お詫び"),
            phrase(r"申し?分け(?=ございま|ありま|ない)", reading="wording", swap="申し訳"),
            phrase(
                r"(?<![致死])傷害(?=が?発生|のお知らせ|報告|の?復旧|につきまし|により)",
                reading="wording",
                swap="障害",
            ),
            phrase(
                r"(?:複旧|復急|普及)(?=作業|見込|日時|時刻|報告|いたしま|の?目途)",
                reading="wording",
                swap="復旧",
            ),
            phrase(r"究名|糾明", reading="wording", swap="究明"),
        ),
        "漢字の変換が誤っています。",
        "The wrong characters for this word.",
        "早期の復旧に努めてまいりました。",
        "早期の復旧に勤めてまいりました。",
    ),
)
