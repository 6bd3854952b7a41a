"""No text makes the work grow faster than its length."""

import time

import pytest

from bridge.wording import Context, Letter, check
from tests.unit.wording.cases import EXAMPLES

CLEAN = next(case for case in EXAMPLES if case.id == "L307")
NASTY = {
    "one sentence of hopes": "まもなく",
    "hopes and recoveries": "まもなく、復旧",
    "times": "10時05分から",
    "estimates": "本日中に復旧",
    "quotes": "「」「",
    "open quotes": "「",
    "latin": "a.b-c@d/",
    "one long word": "HighErrorRate",
    "hex": "ab:cd::",
    "braces": "{{[(<",
    "rulers": "━",
    "spaces": " ",
    "line breaks": "\n",
    "addresses": "株式会社田村様",
    "causes": "原因は",
    "customers": "お客様の",
    "us": "弊社の責任",
    "circles": "○",
    "marks": "か\u3099",
    "humble": "させていただき",
    "wide digits": "１1",
    "numbers": "第一報第1報",
    "letters of mojibake": "é\u0161&am",
    "stars": "**`[a](",
    "honours": "各位様御中\n",
}
NASTY_ENGLISH = {
    "hopes": "will be fixed soon ",
    "hours": "in a few minutes ",
    "abilities": "will be able to be able to ",
    "estimates": "recovery is expected to be restored by ",
    "causes": "the cause is due to ",
    "apologies": "sorry if this caused ",
    "quotes": '"“',
    "slots": "[service (insert <date ",
}


def cpu_seconds(letter: Letter, context: Context, runs: int) -> float:
    """The quickest of some runs, in CPU seconds: other work on the machine does not count."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        check(letter, context)
        times.append(time.process_time() - start)
    return min(times)


def test_a_letter_of_ten_kilobytes_costs_no_more_for_each_of_them_than_a_short_one() -> None:
    facts = CLEAN.letter.body.partition("■")[2].partition("━")[0]
    short = body = CLEAN.letter.body
    while len(body.encode()) < 10_000:
        body = body.replace("━", f"■{facts}━", 1)
    small, large = (
        cpu_seconds(Letter("first", CLEAN.letter.subject, text), CLEAN.context, runs=15)
        for text in (short, body)
    )
    times = len(body) / len(short)
    assert large < times * 2.5 * small, f"{times:.1f} times the text took {large / small:.1f} times the work"


TEXTS = [
    *(pytest.param("ja", piece, id=name) for name, piece in NASTY.items()),
    *(pytest.param("en", piece, id=f"english {name}") for name, piece in NASTY_ENGLISH.items()),
]


@pytest.mark.parametrize(("locale", "piece"), TEXTS)
@pytest.mark.parametrize("field", ["subject", "body"])
def test_work_grows_with_the_length_and_not_with_its_square(locale: str, piece: str, field: str) -> None:
    context = Context(
        now=CLEAN.context.now,
        service="みどりショップ",
        staff=("田村",),
        other_customers=("田村",),
        public_urls=(),
    )

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        letter = Letter("update", "", text, locale)
        if field == "subject":
            letter = Letter("update", text, "", locale)
        return cpu_seconds(letter, context, runs=3)

    small, large = seconds(2_000), seconds(8_000)
    assert large < 4 * 2.5 * small + 0.005, f"4 times the text took {large / small:.1f} times the work"
