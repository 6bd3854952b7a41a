"""SUB: the subject line."""

import re
from collections.abc import Iterator

from bridge.core.reports import numbered
from bridge.core.width import width
from bridge.wording.find import whole
from bridge.wording.ja.expressions import NUMERAL, REPORT_NUMBER, RESTORED
from bridge.wording.kinds import KindClass
from bridge.wording.model import Context
from bridge.wording.names import service_names
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet

DRILL = "【訓練】"  # before what the subject would be for real
WIDEST = 80  # columns: 40 full-width characters
OPENING = r"^\s*(?:\[[^\]]{1,30}\]\s?|" + DRILL + r")?【[^】]*(?:重要|お詫び|障害|緊急|復旧|報|訂正)[^】]*】"
STAGE = {
    KindClass.OPENING: r"第一報|第1報|初報",
    KindClass.FOLLOW_UP: rf"第[{NUMERAL}\d]{{1,4}}報|続報|経過報告|中間報告",
    KindClass.ABOUT_THE_PAST: r"復旧|最終報|調査の?(?:状況|経過|結果)|原因と再発",
    KindClass.TO_ONE_PERSON: r"お詫び|おわび",
    KindClass.CORRECTING: r"訂正",
}
OURS = (
    KindClass.TO_EVERYONE | KindClass.TO_ONE_PERSON | KindClass.CORRECTING
)  # a kind that we do not know has a subject of its own
EVENT = (
    r"障害|不具合|停止|中断|いただけない|接続|遅延|復旧|影響|消失|重複|欠落|反映|誤|エラー"
    r"|できない|られない|しづらい|しにくい|つながら|ない事象|事象|遅れ|漏えい|漏洩|流出|不通|不能|低下"
    r"|失敗|トラブル|故障|破損|未着|二重|訂正|過大|請求の?(?:相違|間違)|間違い|漏れ|もれ"
    r"|未(?:保存|登録|反映|配信|送信|達|完了|処理|入金|計上)|届か|届いて|消え|失われ|起動し|開か|動作し"
    r"|(?<![はでも])ない(?:事象|状[況態]|問題|不具合|件|こと)|[らかさたなまがばれけせてめ]ない|(?:され|でき|い|き)ません"
)
SAYS_RECOVERED = re.compile(
    r"復旧報告|復旧(?:の|に関する|および|及び|いたしました|しました|完了|ならびに)|解消|【[^】]*復旧"
)
SAYS_PARTLY = re.compile(r"一部|経過|向け|見込|見通し|目[途処]|めど|予定|状況|作業")
GOES_ON = r"(?<!を)(?<!調査)(?<!監視)(?<!観察)(?<!対策)(?<!(?:調査|監視)[はも:])継続中(?!の)"
STILL_ONGOING = re.compile(
    rf"(?:発生|障害|停止|影響|事象)[^。\n]{{0,30}}{GOES_ON}|(?<!は){GOES_ON}"
    r"|復旧作業を(?:行って|進めて|続けて|継続して|実施して)(?:おります|います)|復旧作業(?:を実施)?中(?:です|でござ)"
    rf"|(?:{RESTORED})(?:の|見込み?|時刻|目途|めど|見通し|日時)?[^。\n]{{0,15}}未定"
)
SAYS_REPORT = re.compile(rf"第[{NUMERAL}\d]{{1,4}}報|続報|初報|経過報告")
IS_RECOVERED = re.compile(r"復旧(?:いたしました|しました|を完了(?:いた)?しました|が完了(?:いた)?しました)")
NOT_ALL = re.compile(
    r"継続中|調査(?!の?結果|[をが]完了)|未定|作業(?![をが]完了|により)|引き続き|見込|監視|一部(?!のお客様|のユーザー)"
    r"|順次|いただけない(?!状[況態]で(?:した|ござい))|いただけません(?!でした)|続いて(?!おりました|いました)|確認中"
    r"|(?<!ことを)確認して"
)


def _unopened(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not re.match(OPENING, sheet.subject.flow):
        yield _offered(sheet.subject, f"【重要】{sheet.subject.raw}")


def _stage_unsaid(sheet: Sheet, context: Context) -> Iterator[Hit]:
    wanted = [pattern for letters, pattern in STAGE.items() if letters & sheet.classes]
    if not all(re.search(pattern, sheet.subject.flow) for pattern in wanted):
        number = None if re.search(REPORT_NUMBER, sheet.subject.flow) else _next_number(sheet, context)
        yield _offered(sheet.subject, f"{sheet.subject.raw}({numbered(number, 'ja')})" if number else "")


def _next_number(sheet: Sheet, context: Context) -> int | None:
    """The number that the subject should show. None for kinds that have no number."""
    if KindClass.OPENING in sheet.classes:
        return 1
    return context.report_no if KindClass.FOLLOW_UP in sheet.classes else None


def _offered(subject: FieldText, text: str) -> Hit:
    """A hit on the whole subject. `text` is offered instead, if it is not too wide."""
    return whole(subject)._replace(replacement=text if text and width(text) <= WIDEST else None)


def _nothing_happened(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if not re.search(EVENT, sheet.subject.flow):
        yield whole(sheet.subject)


def _too_wide(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    if width(sheet.subject.raw.removeprefix(DRILL)) > WIDEST:
        yield whole(sheet.subject)


def _service_unnamed(sheet: Sheet, context: Context) -> Iterator[Hit]:
    names = service_names(context)
    subject = _squeezed(sheet.subject.raw)
    other = any(_squeezed(name) in subject for name in context.services)  # REL-04 speaks of it
    if names and not other and not any(_squeezed(name) in subject for name in names):
        yield whole(sheet.subject)


def _squeezed(text: str) -> str:
    return "".join(text.casefold().split())


def state_contradicted(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    """Hits in the body of a letter whose subject says the opposite about the recovery."""
    subject, body = sheet.subject.flow, sheet.body
    if SAYS_RECOVERED.search(subject) and not SAYS_PARTLY.search(subject):
        ongoing = STILL_ONGOING.search(body.wording)
        if ongoing:
            yield Hit.of(body, ongoing)
    elif SAYS_REPORT.search(subject) and not re.search("復旧|解消", subject):
        recovered = IS_RECOVERED.search(body.wording)
        if recovered and not NOT_ALL.search(body.wording):
            yield Hit.of(body, recovered)


RULES = (
    Rule(
        "SUB-01",
        "error",
        _unopened,
        "件名が【重要】【障害報告】などで始まっていません。",
        "The subject does not begin with a bracket such as 【重要】.",
        "【重要】【障害報告】みどりショップ 接続障害(第一報)",
        "みどりショップの接続障害について",
        OURS,
        "subject",
    ),
    Rule(
        "SUB-02",
        "warning",
        _too_wide,
        "件名が全角40字を超え、一覧で切れます。",
        "Wider than 40 full-width characters: lists will cut it.",
        "【重要】みどりショップ 接続障害(第一報)",
        "【重要】【お詫び】【障害報告】みどりショップの受注登録機能および帳票出力機能におけるシステム障害発生についてのお知らせ(第一報)",
        scope="subject",
    ),
    Rule(
        "SUB-03",
        "error",
        _stage_unsaid,
        "どの段階の知らせかが件名にありません。",
        "The subject does not say which report this is.",
        "【重要】みどりショップ 接続障害(第一報)",
        "【重要】みどりショップ 接続障害について",
        scope="subject",
    ),
    Rule(
        "SUB-04",
        "warning",
        _service_unnamed,
        "件名にサービス名がありません。",
        "The subject does not name the service.",
        "【重要】みどりショップ 接続障害(第一報)",
        "【重要】接続障害発生のお知らせ(第一報)",
        scope="subject",
    ),
    Rule(
        "SUB-05",
        "error",
        state_contradicted,
        "件名と本文で、復旧したかどうかが食い違っています。",
        "Subject and body disagree about the recovery.",
        "10時48分に復旧いたしました",
        "現在も復旧作業を行っております",
        scope="full",
    ),
    Rule(
        "SUB-06",
        "warning",
        _nothing_happened,
        "件名に何が起きたかがありません。",
        "The subject does not say what happened.",
        "【重要】みどりショップ 接続障害(第一報)",
        "【重要】みどりショップからの重要なお知らせ(第一報)",
        OURS,
        "subject",
    ),
)
