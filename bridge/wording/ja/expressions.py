"""Expressions for what several Japanese families look for: numbers, days, times, recovery."""

from bridge.core.dates import WEEKDAYS

NUMERAL = "一二三四五六七八九十"
REPORT_NUMBER = rf"第(?P<number>[{NUMERAL}]{{1,3}}|\d{{1,3}})報|(?P<initial>初報)"
WEEKDAY = f"[{''.join(WEEKDAYS['ja'])}]"
HOLIDAY = "[・、,/ ]?(?:祝日?|休日?|振替休日|振休)"
ON_WEEKDAY = rf"(?:[(]{WEEKDAY}(?:曜日?)?(?:{HOLIDAY})?[)]|{WEEKDAY}曜日?)?"  # (火), (月・祝), 火曜日
TIME = r"(?:\d{1,2}時(?:\d{1,2}分)?|\d{1,2}:\d\d)"  # 10時, 10時05分, 10:05
NAMED_TIME = r"\d{1,2}時|\d{1,2}:\d\d|\d{1,2}月\d{1,2}日"
RESTORED = "復旧|回復|再開|解消"
