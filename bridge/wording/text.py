"""A letter's text, prepared for matching, with the way back to the original offsets.

Four readings of one field:
    raw      as written; the character rules read this
    flow     lines wrapped inside a paragraph are joined, so that a phrase broken over two lines is found;
             full-width ASCII becomes half width, invisible characters are dropped,
             detached voicing marks (NFD) are composed
    wording  flow with quoted text blotted out, because screen messages and customers' voices are not ours;
             quotes are 「」, in English double quotes
    lower    wording in small letters
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bridge.wording.kinds import KindClass, classes_of
from bridge.wording.model import Field, Letter

WIDEST_LINE = 76  # columns; leaves room for two "> " in replies
BLOT = "\ue000"
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
FLOWS = FOLD | {0x2019: 0x27}  # the typographic apostrophe becomes the plain one
SMALL_LETTERS = {code: code + 32 for code in range(0x41, 0x5B)}
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")
VOICING = "\u3099\u309a"

LINE = re.compile(r"([^\r\n]*)(\r?\n|\r|\Z)")
STARTS_ANEW = re.compile(
    r"[■□●○◎◆◇▼▽▲△★☆・※＊*#＃>|｜━─═=＝＿_【〔［\[•–—-]"
    r"|[(（]?[0-9０-９]{1,2}[)）.．、]|[①-⑳]|https?:"
    r"|[^。、:：\n]{0,20}[^。、:：\n0-9０-９][:：]"
)
STANDS_ALONE = re.compile(
    r"^[■□●○◎◆◇▼▽▲△★☆【][^。、:：]{0,20}$|[。！？!?:：】]$|(?:各位|(?<![模仕同多一有])様|御中|殿)$|^https?:\S+$|^(.)\1{4,}"
)
NAMES_SOMEBODY = re.compile("(?:様|各位)$")
SAYS_IT_OF_THEM = re.compile("[のにがをはへ側]|より|から")
LABEL = re.compile(r"[ ]*[■□●○◎◆◇▼▽▲△★☆・※*]?[ ]*(?:[^。、:\n「」]{1,20}:(?![0-9]{2}|//))?[ ]*")
SENTENCE_JA = re.compile(r"[^。\n]+。*")
SENTENCE_EN = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*")
QUOTED_EN = re.compile(r"([\"“])[^\"“”\n]{1,300}([\"”])")
RULER = re.compile(r"^[ \t]{0,8}([━─═=＝＿_*＊~〜-])\1{3,200}\r?$|^-- ?\r?$", re.M)
CONTACT = re.compile(
    r"お問い?合わ?せ|問合せ|TEL|Tel|電話|[A-Za-z0-9]@[A-Za-z0-9]|https?://|窓口|連絡先|コールセンター"
    r"|ヘルプデスク"
    r"|[Cc]ontact|[Pp]hone"
)
PARAGRAPH_BREAK = re.compile(r"\n[ \t\u3000\r]*\n")


@dataclass(frozen=True)
class FieldText:
    """One field of a letter in its readings. `flow`, `wording` and `lower` share their offsets."""

    field: Field
    raw: str
    flow: str
    origin: list[int]  # raw offset of each flow offset, and of the end
    signature: int  # raw offset where the closing block begins
    locale: str = "ja"

    @cached_property
    def wording(self) -> str:
        if self.locale == "en":
            return QUOTED_EN.sub(lambda match: match[1] + BLOT * (len(match[0]) - 2) + match[2], self.flow)
        return blot_quotes(self.flow) if "「" in self.flow else self.flow

    @cached_property
    def lower(self) -> str:
        """`wording` in small letters, for the English rules. Matching it is quicker than ignoring case."""
        return self.wording.translate(SMALL_LETTERS)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """(start, end) of every sentence in the flow."""
        pattern = SENTENCE_EN if self.locale == "en" else SENTENCE_JA
        return [match.span() for match in pattern.finditer(self.wording)]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw offsets of flow offsets. A detached voicing mark stays with its character."""
        if end <= start:
            return self.origin[start], self.origin[start]
        stop = self.origin[end - 1] + 1
        while stop < len(self.raw) and self.raw[stop] in VOICING:
            stop += 1
        return self.origin[start], stop

    def sentence(self, at: int) -> tuple[int, int]:
        """Start and end of the sentence at a flow offset. A label such as `■復旧見込み:` is left out,
        unless the offset is in it."""
        start, end = self.sentences[max(bisect_right(self._starts, at) - 1, 0)]
        label = LABEL.match(self.wording, start, end)
        value = label.end() if label else start
        return (value if value <= at else start), end

    @cached_property
    def text(self) -> str:
        """`raw` with full-width ASCII made half width. Offsets are those of `raw`. For rules that go by lines."""
        return self.raw.translate(FOLD)

    @property
    def letter_text(self) -> str:
        """`text` without the signature."""
        return self.text[: self.signature]


@dataclass(frozen=True)
class Sheet:
    """A letter laid out for the rules."""

    classes: KindClass
    subject: FieldText
    body: FieldText

    @property
    def pages(self) -> Iterator[FieldText]:
        return (page for page in (self.subject, self.body) if page.raw)


def lay_out(letter: Letter) -> Sheet:
    return Sheet(
        classes_of(letter.kind),
        open_page("subject", letter.subject, letter.locale),
        open_page("body", letter.body, letter.locale),
    )


def open_page(field: Field, raw: str, locale: str = "ja") -> FieldText:
    flow, origin = join_lines(raw)
    signature = len(raw) if field == "subject" else signature_start(raw)
    return FieldText(field, raw, flow, origin, signature, locale)


def columns(text: str) -> int:
    """Columns that a line takes in a mail client. Characters of East Asian Width W, F and A take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def join_lines(raw: str) -> tuple[str, list[int]]:
    """The flow of a text, and the raw offset of each of its characters and of its end."""
    parts: list[str] = []
    origin: list[int] = []
    before = ""
    for match in LINE.finditer(raw):
        line, start = match[1].rstrip(" \t\u3000"), match.start()
        words = line.lstrip(" \t\u3000")
        if start:
            if continues(before, words):
                start += len(line) - len(words)
                line = words
                glue = " " if before[-1].isascii() and words[0].isascii() else ""
            else:
                glue = "\n"
            parts.append(glue)
            origin.extend([match.start() - 1] * len(glue))
        parts.append(line)
        origin.extend(range(start, start + len(line)))
        before = line.strip()
        if match.end() == len(raw) and not match[2]:
            break
    origin.append(len(raw))
    return compose(*drop_invisible("".join(parts).translate(FLOWS), origin))


def continues(before: str, line: str) -> bool:
    """Whether `line` continues the sentence of the line before it."""
    if not (before and line) or STARTS_ANEW.match(line):
        return False
    alone = STANDS_ALONE.search(before) and not (
        NAMES_SOMEBODY.search(before) and SAYS_IT_OF_THEM.match(line)
    )
    return not alone


def drop_invisible(flow: str, origin: list[int]) -> tuple[str, list[int]]:
    if not INVISIBLE.search(flow):
        return flow, origin
    kept = [index for index, char in enumerate(flow) if not INVISIBLE.match(char)]
    return "".join(flow[index] for index in kept), [origin[index] for index in kept] + [origin[-1]]


def compose(flow: str, origin: list[int]) -> tuple[str, list[int]]:
    """Compose characters with detached voicing marks (NFD): か and its mark become が, at the offset of か."""
    if not any(mark in flow for mark in VOICING):
        return flow, origin
    parts: list[str] = []
    kept: list[int] = []
    for match in re.finditer(f"(?s:.)[{VOICING}]?", flow):
        parts.append(unicodedata.normalize("NFC", match[0]) if len(match[0]) > 1 else match[0])
        kept.extend(origin[match.start() : match.start() + len(parts[-1])])
    return "".join(parts), [*kept, origin[-1]]


def blot_quotes(flow: str) -> str:
    """Blot out the text between matching 「」 of one paragraph. An unclosed 「 hides nothing."""
    pieces = list(flow)
    opened: list[int] = []
    for match in re.finditer(r"[「」\n]", flow):
        if match[0] == "「":
            opened.append(match.start())
        elif match[0] == "\n":
            opened.clear()
        elif opened:
            start = opened.pop()
            if not opened:
                pieces[start + 1 : match.start()] = BLOT * (match.start() - start - 1)
    return "".join(pieces)


def signature_start(raw: str) -> int:
    """The offset where the closing block begins. It is the first of the last two rulers that has a contact
    below it and is not in the first quarter. Else it is the last paragraph, if that has a contact and no
    sentence. Without a closing block it is the end of the text."""
    rulers = [match.start() for match in RULER.finditer(raw)]
    for at in rulers[-2:]:
        if CONTACT.search(raw, at) and at > len(raw) // 4:
            return at
    breaks = [match.end() for match in PARAGRAPH_BREAK.finditer(raw.rstrip())]
    if breaks and CONTACT.search(raw, breaks[-1]) and "。" not in raw[breaks[-1] :]:
        return breaks[-1]
    return len(raw)


def in_signature(page: FieldText, raw_start: int) -> bool:
    return raw_start >= page.signature
