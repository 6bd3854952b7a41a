"""What `bridge check` finds: what is to be mended first, each with its place in the file and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.core.check_report import LookedAt
from bridge.web.views.frame import Frame
from bridge.web.views.tones import Pill, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckData:
    """What the page is made from."""

    frame: Frame
    looked: LookedAt


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """`where`: the file's name and line; empty for what is in no file. `what` and `todo` are in English, as the
    command says them."""

    where: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings that weigh the same."""

    id: str
    heading: str
    pill: Pill
    note: str
    findings: tuple[CheckFinding, ...]


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Everything the template lays out. `tone` and `summary`: how it stands, in one sentence."""

    title: str
    frame: Frame
    looked: str
    tone: Tone
    summary: str
    groups: tuple[FindingGroup, ...]
    seen: tuple[str, ...]
    fold: str


def check_page(data: CheckData) -> CheckPage:
    say, report = data.frame.say, data.looked.report
    errors, warnings = (report.error, report.warning) if report else ((), ())
    tone: Tone = "stop" if errors or not report else "wait" if warnings else "ok"
    words = {
        "stop": "check_errors" if report else "check_failed",
        "wait": "check_warnings",
        "ok": "check_clean",
    }
    seen = (*report.ok, *report.note) if report else ()
    groups = (
        FindingGroup("errors", say("check_error_n", n=len(errors)), Pill("stop", say("check_error")),
                     say("check_error_note"), tuple(_findings(errors))),
        FindingGroup("warnings", say("check_warning_n", n=len(warnings)), Pill("wait", say("check_warning")),
                     say("check_warning_note"), tuple(_findings(warnings))),
    )  # fmt: skip
    return CheckPage(
        title=say("menu_check"),
        frame=data.frame,
        looked=say("looked_at", at=say.dated_to_the_second(data.looked.at)),
        tone=tone,
        summary=say(words[tone], n=len(errors or warnings)),
        groups=tuple(group for group in groups if group.findings),
        seen=seen,
        fold=say("check_seen_n", n=len(seen)),
    )


def _findings(lines: Iterable[str]) -> Iterable[CheckFinding]:
    """`/etc/bridge/bridge.yaml:31: smtp.port: what is wrong. What to do`."""
    for line in lines:
        place, colon, rest = line.partition(": ")
        what, stop, todo = rest.rpartition(". ")
        yield CheckFinding(
            place.rpartition("/")[2] if colon else "", what or rest or line, todo if stop else ""
        )
