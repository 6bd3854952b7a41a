"""Whether a letter gives the failure as one period, with its start and its end."""

import re

from bridge.wording.find import matches
from bridge.wording.ja.moments import PERIOD
from bridge.wording.text import FieldText

ANY_TO = re.compile("[〜~–—―→-]|から|より")
WHOLE_PERIOD = re.compile(PERIOD)
OF_SOMETHING_ELSE = re.compile(
    r"平日|毎[日週月]|営業|受付|窓口|TEL|電話|次回|予定|見込|メンテナンス|計画|休[業止日]|対応時間"
)


def tells_period(page: FieldText) -> bool:
    """Whether a start and an end stand together in the letter. Office hours, plans and the next report do not
    count, nor does the closing block."""
    text = page.flow
    for match in matches(WHOLE_PERIOD, ANY_TO, text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()][-80:] + text[match.end() :][:20]
        if page.span(*match.span())[0] >= page.signature:
            return False
        if not OF_SOMETHING_ELSE.search(line.partition("\n")[0]):
            return True
    return False
