"""MAL: what goes wrong on the way to the inbox, or makes a letter look like phishing."""

import re
from collections.abc import Iterator

from bridge.wording.find import any_of, lacking, phrase, whole
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

SHORTENED = (
    r"(?<![\w.])(?:bit\.ly|goo\.gl|tinyurl\.com|tinyurl|t\.co(?=/)|is\.gd|ow\.ly|buff\.ly"
    r"|x\.gd)(?![\w.])(?:/[\w-]*)?|http://"
)
ASKED = (
    r"(?:パスワード|暗証番号|カード(?:番号|情報)|セキュリティ(?:コード|番号)|認証(?:コード|番号)"
    r"|口座(?:番号|情報)|秘密の質問|マイナンバー)"
)
ASKED_EN = (
    r"\b(?:reply|respond|answer|send|email|e-mail|provide|tell|give|submit)\b[^.\n]{0,40}?"
    r"\byour (?:\w{1,12} ){0,2}(?:password|passcode|pin|security code|card (?:number|details)|bank details)\b"
)


def _several_recipients(sheet: Sheet, context: Context) -> Iterator[Hit]:
    own = {domain.lower() for domain in context.domains}
    outside = [
        address for address in (*context.to, *context.cc) if address.rpartition("@")[2].lower() not in own
    ]
    if len(outside) >= 2:
        yield lacking(sheet)


def _broken_subject(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    subject = sheet.subject.raw
    tidy = " ".join(subject.split()) if re.search(r"[\r\n\t]", subject) else subject.strip()
    if tidy != subject:
        yield whole(sheet.subject)._replace(replacement=tidy)


RULES = (
    Rule(
        "MAL-01",
        "error",
        _several_recipients,
        "宛先に複数の社外アドレスがあり、互いに見えてしまいます。",
        "Several outside addresses would see each other.",
        "to: 1件",
        "to: 3件",
        scope="mail",
    ),
    Rule(
        "MAL-03",
        "warning",
        phrase(SHORTENED, body_only=True),
        "短縮URLや http:// はフィッシングに見えます。",
        "Shortened or plain http links look like phishing.",
        "https://status.example.jp/",
        "https://bit.ly/3abcd",
    ),
    Rule(
        "MAL-04",
        "error",
        _broken_subject,
        "件名に改行や余分な空白があります。",
        "The subject holds line breaks or stray blanks.",
        "【重要】みどりショップ 接続障害(第一報)",
        "【重要】みどりショップ\n接続障害(第一報)",
        scope="subject",
    ),
    Rule(
        "MAL-05",
        "warning",
        any_of(
            phrase(
                rf"{ASKED}[^。\n]{{0,30}}?(?:ご?返信|お送り|送付|送信|お知らせ|ご?連絡|ご?記載|ご?記入(?:のうえ|の上)|お教え|教えて|ご?提示|ご?回答|お伝え)"
                r"[^。\n]{0,8}?(?:ください(?!ますな)|下さい|お願い|いただけます(?:か|よう)|いただきたく|いただきます|願います)"
                rf"|(?:このメール|本メール|メール|ご?返信)(?:に|で|にて)[^。\n]{{0,20}}?{ASKED}を[^。\n]{{0,12}}?(?:ください|下さい|お願い|願います)",
                unless=r"ないで|必要はござい|必要はあり|ことはござい|ことはあり|いただくことは|しないよう|再設定|変更|なさらない|ないよう|ご?注意|控え|お送りした|お知らせした",
            ),
            phrase(ASKED_EN, unless=r"\b(?:never|not|reset|change)\b|n't\b", reading="lower"),
        ),
        "メールで暗証の情報を求めています。詐欺のメールと見分けがつきません。",
        "It asks for a secret by mail, as a phishing mail would.",
        "弊社から、メールでパスワードをお尋ねすることはございません。",
        "本人確認のため、パスワードをこのメールにご返信ください。",
    ),
)
