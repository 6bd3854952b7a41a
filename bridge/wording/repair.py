"""Replacements are put into a letter here, and made to fit its lines."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bridge.core.width import width
from bridge.wording.model import Field, Finding, Letter
from bridge.wording.rule import Hit
from bridge.wording.text import WIDEST_LINE

SENTENCE_BREAK = re.compile(r"(。|\.) ?(?=.)")
NOT_AT_LINE_START = "、。」）ーぁぃぅぇぉっゃゅょ々"


def apply(letter: Letter, findings: Iterable[Finding]) -> Letter:
    """The letter with the replacements of its findings put in. Of two findings that overlap, only the wider is
    put in. A finding without a replacement changes nothing."""
    wanted = [finding for finding in findings if finding.replacement is not None]
    return replace(
        letter,
        subject=_mend(letter.subject, "subject", wanted),
        body=_mend(letter.body, "body", wanted),
    )


def _mend(text: str, field: Field, findings: list[Finding]) -> str:
    for finding in reversed(_apart(field, findings)):
        start, end = finding.span
        text = text[:start] + (finding.replacement or "") + text[end:]
    return text


def _apart(field: Field, findings: list[Finding]) -> list[Finding]:
    """The findings of a field from left to right. Of two that overlap, only the wider is kept."""
    chosen: list[Finding] = []
    for finding in sorted(findings, key=lambda each: each.span):
        if finding.field != field:
            continue
        if not chosen or chosen[-1].span[1] <= finding.span[0]:
            chosen.append(finding)
        elif _width(finding) > _width(chosen[-1]):
            chosen[-1] = finding
    return chosen


def _width(finding: Finding) -> int:
    return finding.span[1] - finding.span[0]


def fitted(hit: Hit) -> str | None:
    """The replacement of a hit, with a line break where its line would become too wide for mail."""
    text, raw = hit.replacement, hit.page.raw
    line = raw.rfind("\n", max(hit.start - WIDEST_LINE, 0), hit.start) + 1
    if not text or (not line and hit.start > WIDEST_LINE):
        return text
    before, after = raw[line : hit.start], raw[hit.end : hit.end + WIDEST_LINE].partition("\n")[0]
    if max(map(width, f"{before}{text}{after}".split("\n"))) <= WIDEST_LINE:
        return text
    if SENTENCE_BREAK.search(text):
        return SENTENCE_BREAK.sub(r"\1\n", text, count=1)
    return f"\n{text}" if before.strip() and text[0] not in NOT_AT_LINE_START else text
