"""MAL in Japanese letters: a reader who cannot reply must have another way to reach us."""

import re
from collections.abc import Iterator

from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import CONTACT, Sheet

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
)
