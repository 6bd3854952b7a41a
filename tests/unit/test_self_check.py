"""The bridge looks at its own file: by a process of its own, one at a time, and with patience."""

import asyncio
from pathlib import Path

from bridge.core.check_report import CheckReport
from bridge.loops.self_check import SelfCheck


async def test_those_who_ask_at_the_same_time_get_one_answer(tmp_path: Path) -> None:
    check = SelfCheck(tmp_path / "bridge.yaml")
    first, second = await asyncio.gather(check.look(), check.look())
    assert first is second
    assert first.report is not None
    (error,) = first.report.error
    assert error.startswith(f"{tmp_path}/bridge.yaml: No such file or directory. ")


async def test_a_check_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    looked = await SelfCheck(tmp_path / "bridge.yaml", patience=0).look()
    assert looked.report is None


async def test_a_bridge_without_a_file_has_none_to_look_at() -> None:
    assert (await SelfCheck(None).look()).report is None


def test_a_report_is_what_was_written_of_it() -> None:
    report = CheckReport.of([("error", "a"), ("ok", "b"), ("error", "c"), ("note", "d"), ("warning", "e")])
    assert report == CheckReport(error=("a", "c"), warning=("e",), ok=("b",), note=("d",))
    assert CheckReport.from_text(report.to_text()) == report
