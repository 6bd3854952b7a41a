"""REL: two statements of one letter that cannot both be true."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from bridge.wording.find import matches
from bridge.wording.ja.chronology import ABOUT, BEGAN, ENDED, ENDED_MARK, base_of, disagreements
from bridge.wording.ja.moments import instants, read, stamp
from bridge.wording.ja.subject import GOES_ON, state_contradicted
from bridge.wording.model import Context
from bridge.wording.names import service_names
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet

RECOVERED = re.compile(r"復旧(?:を確認|を完了|が完了)?(?:いた)?しました")
NOT_WHOLE = re.compile(r"一部|暫定|順次|部分|段階的|うち|仮|機能のみ")
OTHERS_REMAIN = re.compile(
    r"引き続き[^。\n]{0,20}(?:いただけ|ご不便|影響|停止|続)|その他の|ほかの機能|残る|一方、|一部の(?:機能|お客様|サービス)|以外の"
)
WHOLE_MATTER = re.compile(
    r"(?:障害|事象|不具合|問題|状[態況]|遅延|停止|本件|[本当]サービス|弊社サービス|全機能|すべての(?:機能|サービス)|全サービス|すべて)$"
)
TOPIC = re.compile(r"([^。、\n]{1,40}?)(?:につきましては?、?|は、?|が、?)(?=[^ぁ-ん]|す|ただ|いま|$)")
ENDED_CLAUSE = re.compile(r"(?:ます|です|した)が、")
ONGOING = re.compile(
    rf"(?:発生|障害|停止|影響|事象)[^。\n]{{0,40}}{GOES_ON}"
    r"|現在(?:も|、)[^。\n]{0,60}(?:(?:でき|いただけ)ない[^。\n]{0,8}(?:状[態況]|事象)|障害|不具合)[^。\n]{0,12}(?:発生して|続いて|なって)"
    r"(?:おり|い)ます。"
)
NOW_BUT_OVER = re.compile(
    r"現在(?:も|、)?[^。\n]{0,60}(?:(?:でき|いただけ)ない|停止|障害|不具合|不安定)[^。\n]{0,12}"
    r"(?:(?:なって|発生して|続いて|して)(?:おり|い)ます|です|でございます)が、"
    r"(?P<over>[^。\nはが]{0,30}(?:復旧|解消|回復)(?:を確認)?(?:いた)?しました)"
)
OVER_AT = re.compile(
    stamp("to_")
    + ABOUT.format("to_")
    + r"に(?:は)?、?(?:すべて|全て|完全に|正常に|全面的に|サービスが|、){0,3}"
    r"(?:復旧|解消|回復)(?P<seen>を確認)?(?:いた)?し(?:まし|、|て)"
)
SINCE = re.compile(
    stamp("from_")
    + ABOUT.format("from_")
    + r"(?:(?:より|から)、?[^。\n]{0,40}?(?:発生|でき(?:ない|ません)|いただけ|つながり|遅延|停止|障害|不具合)|に発生)"
)
ANOTHER_TIME = re.compile(
    r"再(?:び|度|発|開)|改めて|追加|新たに|その後|一部|拡大|サーバー|機能[はがも]|ご報告いたしました|お知らせ"
)
ABOUT_A_TIME = re.compile("(?:より|から|に)")
CROWD = r"(?P<who>お客様|ユーザー|ご?利用者|ご?契約者|機能|サービス|店舗|拠点)"
ALL_AFFECTED = re.compile(rf"影響(?:の)?範囲[^\n:]{{0,6}}(?::|\n)[ ]*(?:すべて|全て|全)の?{CROWD}")
SOME_AFFECTED = re.compile(
    rf"一部の{CROWD}(?:様)?(?:において|にて|に|で|が)[^。\n]{{0,40}}?(?:発生(?:し|いたし)|影響が(?:ござい|出て|及))"
)
MINUTE = timedelta(minutes=1)


def _over_and_ongoing(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """A recovery of the whole, in a letter that also says that the failure goes on. SUB-05 has the letters of
    which already the subject contradicts the body."""
    page = sheet.body
    for match in NOW_BUT_OVER.finditer(page.wording):
        yield Hit.of(page, match, None, "over")
        return
    if any(state_contradicted(sheet, context)) or OTHERS_REMAIN.search(page.wording):
        return
    whole = next(
        (match for match in RECOVERED.finditer(page.wording) if _of_the_whole(page, match, context)), None
    )
    if whole and ONGOING.search(page.wording):
        yield Hit.of(page, whole)


def _of_the_whole(page: FieldText, match: re.Match[str], context: Context) -> bool:
    """Whether a matched recovery is that of the failure itself, and not of one function of several."""
    clause = ENDED_CLAUSE.split(page.wording[page.sentence(match.start())[0] : match.start()])[-1]
    topics = TOPIC.findall(clause)
    if NOT_WHOLE.search(clause):
        return False
    return not topics or bool(WHOLE_MATTER.search(topics[-1])) or topics[-1] in service_names(context)


def _times_differ(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """Times in the prose that are not those of the list. DAT-05 has the lists that contradict themselves."""
    page = sheet.body
    if any(disagreements(sheet, context)):
        return
    began, ended = list(BEGAN.finditer(page.flow)), list(matches(ENDED, ENDED_MARK, page.flow))
    if len(ended) == 1 and (told := read(ended[0], base_of(context), "to_")):
        for match in OVER_AT.finditer(page.wording):
            if _outside(match, ended[0]) and _of_the_whole(page, match, context):
                gap = _apart(match, told, "to_")
                later = match["seen"] and gap > timedelta(0)  # the recovery may be seen some time after it
                if abs(gap) > _tolerance(match, ended[0], "to_") and not later:
                    yield Hit(page, *page.span(match.start(), match.end("to_time")))
    if len(began) == 1 and (told := read(began[0], base_of(context), "from_")):
        for match in SINCE.finditer(page.wording):
            first, last = page.sentence(match.start())
            if ANOTHER_TIME.search(page.wording, first, last) or not _outside(match, began[0]):
                continue
            if abs(_apart(match, told, "from_")) > _tolerance(match, began[0], "from_"):
                yield Hit(page, *page.span(match.start(), match.end("from_time")))


def _outside(match: re.Match[str], row: re.Match[str]) -> bool:
    return match.end() <= row.start() or row.end() <= match.start()


def _apart(match: re.Match[str], told: datetime, prefix: str) -> timedelta:
    """How much later than the list the prose is. Nothing for a day that does not exist."""
    at = read(match, told, prefix)
    return (
        min((one - other for one in instants(at) for other in instants(told)), key=abs)
        if at
        else timedelta(0)
    )


def _tolerance(match: re.Match[str], row: re.Match[str], prefix: str) -> timedelta:
    """Times with 頃 may differ by some minutes, and a time without minutes stands for its hour."""
    if not all(
        each[prefix + "minute"] or each[prefix + "colon"] or each[prefix + "half_past"]
        for each in (match, row)
    ):
        return 60 * MINUTE
    return (5 if match[prefix + "about"] or row[prefix + "about"] else 1) * MINUTE


def _some_or_all(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    page = sheet.body
    everyone = ALL_AFFECTED.search(page.wording)
    for match in SOME_AFFECTED.finditer(page.wording):
        if everyone and match["who"] == everyone["who"] and _outside(match, everyone):
            yield Hit(page, *page.span(match.start(), match.end("who")))


RULES = (
    Rule(
        "REL-01",
        "error",
        _over_and_ongoing,
        "復旧したことと、続いていることが、一通に書かれています。",
        "The letter says that it is over and that it goes on.",
        "発生日時:10時05分頃 〜 継続中",
        "現在、ログインができない状態となっておりますが、11時20分に復旧いたしました。",
    ),
    Rule(
        "REL-02",
        "error",
        _times_differ,
        "本文と一覧で、発生または復旧の時刻が違います。",
        "Prose and list tell different times.",
        "障害は、14時38分に復旧いたしました。\n■復旧日時:11月24日(火)14時38分",
        "障害は、14時20分に復旧いたしました。\n■復旧日時:11月24日(火)14時38分",
    ),
    Rule(
        "REL-03",
        "warning",
        _some_or_all,
        "「一部」と「すべて」が食い違っています。確認できた範囲に合わせます。",
        '"Some" and "all" contradict each other: write what is confirmed.',
        "一部のお客様に影響が出ております。\n■影響範囲:東日本のお客様",
        "一部のお客様に影響が出ております。\n■影響範囲:すべてのお客様",
    ),
)
