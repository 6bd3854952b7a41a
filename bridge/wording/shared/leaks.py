"""LEK: addresses, logs, credentials and chat must stay inside. people_and_links.py has the rest of the family."""

import ipaddress
import re
from collections.abc import Iterator

from bridge.wording.find import any_of, matches, phrase
from bridge.wording.model import Context
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import Sheet

ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\d)"
    r"|(?<![0-9A-Za-z])(?<![0-9A-Fa-f:]:)(?:[0-9A-Fa-f]{1,4}:){2,7}(?::[0-9A-Fa-f]{1,4}){1,6}(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z])(?<![0-9A-Fa-f:]:)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z])(?<![0-9A-Fa-f:]:)::(?:1|[Ff]{4}:[0-9A-Fa-f.:]{3,15})(?![0-9A-Za-z:])"
    r"|(?<![0-9A-Za-z])(?<![0-9A-Fa-f:]:)[0-9A-Fa-f]{1,4}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?(?![0-9A-Za-z:])",
    re.ASCII,
)
ADDRESS_MARK = re.compile(r"\d\.\d|[0-9A-Fa-f]:[:0-9A-Fa-f]|::[1Ff]")
VERSION_BEFORE = re.compile(
    r"(?:第|バージョン|ver\.?|version|v|版|リリース|ファームウェア|ビルド|build|更新プログラム|アプリ"
    r"|OS)[ :(「]*$",
    re.I,
)
VERSION_BEHIND = re.compile(
    r"[ ]*(?:版|系|[項節章]|へ(?:の)?(?:更新|アップデート|バージョンアップ)|以降のバージョン)"
)

HOST = (
    r"(?<![\w.-])[A-Za-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,6}?\.(?:local|internal|lan|corp|intra"
    r"|svc)(?![\w-]|\.\w)"
    r"|(?<![\w.-])localhost(?![\w-])|(?<![\w-])ip-10-[\d-]{3,14}|(?<![\w-])i-[0-9a-f]{8,17}(?![\w-])"
    r"|(?<![\w.-])(?:web|app|db|api|cache|batch|lb|prod|stg|dev|mysql|redis|node|worker|proxy|srv|host)"
    r"(?:-[a-z0-9]{1,20}){0,4}-[a-z]?\d{1,3}(?![\w-])"
    r"|(?<![\w.-])(?:WEB|APP|DB|API|CACHE|BATCH|LB|PROD|STG)(?:(?:-[A-Z0-9]{1,20}){1,4}-\d{1,3}|-0\d{1,2})(?![\w-])"
    r"|(?<![\w.-])(?:Web|App|Db|Cache|Batch)-0\d{1,2}(?![\w-])"
    r"|(?<![\w.-])(?:web|app|db|cache|batch|lb|srv|proxy)\d{2,3}(?![\w-])"
)
HOST_MARK = r"\.(?:local|internal|lan|corp|intra|svc)|localhost|ip-10|-[a-z]?\d|[a-z]\d\d"
LABELS = (
    r"(?<![?&A-Za-z_])(?:instance|job|alertname|pod|namespace|node|severity|device"
    r"|container)[ ]*=~?[ ]*[\"']?[\w/]"
    r"|(?<![A-Za-z_])(?:service|cluster|team|env|host)=~?\""
    r"|\[(?:FIRING|RESOLVED|ALERT|CRITICAL|PROBLEM)(?::\d{1,5})?\]"
    r"|(?<=[a-z0-9\]]):(?:9090|9093|9100|9115|3000)(?![\d:])"
    r"|(?<![a-z_])(?:rate|irate|increase|histogram_quantile|avg_over_time|sum by)[ ]?\(|\[\d{1,3}[smhd]\]"
    r"|(?<![a-z_])up[ ]*==[ ]*0"
)
WORD = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]{3,60}(?![A-Za-z0-9])")
ALERT_NAME = re.compile(
    r"(?!(?:Drop|Count|Pull|Touch|Shut|Break|Mark|Scale|Cool|Lock|Tear|Slow|Melt)Down|ExchangeRate)"
    r"(?:(?:[A-Z][a-z0-9]{1,20}){0,3}(?:High|Low)(?=[A-Z])[A-Za-z0-9]*(?:Usage|Rate|Latency|Load|Errors?|Memory|CPU|Disk|Traffic"
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
    r"|(?<![A-Za-z])(?:kubectl|systemctl|journalctl) [a-z]|(?<![A-Z])SELECT [\w*, ]{1,60} FROM|Access denied for user"
    r"|(?<![\w/.])/(?:var|etc|usr|opt|home)/[\w.-]+"
)
TRACE_MARK = (
    r"Traceback|Exception|Error|OOM|SIG|ORA-|SQLSTATE|xit |File|panic|fault|core d|E[CTN][A-Z]{4}"
    r"|\bat \w|ctl |SELECT|denied|/(?:var|etc|usr|opt|home)/"
)
CREDENTIAL = (
    r"(?:password|passwd|secret|token|api[_-]?key)[ ]*[=:][ ]*[\"'(]?[A-Za-z0-9+/_~$-][!-~]*"
    r"|AKIA[0-9A-Z]{16}"
    r"|xox[baprs]-|(?<![A-Za-z])Bearer[ ]+[!-~]{10,}|-----BEGIN"
)
INTERNAL = (
    r"社内限り|社外秘|部外秘|社内共有用|社内共有(?!を|いた|し|の?(?:体制|手順|方法|ルール))"
    r"|社内(?:向け|用(?!語|途|品))(?!の?(?:手順|システム|マニュアル|ツール|環境|教育|研修|資料|ポータル|サイト|画面))"
    r"|関係者限り|オフレコ|対外秘|取扱注意|内密に|口外し?(?:ない|無用|厳禁)|他言無用"
    r"|(?:お客様|顧客)に(?:は)?(?:まだ|絶対に?|決して|当面|一切)?、?(?:伝え|言わ|開示し|知らせ|公表し|話さ|見せ)(?:ない(?!よう|で済)|ず)"
)
INTERNAL_EN = (
    r"\b(?:(?:for )?internal use(?: only)?|internal only|(?:strictly|company) confidential|not for external"
    r"|do not (?:share|forward|disclose)[^.\n]{0,20} (?:customers?|clients?|externally|outside))\b|^confidential\b"
)
CHAT = (
    r"(?<![\w.])@(?:channel|here|everyone)(?![\w.-])|<!(?:here|channel|everyone)>|<@[UW]\w+>"
    r"|\[To:\d+\]|\[toall\]|\[/?(?:info|title|code|hr|qt)\]"
    r"|\[rp aid=\d+"
    r"|(?:Slack|Discord|Teams|チャット)(?:の|で|上の)[^。\n]{0,8}#[a-z]|(?<![A-Za-z-])JIRA-\d"
)


def _addresses(sheet: Sheet, _context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for match in matches(ADDRESS, ADDRESS_MARK, page.flow):
            lead = page.flow[max(match.start() - 14, 0) : match.start()]
            if _is_address(match[0]) and not (
                VERSION_BEFORE.search(lead) or VERSION_BEHIND.match(page.flow, match.end())
            ):
                yield Hit.of(page, match)


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
                yield Hit.of(page, match)


RULES = (
    Rule(
        "LEK-01",
        "error",
        _addresses,
        "内部のアドレスが書かれています。",
        "An internal network address is shown.",
        "一部のサーバーで障害が発生しております。",
        "10.20.3.15 で障害が発生しております。",
    ),
    Rule(
        "LEK-02",
        "error",
        phrase(HOST, needs=HOST_MARK),
        "内部のホスト名が書かれています。お客様の知る機能名で書きます。",
        "An internal host name is shown; name the function customers know.",
        "受注登録機能が停止しております。",
        "db-prod-03 が停止しております。",
    ),
    Rule(
        "LEK-03",
        "error",
        any_of(phrase(LABELS, needs=r"=|\[[ACFPR\d]|:\d{4}|\("), _alert_names),
        "監視アラートの原文が混じっています。",
        "The monitoring alert's own text is shown.",
        "一部の機能がご利用いただけません。",
        '[FIRING:2] HighErrorRate (job="checkout")',
    ),
    Rule(
        "LEK-04",
        "error",
        any_of(
            phrase(TRACE, needs=TRACE_MARK),
            phrase(r"(?<![A-Za-z])[A-Z]\w{2,60}Exception(?![A-Za-z:])", needs="Exception", reading="wording"),
        ),
        "プログラムのログやエラー名が混じっています。症状で書きます。",
        "A program's log or exception is shown; describe the symptom.",
        "画面に「503」と表示されます。",
        "java.lang.NullPointerException: user was not found",
    ),
    Rule(
        "LEK-07",
        "error",
        any_of(
            phrase(CREDENTIAL, needs="(?i)pass|secret|token|api|akia|xox|bearer|-----", flags=re.I),
            phrase(r"パスワード[ ]*[=:][ ]*[!-~]{4,}"),
        ),
        "認証情報が書かれています。送らずに、失効させます。",
        "A credential is shown: do not send, revoke it.",
        "パスワードの変更をお願いいたします。",
        "token=3f9ab1c2d4",
    ),
    Rule(
        "LEK-09",
        "error",
        any_of(
            phrase(INTERNAL),
            phrase(INTERNAL_EN, needs="internal|confid|external|do not", reading="lower", flags=re.M),
        ),
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
    ),
)
