"""The CSV of an individual batch: every wrong row and column is named at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.batch import MAX_ROWS, NEEDED, decode, parse_batch
from bridge.core.values import LOCALES
from bridge.stages.audience import batch_audience

HEADER = "email,company,department,name,impact"
GOOD = "a@example.jp,甲商事,営業部,ご担当者,受注12件"


def problems(text: str) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in parse_batch(text)[1]]


def test_a_good_file_becomes_rows_with_every_column_it_has() -> None:
    rows, wrong = parse_batch(f"{HEADER},plan\n{GOOD},年間\n\n")
    assert wrong == []
    assert rows == [
        {
            "email": "a@example.jp",
            "company": "甲商事",
            "department": "営業部",
            "name": "ご担当者",
            "impact": "受注12件",
            "plan": "年間",
        }
    ]


@pytest.mark.parametrize(
    "text, named",
    [
        pytest.param("", [(1, name) for name in ("email", "company", "name", "impact")], id="empty"),
        pytest.param(HEADER, [(1, "")], id="a header alone"),
        pytest.param("email,company,name\n", [(1, "impact")], id="a column is missing"),
        pytest.param("email,company,氏名,impact\n", [(1, "name")], id="a column by another name"),
        pytest.param(f"{HEADER}\n{GOOD.replace('ご担当者', '')}", [], id="a name that nobody knows"),
        pytest.param(f"{HEADER},name\n{GOOD},x", [(1, "name")], id="a column is there twice"),
        pytest.param(f"{HEADER}\na@example.jp,甲商事,営業部", [(2, "")], id="too few cells"),
        pytest.param(f"{HEADER}\n{GOOD},more", [(2, "")], id="too many cells"),
        pytest.param(f"{HEADER}\n,,営業部,,", [(2, n) for n in ("email", "company", "impact")], id="gaps"),
        pytest.param(f"{HEADER}\n{GOOD.replace('@', ' ')}", [(2, "email")], id="no address"),
        pytest.param(f"{HEADER}\n{GOOD}\n{GOOD}", [(3, "email")], id="the same address twice"),
        pytest.param(
            f"{HEADER}\n{GOOD}\n{GOOD.replace('example', 'EXAMPLE')}",
            [(3, "email")],
            id="domains have no case",
        ),
        pytest.param(
            f"{HEADER}\n{GOOD.replace('a@', 'b@')}\n\n{GOOD}\n,x,,x,x", [(5, "email")], id="its own line"
        ),
    ],
)
def test_every_wrong_row_of_a_batch_is_named_by_its_number(text: str, named: list[tuple[int, str]]) -> None:
    assert problems(text) == named


@pytest.mark.parametrize(
    "text, words",
    [
        pytest.param(HEADER, "row 1: no row follows it", id="a header alone"),
        pytest.param("email,name,impact", "row 1: company is not among its columns", id="a missing column"),
        pytest.param(f"{HEADER},name\n{GOOD},x", "row 1: name is there twice", id="a column twice"),
        pytest.param(f"{HEADER}\n{GOOD.replace('甲商事', '')}", "row 2: company is missing", id="a gap"),
        pytest.param(f"{HEADER}\n,甲商事,,,受注", "row 2: email is missing", id="no address"),
        pytest.param(f"{HEADER}\na@b,甲", "row 2: 2 cells under 5 columns", id="too few cells"),
        pytest.param(
            f"{HEADER}\n{GOOD.replace('@', ' ')}",
            "row 2: email is not usable: not an address: it needs the form name@domain",
            id="a wrong address",
        ),
        pytest.param(
            f"{HEADER}\n{GOOD}\n{GOOD}", "row 3: email is the address of line 2", id="an address twice"
        ),
    ],
)
def test_a_problem_is_a_sentence(text: str, words: str) -> None:
    assert [str(problem) for problem in parse_batch(text)[1]] == [words]


OPEN = GOOD.replace("受注12件", '"注文が届かない')
OTHER = "b@example.jp,乙社,,乙山,二重に請求された"


@pytest.mark.parametrize(
    "text, named",
    [
        pytest.param(
            f"{OPEN}\n{OTHER}\n", (2, "", "a quotation mark that nothing closes"), id="never closed"
        ),
        pytest.param(f"{OTHER}\n{OPEN}", (3, "", "a quotation mark that nothing closes"), id="the last row"),
        pytest.param(f'{OPEN}\n{OTHER},"丙社"', (2, "", "not CSV"), id="met by the next mark"),
        pytest.param(f'{OPEN}\n{OTHER}"', (2, "impact", "another address on a later line"), id="closed late"),
        pytest.param(
            GOOD.replace("甲商事", f'"甲商事\n{OTHER}"'),
            (2, "company", "another address"),
            id="another column",
        ),
    ],
)
def test_a_stray_quotation_mark_takes_no_row_into_the_letter_of_another(
    text: str, named: tuple[int, str, str]
) -> None:
    (found,) = parse_batch(f"{HEADER}\n{text}")[1]
    assert (found.row, found.column) == named[:2]
    assert named[2] in found.what


@pytest.mark.parametrize(
    "impact", ["受注は support@example.jp まで", "受注は s@example.jp\n12件", "12件\n控え: A@Example.jp"]
)
def test_an_address_that_no_stray_mark_brought_may_stand_in_a_letter(impact: str) -> None:
    assert problems(HEADER + "\n" + GOOD.replace("受注12件", f'"{impact}"')) == []


def test_every_wrong_row_is_named_in_one_round() -> None:
    rows = [f"c{n}@example.jp,甲商事,,ご担当者,{'' if n % 2 else '受注'}" for n in range(10)]
    assert problems("\n".join([HEADER, *rows])) == [(n, "impact") for n in range(3, 12, 2)]


def test_a_cell_may_hold_lines_commas_and_quotes() -> None:
    rows, wrong = parse_batch(f'{HEADER}\na@example.jp,"甲,乙 ""商事""",営業部,ご担当者,"一行目\n二行目"')
    assert wrong == []
    assert (rows[0]["company"], rows[0]["impact"]) == ('甲,乙 "商事"', "一行目\n二行目")


def test_more_than_people_can_read_is_refused() -> None:
    rows = [f"c{n}@example.jp,甲商事,,ご担当者,受注" for n in range(MAX_ROWS + 1)]
    assert problems("\n".join([HEADER, *rows])) == [(1, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
def test_excel_may_have_written_it(encoding: str) -> None:
    assert decode(f"{HEADER}\n{GOOD}".encode(encoding)) == f"{HEADER}\n{GOOD}"


def test_another_encoding_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="Save it in UTF-8"):
        decode(b"email\n\x81")


@given(st.text(max_size=200), st.text('ab,@.\n"', max_size=100))
def test_an_accepted_address_can_be_written_to(junk: str, near: str) -> None:
    for text in (junk, f"{HEADER}\n{near}", f"{HEADER}\n{GOOD}\n{near}"):
        rows, wrong = parse_batch(text)
        assert wrong or rows
        if not wrong:
            assert all(row[name] for row in rows for name in NEEDED)
            assert len({row["email"] for row in rows}) == len(rows)


def test_a_batch_is_called_what_it_is_and_not_by_a_word_of_the_program() -> None:
    assert [batch_audience([]).called(locale) for locale in LOCALES] == [
        "登録したCSV",
        "the uploaded CSV file",
    ]


def test_the_department_may_be_left_out() -> None:
    rows, wrong = parse_batch("email,company,name,impact\na@example.jp,甲商事,ご担当者,受注")
    assert wrong == []
    assert rows[0]["department"] == ""
