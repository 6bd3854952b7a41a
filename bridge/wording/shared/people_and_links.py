"""LEK-05, -06 and -08: links, colleagues and other customers that this reader must not see."""

import re
from collections.abc import Iterator

from bridge.wording.find import matches
from bridge.wording.model import Context
from bridge.wording.names import LEGAL_FORM, core_of
from bridge.wording.rule import Hit, Rule
from bridge.wording.text import FieldText, Sheet, in_signature

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

INTRODUCES = re.compile(r"[ ]*(?:でございます|と申します|です(?=[。、\n]|$))")
NOT_THIS_PERSON = re.compile(
    r"[ ]*(?:[一-龥]{0,4}様|さま|[一-龥]{0,8}(?:株式|有限|合同)会社|[洋市町村区県郡駅通橋川島商工産製建電運食医])"
)
AT = re.compile("@")
DOT = re.compile(r"[A-Za-z0-9]\.[A-Za-z]")
MAIL_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@(?P<domain>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})"
)


def _links(sheet: Sheet, context: Context) -> Iterator[Hit]:
    """Links to internal tools. Where the allowed links are known, every other link too."""
    allowed = tuple(url.rstrip("/") for url in context.public_urls or ())
    for page in sheet.pages:
        for match in matches(LINK, DOT, page.flow):
            hit = Hit.of(page, match)
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


def _lead(page: FieldText, at: int) -> str:
    """The text of the sentence at `at`, up to there."""
    return page.flow[page.sentence(at)[0] : at]


def _others(sheet: Sheet, context: Context) -> Iterator[Hit]:
    for page in sheet.pages:
        for customer in context.other_customers:
            core = core_of(customer)
            if len(core) >= 2 and core in page.flow:
                for match in re.finditer(f"(?:{LEGAL_FORM.pattern})?{re.escape(core)}", page.flow):
                    yield Hit.of(page, match)
        if context.domains:
            yield from _foreign_addresses(page, context)


def _foreign_addresses(page: FieldText, context: Context) -> Iterator[Hit]:
    own = {*context.domains, *(address.rpartition("@")[2] for address in (*context.to, *context.cc))}
    for match in matches(MAIL_ADDRESS, AT, page.flow):
        domain = match["domain"].lower()
        start, end = page.span(*match.span())
        known = any(_within(domain, name.lower()) for name in own)
        if not known and not in_signature(page, start):
            yield Hit(page, start, end)


RULES = (
    Rule(
        "LEK-05",
        "error",
        _links,
        "お客様に公開していないリンクです。",
        "This link is not meant for customers.",
        "詳細: https://status.example.jp/",
        "詳細: https://example.slack.com/archives/C012/p123",
    ),
    Rule(
        "LEK-06",
        "error",
        _staff,
        "従業員の氏名が書かれています。",
        "An employee's name is shown.",
        "弊社技術部門にて調査しております。",
        "インフラ担当の佐藤が再起動いたしました。",
    ),
    Rule(
        "LEK-08",
        "error",
        _others,
        "他のお客様の名称またはアドレスが書かれています。",
        "Another customer's name or address is shown.",
        "貴社の受注データ12件",
        "他にみどり商事株式会社様でも同様の事象が発生しております。",
    ),
)
