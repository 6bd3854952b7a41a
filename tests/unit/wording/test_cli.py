"""`bridge wording FILE.jsonl`."""

import argparse
import json
from pathlib import Path

import pytest

from bridge.cli import wording


def run(tmp_path: Path, *lines: object) -> int:
    file = tmp_path / "texts.jsonl"
    file.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), "utf-8")
    return run_on(file)


def run_on(file: Path) -> int:
    parser = argparse.ArgumentParser()
    wording.add_parser(parser.add_subparsers())
    args = parser.parse_args(["wording", str(file)])
    return int(args.func(args))


def test_findings_come_one_line_a_text_with_exactly_the_agreed_fields(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, {"id": "a", "kind": "individual", "scope": "sentence", "text": "御社のデータ"}) == 1
    finding = {"rule": "HON-09", "severity": "warning", "field": "body", "span": [0, 2], "text": "御社"}
    assert json.loads(capsys.readouterr().out) == {
        "id": "a",
        "findings": [{**finding, "replacement": "貴社"}],
    }


def test_nothing_found_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, {"id": 7, "scope": "sentence", "text": "原因:調査中", "expect": []}, "") == 0
    assert capsys.readouterr().out == '{"id": 7, "findings": []}\n'


def test_half_a_surrogate_pair_is_printed_as_it_was_escaped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, '{"id": "a\\ud800", "scope": "sentence", "text": "御社"}') == 1
    assert '"id": "a\\ud800"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "found"),
    [("followup", True), ("update", True), ("recovery", False), ("whatever", False)],
)
def test_followup_means_update_and_an_unknown_kind_gets_the_rules_for_all(
    tmp_path: Path, kind: str, found: bool
) -> None:
    text = "詳細は追ってご連絡いたします。"
    assert run(tmp_path, {"id": "a", "kind": kind, "scope": "sentence", "text": text}) == int(found)


def test_the_text_of_a_subject_is_a_subject(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = {"id": "a", "kind": "first", "scope": "subject"}
    assert run(tmp_path, {**case, "text": "【重要】みどりショップ 接続障害(第一報)"}) == 0
    capsys.readouterr()
    assert run(tmp_path, {**case, "text": "みどりショップ 接続障害(第一報)"}) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["rule"], finding["field"]) == ("SUB-01", "subject")


def test_the_text_of_a_whole_letter_is_its_body(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = "【お詫び】みどりショップ 障害"
    case = {"id": "a", "scope": "full", "subject": subject, "text": "御社のデータ"}
    assert run(tmp_path, case) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["rule"], finding["field"]) == ("HON-09", "body")


def test_the_context_is_read(tmp_path: Path) -> None:
    case = {"id": "a", "kind": "first", "scope": "sentence", "text": "本日18時までに復旧いたします。"}
    assert (
        run(tmp_path, {**case, "ctx": {"eta_confirmed": True, "report_no": None, "to": "a@example.jp"}}) == 0
    )
    assert run(tmp_path, case) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "texts.jsonl:2: not JSON"),
        ('{"scope": "page"}', "texts.jsonl:2: scope"),
        ("[1]", "texts.jsonl:2: "),
        ('{"scope": "full", "ctx": {"now": "soon"}}', "texts.jsonl:2: ctx.now"),
        ('{"scope": "full", "ctx": {"charset": "utf-9"}}', "no charset utf-9"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    assert run(tmp_path, {"scope": "sentence", "text": "御社"}, line) == 2
    output = capsys.readouterr()
    assert says in output.err
    assert output.out == ""


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert run_on(tmp_path / "none.jsonl") == 2
