"""What letters are called: the same in mails, letters and pages."""

import pytest

from bridge.core import reports


@pytest.mark.parametrize(
    "n, ja, en",
    [
        (1, "第一報", "1st report"),
        (2, "第二報", "2nd report"),
        (3, "第三報", "3rd report"),
        (10, "第十報", "10th report"),
        (11, "第十一報", "11th report"),
        (20, "第二十報", "20th report"),
        (99, "第九十九報", "99th report"),
        (122, "第122報", "122nd report"),
    ],
)
def test_reports_are_counted_in_kanji(n: int, ja: str, en: str) -> None:
    assert (reports.numbered(n, "ja"), reports.numbered(n, "en")) == (ja, en)
