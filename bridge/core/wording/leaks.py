"""LEK: what must stay inside the house."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from bridge.core.wording.find import LATIN, any_of, matches, phrase
from bridge.core.wording.model import BOTH_LOCALES, Context, Hit, Rule
from bridge.core.wording.text import Page, Sheet, in_signature

ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\d)"
    r"|(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z:])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z:])[0-9A-Fa-f]{1,4}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?(?![0-9A-Za-z:])",
    re.ASCII,
)
ADDRESS_MARK = re.compile(r"\d\.\d|[0-9A-Fa-f]:[:0-9A-Fa-f]")
VERSION_BEFORE = re.compile(
    r"(?:バージョン|ver\.?|version|v|版|リリース|ファームウェア|ビルド|build|更新プログラム|アプリ"
    r"|OS)[ :(「]*$",
    re.I,
)
VERSION_BEHIND = re.compile(r"[ ]*(?:版|系|へ(?:の)?(?:更新|アップデート|バージョンアップ)|以降のバージョン)")

HOST = (
    r"(?<![\w.-])[A-Za-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,6}?\.(?:local|internal|lan|corp|intra"
    r"|svc)(?![\w-]|\.\w)"
    r"|(?<![\w.-])localhost(?![\w-])|(?<![\w-])ip-10-[\d-]{3,14}"
    r"|(?<![\w.-])(?:web|app|db|api|cache|batch|lb|prod|stg|dev|mysql|redis|node|worker|proxy|srv|host)"
    r"(?:-[a-z0-9]{1,20}){0,4}-[a-z]?\d{1,3}(?![\w-])"
    r"|(?<![\w.-])(?:web|app|db|cache|batch|lb|srv|proxy)\d{2,3}(?![\w-])"
)
LABELS = (
    r"(?<![?&A-Za-z_])(?:instance|job|alertname|pod|namespace|node|severity|device"
    r"|container)[ ]*=~?[ ]*[\"']?\w"
    r"|(?<![A-Za-z_])(?:service|cluster|team|env|host)=~?\""
    r"|\[(?:FIRING|RESOLVED)(?::\d{1,5})?\]"
    r"|(?<=[a-z0-9\]]):(?:9090|9093|9100|9115|3000)(?![\d:])"
    r"|(?<![a-z_])(?:rate|irate|increase|histogram_quantile|avg_over_time|sum by)[ ]?\(|\[\d{1,3}[smhd]\]"
    r"|(?<![a-z_])up[ ]*==[ ]*0"
)
WORD = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]{3,60}(?![A-Za-z0-9])")
ALERT_NAME = re.compile(
    r"(?!(?:Drop|Count|Pull|Touch|Shut|Break|Mark|Scale|Cool|Lock|Tear|Slow|Melt)Down|ExchangeRate)"
    r"(?:(?:High|Low)(?=[A-Z])[A-Za-z0-9]*(?:Usage|Rate|Latency|Load|Errors?|Memory|CPU|Disk|Traffic"
    r"|Space|Requests|Lag)|[A-Za-z0-9]*[a-z0-9](?=[DHRLEFUM])"
    r"(?:Down|High|Rate|Latency|Errors|Failed|Failing|Full|Unreachable|Missing))"
)
TRACE = (
    r"Traceback|(?<![A-Za-z])[A-Za-z][\w.$]{0,80}(?:Exception|Error):"
    r"|OOMKilled|OOM Killer"
    r"|(?<![A-Z])SIG(?:KILL|TERM|SEGV|ABRT|BUS)(?![A-Z])|ORA-\d{5}|SQLSTATE|[Ee]xit (?:code"
    r"|status):? ?\d+|File \"[^\"\n]{1,120}\", line \d+"
    r"|(?<![a-z])panic:|[Ss]egmentation fault|core dumped|(?<![A-Z])(?:ECONNREFUSED|ECONNRESET"
    r"|ETIMEDOUT|ENOSPC)(?![A-Z])"
    r"|\bat [\w.$]{3,100}\([\w.]{1,60}:\d+\)"
)
LINK = re.compile(
    r"(?<![\w.@-])(?P<scheme>https?://)?(?P<host>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})(?::\d{1,5})?"
    r"(?P<path>[/?#][^\s()<>\"'\u3000-\uffef]{0,500})?",
    re.ASCII | re.IGNORECASE,
)
TOOL_SITES = (
    *("slack.com", "backlog.jp", "backlog.com", "atlassian.net", "docs.google.com", "drive.google.com"),
    *("notion.so", "notion.site", "teams.microsoft.com", "datadoghq.com", "pagerduty.com", "opsgenie.com"),
    *("sentry.io", "newrelic.com"),
)
TOOL_NAMES = frozenset(
    {"grafana", "kibana", "jira", "wiki", "confluence", "redmine", "jenkins", "prometheus", "alertmanager"}
)
TOOL_PATHS = (
    ("github.com", re.compile(r"/[^?#]{1,120}/(?:issues|pull)\b")),
    ("chatwork.com", re.compile(r"/#!rid")),
)

CREDENTIAL = (
    r"(?:password|passwd|secret|token|api[_-]?key)[ ]*[=:][ ]*[!-~]{3,}"
    r"|AKIA[0-9A-Z]{16}"
    r"|xox[baprs]-|(?<![A-Za-z])Bearer[ ]+[!-~]{10,}|-----BEGIN"
)
INTERNAL = (
    r"社内限り|社外秘|部外秘|社内共有用|社内共有(?!を|いた|し|の?(?:体制|手順|方法|ルール))"
    r"|社内(?:向け|用(?!語|途|品))(?!の?(?:手順|システム|マニュアル|ツール|環境|教育|研修|資料))"
    r"|関係者限り|オフレコ|(?:お客様|顧客)に(?:は)?(?:伝え|言わ|開示し|知らせ|公表し)ない"
)
CHAT = (
    r"(?<![\w.])@(?:channel|here|everyone)(?![\w.-])|<!(?:here|channel|everyone)>|<@[UW]\w+>"
    r"|\[To:\d+\]|\[toall\]|\[/?(?:info|title|code|hr|qt)\]"
    r"|\[rp aid=\d+"
)
INTRODUCES = re.compile(r"[ ]*(?:でございます|と申します|です(?=[。、\n]|$))")
NOT_THIS_PERSON = re.compile(
    r"[ ]*(?:様|さま|[一-龥]{0,8}(?:株式|有限|合同)会社|[洋市町村区県郡駅通橋川島商工産製建電運食医])"
)
AT = re.compile("@")
DOT = re.compile(r"[A-Za-z0-9]\.[A-Za-z]")
MAIL_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@(?P<domain>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})"
)
LEGAL_FORM = re.compile(r"(?:株式会社|有限会社|合同会社|合資会社|一般社団法人|医療法人|学校法人)")


def _addresses(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in matches(ADDRESS, ADDRESS_MARK, page.flow):
            lead = page.flow[max(match.start() - 14, 0) : match.start()]
            if _is_address(match[0]) and not (
                VERSION_BEFORE.search(lead) or VERSION_BEHIND.match(page.flow, match.end())
            ):
                yield Hit(page, *page.span(*match.span()))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _alert_names(sheet: Sheet, context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in WORD.finditer(page.flow):
            if ALERT_NAME.fullmatch(match[0]) and match[0] not in context.service:
                yield Hit(page, *page.span(*match.span()))


def _links(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """Internal tools anywhere; and, where the allowed links are known, any other link."""
    allowed = tuple(url.rstrip("/") for url in context.public_urls or ())
    for page in sheet.pages:
        for match in matches(LINK, DOT, page.flow):
            hit = Hit(page, *page.span(*match.span()))
            stray = context.public_urls is not None and match["scheme"]
            if (stray or _is_tool(match)) and not (
                in_signature(page, hit.start) or _is_allowed(match[0], allowed)
            ):
                yield hit


def _is_tool(link: re.Match[str]) -> bool:
    host, path = link["host"].lower(), link["path"] or ""
    return (
        any(_within(host, site) for site in TOOL_SITES)
        or not TOOL_NAMES.isdisjoint(host.split(".")[:-1])
        or any(_within(host, site) and wanted.match(path) for site, wanted in TOOL_PATHS)
    )


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _is_allowed(link: str, allowed: tuple[str, ...]) -> bool:
    return any(link == url or link.startswith((url + "/", url + "?", url + "#")) for url in allowed)


def _staff(sheet: Sheet, context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for name in filter(None, context.staff):
            for match in re.finditer(re.escape(name), page.flow):
                start, end = page.span(*match.span())
                introduced = INTRODUCES.match(page.flow, match.end()) and "。" not in _lead(
                    page, match.start()
                )
                other = NOT_THIS_PERSON.match(page.flow, match.end())
                if not (introduced or other or in_signature(page, start)):
                    yield Hit(page, start, end)


def _lead(page: Page, at: int) -> str:
    """What stands before `at` in its sentence."""
    return page.flow[page.sentence(at)[0] : at]


def _others(sheet: Sheet, context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for customer in context.other_customers:
            core = LEGAL_FORM.sub("", customer).strip()
            if len(core) >= 2:
                for match in re.finditer(f"(?:{LEGAL_FORM.pattern})?{re.escape(core)}", page.flow):
                    yield Hit(page, *page.span(*match.span()))
        if context.domains:
            yield from _foreign_addresses(page, context)


def _foreign_addresses(page: Page, context: Context) -> Iterator[Hit]:
    own = {*context.domains, *(address.rpartition("@")[2] for address in (*context.to, *context.cc))}
    for match in matches(MAIL_ADDRESS, AT, page.flow):
        domain = match["domain"].lower()
        start, end = page.span(*match.span())
        known = any(_within(domain, name.lower()) for name in own)
        if not known and not in_signature(page, start):
            yield Hit(page, start, end)


RULES = (
    Rule(
        "LEK-01",
        "error",
        _addresses,
        "内部のアドレスが書かれています。",
        "An internal network address is shown.",
        "一部のサーバーで障害が発生しております。",
        "10.20.3.15 で障害が発生しております。",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-02",
        "error",
        phrase(HOST, needs=LATIN),
        "内部のホスト名が書かれています。お客様の知る機能名で書きます。",
        "An internal host name is shown; name the function customers know.",
        "受注登録機能が停止しております。",
        "db-prod-03 が停止しております。",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-03",
        "error",
        any_of(phrase(LABELS, needs=r"[A-Za-z\[][ -~]*"), _alert_names),
        "監視アラートの原文が混じっています。",
        "The monitoring alert's own text is shown.",
        "一部の機能がご利用いただけません。",
        '[FIRING:2] HighErrorRate (job="checkout")',
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-04",
        "error",
        any_of(
            phrase(TRACE, needs=LATIN),
            phrase(r"(?<![A-Za-z])[A-Z]\w{2,60}Exception(?![A-Za-z:])", needs=LATIN, reading="wording"),
        ),
        "プログラムのログやエラー名が混じっています。症状で書きます。",
        "A program's log or exception is shown; describe the symptom.",
        "画面に「503」と表示されます。",
        "java.lang.NullPointerException: user was not found",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-05",
        "error",
        _links,
        "お客様に公開していないリンクです。",
        "This link is not meant for customers.",
        "詳細: https://status.example.jp/",
        "詳細: https://example.slack.com/archives/C012/p123",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-06",
        "error",
        _staff,
        "従業員の氏名が書かれています。",
        "An employee's name is shown.",
        "弊社技術部門にて調査しております。",
        "インフラ担当の佐藤が再起動いたしました。",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-07",
        "error",
        any_of(
            phrase(CREDENTIAL, needs=LATIN, flags=re.I),
            phrase(r"パスワード[ ]*[=:][ ]*[!-~]{4,}"),
        ),
        "認証情報が書かれています。送らずに、失効させます。",
        "A credential is shown: do not send, revoke it.",
        "パスワードの変更をお願いいたします。",
        "token=3f9ab1c2d4",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-08",
        "error",
        _others,
        "他のお客様の名称またはアドレスが書かれています。",
        "Another customer's name or address is shown.",
        "貴社の受注データ12件",
        "他にみどり商事株式会社様でも同様の事象が発生しております。",
        locales=BOTH_LOCALES,
    ),
    Rule(
        "LEK-09",
        "error",
        phrase(INTERNAL),
        "社内向けの文が混じっています。",
        "A sentence meant for colleagues is left in.",
        "社内の確認体制を見直し、承認手順を追加いたしました。",
        "【社内限り】復旧見込みは夕方",
    ),
    Rule(
        "LEK-10",
        "error",
        phrase(CHAT),
        "チャットの記法が混じっています。",
        "Chat markup is left in.",
        "障害が発生しております。",
        "[To:1234567] 障害発生しました",
        locales=BOTH_LOCALES,
    ),
)
