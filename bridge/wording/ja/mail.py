"""MAL in Japanese letters: a reader who cannot reply must have another way to reach us."""

import re
from collections.abc import Iterator

from bridge.wording.find import phrase
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import CONTACT, Sheet

ASKED = (
    r"(?:パスワード|暗証番号|カード(?:番号|情報)|セキュリティ(?:コード|番号)|認証(?:コード|番号)"
    r"|口座(?:番号|情報)|秘密の質問|マイナンバー)"
)
NO_REPLY = re.compile(r"送信専用|返信(?:を)?(?:いただいて|頂いて|されて)も|返信には?(?:お答え|対応|お応え)")


def _dead_end(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    page = sheet.body
    match = NO_REPLY.search(page.flow)
    if match and not CONTACT.search(page.flow):
        yield Hit.of(page, match)


RULES = (
    Rule(
        "MAL-02",
        "warning",
        _dead_end,
        "返信できないのに、問い合わせ先がありません。",
        "No reply possible, and no other way to reach us.",
        "本メールは送信専用です。お問い合わせは下記窓口まで",
        "本メールは送信専用です。",
        scope="body",
    ),
    Rule(
        "MAL-05",
        "warning",
        phrase(
            rf"{ASKED}[^。\n]{{0,30}}?(?:ご?返信|お送り|送付|送信|お知らせ|ご?連絡|ご?記載|ご?記入(?:のうえ|の上)|お教え|教えて|ご?提示|ご?回答|お伝え)"
            r"[^。\n]{0,8}?(?:ください(?!ますな)|下さい|お願い|いただけます(?:か|よう)|いただきたく|いただきます|願います)"
            rf"|(?:このメール|本メール|メール|ご?返信)(?:に|で|にて)[^。\n]{{0,20}}?{ASKED}を[^。\n]{{0,12}}?(?:ください|下さい|お願い|願います)",
            unless=r"ないで|必要はござい|必要はあり|ことはござい|ことはあり|いただくことは|しないよう|再設定|変更|なさらない|ないよう|ご?注意|控え|お送りした|お知らせした",
        ),
        "メールで暗証の情報を求めています。詐欺のメールと見分けがつきません。",
        "It asks for a secret by mail, as a phishing mail would.",
        "弊社から、メールでパスワードをお尋ねすることはございません。",
        "本人確認のため、パスワードをこのメールにご返信ください。",
    ),
)
