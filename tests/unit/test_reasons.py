"""Why nothing was sent: the same words on the page and in the mail."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.core import reasons
from bridge.core.values import Locale, LocalText
from bridge.oncall.letter_ref import LetterRef
from bridge.oncall.message import Decided, OncallMessages
from bridge.web.views.phrasing import Phrasing

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)
MATTER = LetterRef(LocalText(ja="みどりショップ", en="Midori Shop"), "first", 1, TOKYO)


def mailed(reason: str, locale: Locale) -> str:
    message = Decided(MATTER, decision="dismissed", at=NOW, person="佐藤", reason=reason)
    return OncallMessages().write(message, locale).body.splitlines()[0]


@pytest.mark.parametrize(
    "reason, ja, en",
    [
        ("false_alarm", "誤検知", "false alarm"),
        ("no_impact", "お客様に影響なし", "no customer impact"),
        ("told_otherwise", "別の手段で連絡済み", "told another way"),
        ("other", "その他", "other"),
        ("訓練の残り", "訓練の残り", "訓練の残り"),
    ],
)
def test_a_reason_is_told_in_words(reason: str, ja: str, en: str) -> None:
    assert (
        mailed(reason, "ja") == f"佐藤さんが 2:10 に「送らない」と決めました({ja})。呼び出しは止まりました。"
    )
    assert mailed(reason, "en") == f"佐藤 decided at 02:10 not to send ({en}). Ringing stopped."
    assert [Phrasing(lang, TOKYO, NOW, {}).reason(reason) for lang in ("ja", "en")] == [ja, en]


def test_every_choice_of_the_page_is_among_them() -> None:
    assert list(reasons.CHOICES) == ["false_alarm", "no_impact", "told_otherwise", "other"]
