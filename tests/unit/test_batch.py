"""The CSV of an individual batch: what is wrong is named, and nothing that a letter needs is missing."""

import pytest

from bridge.core.batch import RowProblem, parse_batch

HEADER = "email,company,name,impact"
GOOD = "customer1@example.jp,株式会社サンプル,ご担当者,受注12件"


def test_a_file_without_departments_gives_letters_without_them() -> None:
    assert parse_batch(f"{HEADER}\n{GOOD}\n") == (
        [
            {
                "email": "customer1@example.jp",
                "company": "株式会社サンプル",
                "department": "",
                "name": "ご担当者",
                "impact": "受注12件",
            }
        ],
        [],
    )


@pytest.mark.parametrize(
    "text, problem",
    [
        pytest.param("", RowProblem(1, "email", "this column is missing"), id="empty"),
        pytest.param(HEADER, RowProblem(1, "", "there is no row"), id="no row"),
        pytest.param(
            f"{HEADER}\ncustomer1@example.jp,,ご担当者,受注12件",
            RowProblem(2, "company", "is missing"),
            id="no company",
        ),
        pytest.param(
            f"{HEADER}\n{GOOD},more", RowProblem(2, "", "5 cells under 4 columns"), id="a comma too many"
        ),
        pytest.param(
            f"{HEADER}\n{GOOD}\n{GOOD}",
            RowProblem(3, "email", "is the address of line 2"),
            id="the same address twice",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_column(text: str, problem: RowProblem) -> None:
    assert problem in parse_batch(text)[1]
