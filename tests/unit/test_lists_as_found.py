"""Customer lists as they are found in companies: each is read as its owner meant it, or refused in words."""

import codecs
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from bridge.audiences.columns import Columns
from bridge.audiences.csv import BadRow, Reading, Repair, read
from bridge.audiences.file import AudienceError
from bridge.audiences.summary import Audiences, summarise
from bridge.core.list_repairs import (
    BRACKETS,
    FULL_WIDTH,
    INVISIBLE,
    JAPANESE,
    LANGUAGE,
    LINE_END,
    MAILTO,
    NO_NAME,
    TRAILING,
)
from bridge.core.model import Recipient

HEADER = "email,name,company,locale\n"
TWO = HEADER + "maruyama@example.jp,丸山 進,みどり商事株式会社,ja\nsato@example.jp,佐藤,みどり商店,en\n"
MARUYAMA = Recipient("maruyama@example.jp", "丸山 進", "みどり商事株式会社", "ja")
SATO = Recipient("sato@example.jp", "佐藤", "みどり商店", "en")


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes) -> Path:
        path = tmp_path / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def recipients(path: Path, reading: Reading | None = None) -> list[Recipient]:
    return [row for row in read(path, reading or Reading()) if isinstance(row, Recipient)]


def repairs(path: Path) -> dict[int, tuple[str, ...]]:
    return {row.line: row.what for row in read(path) if isinstance(row, Repair)}


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    "content, called",
    [
        pytest.param(TWO.encode("utf-16"), "UTF-16", id="UTF-16 with a mark"),
        pytest.param(TWO.encode("utf-16-le"), "UTF-16", id="UTF-16 little endian without a mark"),
        pytest.param(TWO.encode("utf-16-be"), "UTF-16", id="UTF-16 big endian without a mark"),
        pytest.param(codecs.BOM_UTF16_BE + TWO.encode("utf-16-be"), "UTF-16", id="UTF-16 big endian"),
        pytest.param(TWO.replace(",", "\t").encode("utf-16"), "UTF-16", id="Excel's Unicode text"),
        pytest.param(TWO.encode("euc_jp"), "EUC-JP", id="EUC-JP"),
        pytest.param(TWO.encode("cp932"), "Shift_JIS", id="Shift_JIS"),
        pytest.param(TWO.encode("iso2022_jp"), "ISO-2022-JP", id="JIS"),
        pytest.param(TWO.replace(",", "|").encode(), "UTF-8", id="upright strokes"),
        pytest.param(("\n,,,\n" + TWO).encode(), "UTF-8", id="blank lines above"),
        pytest.param(TWO.replace(",", "\t").encode(), "UTF-8", id="TAB"),
        pytest.param(TWO.replace(",", ";").encode("cp932"), "Shift_JIS", id="semicolons in Shift_JIS"),
        pytest.param(("sep=,\n" + TWO).encode(), "UTF-8", id="a line sep="),
        pytest.param(('"sep=|"\r\n' + TWO.replace(",", "|")).encode(), "UTF-8", id="sep= names any mark"),
        pytest.param(("sep=\t\n" + TWO.replace(",", "\t")).encode(), "UTF-8", id="sep= names a TAB"),
        pytest.param(TWO.replace("\n", "\r").encode(), "UTF-8", id="old Mac"),
        pytest.param(TWO.strip().replace("\n", ";;\n").encode(), "UTF-8", id="semicolons at the end"),
        pytest.param((TWO + TWO[: TWO.index("sato")]).encode("utf-8-sig"), "UTF-8", id="joined with itself"),
    ],
)
def test_a_list_is_read_however_it_was_exported(file, content, called):
    path = file(content)
    assert recipients(path) == [MARUYAMA, SATO]
    assert not [row for row in read(path) if isinstance(row, BadRow)]
    assert summarise(path).encoding == called


def test_rows_of_excel_below_rows_in_utf_8_are_read_each_in_its_encoding(file):
    head, first, second = TWO.splitlines(keepends=True)
    path = file((head + first).encode() + second.encode("cp932"))
    assert recipients(path) == [MARUYAMA, SATO]
    assert summarise(path).encoding == "UTF-8 + Shift_JIS"


@pytest.mark.parametrize("name", ["ｱﾝﾄﾞｳ", "ｻﾄｳ ﾊﾅｺ", "ﾏﾙﾔﾏ ｽｽﾑ"])
def test_half_width_katakana_are_not_taken_for_kanji(file, name):
    path = file((HEADER + f"sato@example.jp,{name},,ja\n").encode("cp932"))
    assert recipients(path) == [Recipient("sato@example.jp", name)]


@pytest.mark.parametrize("name", ["山田", "森", "甲乙商店"])
def test_a_short_list_in_euc_jp_is_not_taken_for_half_width_katakana(file, name):
    path = file((HEADER + f"sato@example.jp,{name},,ja\n").encode("euc_jp"))
    assert recipients(path) == [Recipient("sato@example.jp", name)]


def test_utf_16_without_a_mark_is_known_though_it_begins_in_japanese(file):
    assert recipients(file("メールアドレス\t氏名\nsato@example.jp\t佐藤\n".encode("utf-16-le"))) == [
        Recipient("sato@example.jp", "佐藤")
    ]


@pytest.mark.parametrize("name", ["髙橋", "㈱①商会", "～－∥", "🍣"])
def test_letters_of_the_vendors_and_emoji_stay_themselves(file, name):
    encoding = "utf-8" if name == "🍣" else "cp932"
    assert recipients(file((HEADER + f"sato@example.jp,{name},,ja\n").encode(encoding)))[0].name == name


@pytest.mark.parametrize(
    "header",
    [
        "メールアドレス,氏名,会社名,言語",
        "ﾒｰﾙｱﾄﾞﾚｽ,お名前,企業名,言語コード",
        "E-mail,Full Name,Company Name,Language",
        "Email Address,name,Organization,lang",
        "電子メール アドレス,担当者名,勤務先,使用言語",
        "Ｅ－ｍａｉｌ【必須】,ご担当者名,法人名,locale",
        "\ufeffemail,name,company,locale;;",
        "Emailアドレス,名前,会社,language",
        "電子メール 1 アドレス,お客様名,法人名,言語",
        "user_email,display_name,company,lang",
        "メアド,担当者,御社名,言語",
    ],
)
def test_columns_are_known_by_the_names_people_give_them(file, header):
    assert recipients(file(TWO.replace(HEADER.strip(), header))) == [MARUYAMA, SATO]


def test_columns_that_do_not_matter_are_left_alone(file):
    path = file("No,E-mail,姓,氏名\n1,maruyama@example.jp,丸山,丸山 進\n")
    assert recipients(path) == [Recipient("maruyama@example.jp", "丸山 進")]
    assert recipients(file("Email Address,First Name\nsato@example.jp,Hanako\n")) == [
        Recipient("sato@example.jp")
    ]


def test_our_own_name_of_a_column_stands_before_what_others_call_it(file):
    path = file("メールアドレス,email\nold@example.jp,sato@example.jp\n")
    assert recipients(path) == [Recipient("sato@example.jp")]


def test_columns_may_be_configured(file):
    path = file("主,予備,氏名,屋号\nsato@example.jp,old@example.jp,佐藤,みどり商店\n")
    columns = Columns(email="主", company="屋号")
    assert recipients(path, Reading("en", columns)) == [SATO]
    with pytest.raises(AudienceError, match="has no column 住所"):
        summarise(path, Reading(columns=Columns(email="住所")))
    with pytest.raises(AudienceError, match="has no column 店名"):
        summarise(path, Reading(columns=Columns(email="主", company="店名")))


@pytest.mark.parametrize(
    "cell, repair",
    [
        pytest.param("sato@example.jp\u00a0", INVISIBLE, id="a no-break space"),
        pytest.param("\u200bsato@example.jp", INVISIBLE, id="a zero-width space"),
        pytest.param("sato@exam\u200bple.jp", INVISIBLE, id="a zero-width space inside"),
        pytest.param("sato@example.jp\t", INVISIBLE, id="a TAB"),
        pytest.param("\ufeffsato@example.jp", INVISIBLE, id="a byte order mark"),
        pytest.param("\u202asato@example.jp\u202c", INVISIBLE, id="marks of direction"),
        pytest.param("mailto:sato@example.jp", MAILTO, id="mailto"),
        pytest.param("MAILTO:sato@example.jp?subject=x", MAILTO, id="mailto with a subject"),
        pytest.param("<sato@example.jp>", BRACKETS, id="brackets"),
        pytest.param("佐藤 <sato@example.jp>", BRACKETS, id="a name and brackets"),
        pytest.param("'sato@example.jp'", BRACKETS, id="quotation marks"),
        pytest.param("sato＠example.jp", FULL_WIDTH, id="a full-width at sign"),
        pytest.param("ｓａｔｏ@ｅｘａｍｐｌｅ．ｊｐ", FULL_WIDTH, id="full-width letters"),
        pytest.param("sato@example。jp", FULL_WIDTH, id="a full-width stop"),
        pytest.param("sato@example.jp.", TRAILING, id="a stop at the end"),
        pytest.param('"sato@example.jp,"', TRAILING, id="a comma at the end"),
        pytest.param("sato@example.jp;", TRAILING, id="a semicolon at the end"),
        pytest.param("sato@example.jp、", TRAILING, id="a Japanese comma at the end"),
        pytest.param("sato @ example.jp", INVISIBLE, id="blanks around the at sign"),
        pytest.param("SMTP:sato@example.jp", MAILTO, id="as a directory writes it"),
        pytest.param("E-mail: sato@example.jp", MAILTO, id="with its name before it"),
        pytest.param("【sato@example.jp】", BRACKETS, id="Japanese brackets"),
        pytest.param("“sato@example.jp”", BRACKETS, id="typographic quotation marks"),
        pytest.param("'sato@example.jp", BRACKETS, id="the mark of a text cell"),
        pytest.param("sato@example.jp (佐藤)", BRACKETS, id="a name behind it"),
        pytest.param("sato﹫example.jp", FULL_WIDTH, id="a small at sign"),
    ],
)
def test_an_address_is_cleaned_as_any_importer_would_and_the_repair_is_told(file, cell, repair):
    path = file(HEADER + f"{cell},,,ja\n")
    assert recipients(path) == [Recipient("sato@example.jp")]
    assert repairs(path) == {2: (repair,)}
    (told,) = summarise(path).repaired
    assert str(told) == f"{repair}: 1 (first in line 2)"
    assert told.words.ja == f"{JAPANESE[repair]}: 1件(最初は2行目)"


def test_several_repairs_of_one_address_are_each_told(file):
    path = file(HEADER + '"佐藤 <mailto:ｓａｔｏ＠example.jp>、",,,\n')
    assert recipients(path) == [Recipient("sato@example.jp")]
    assert repairs(path) == {2: (FULL_WIDTH, BRACKETS, MAILTO)}


@pytest.mark.parametrize(
    "cell",
    [
        '"maruyama@example.jp; sato@example.jp"',
        "maruyama@example.jp、sato@example.jp",
        "maruyama@example.jp <sato@example.jp>",
        "<maruyama@example.jp><sato@example.jp>",
        "mailto:maruyama@example.jp?cc=sato@example.jp,",
        "sato＠＠example.jp",
        "sa to@example.jp",
        "sa\u00a0to@example.jp",
    ],
)
def test_no_repair_makes_two_recipients_of_a_cell_or_guesses(file, cell):
    found = recipients(file(HEADER + cell.replace(",", "，") + ",,,\nx@example.jp,,,\n"))
    assert [one.address for one in found] in (["x@example.jp"], ["maruyama@example.jp", "x@example.jp"])
    assert not any("sato" in one.address for one in found)


def test_a_bracket_that_is_left_is_no_letter_of_a_domain(file):
    path = file(HEADER + "sato@example.jp】,,,\nx@example.jp,,,\n")
    assert [one.address for one in recipients(path)] == ["x@example.jp"]


def test_a_second_address_without_quotation_marks_is_no_name(file):
    path = file(HEADER + "maruyama@example.jp,sato@example.jp\n")
    assert recipients(path) == [Recipient("maruyama@example.jp")]
    assert repairs(path) == {2: (NO_NAME,)}


def test_an_address_that_needs_no_repair_is_not_called_repaired(file):
    path = file(HEADER + "\u3000sato@example.jp ,\t佐藤\u00a0,,ja\n佐藤@例え.jp,,,\n")
    assert [one.name for one in recipients(path)] == ["佐藤", ""]
    assert repairs(path) == {}


@pytest.mark.parametrize(
    "word, locale",
    [("English", "en"), ("英語", "en"), ("EN_us", "en"), ("JP", "ja"), ("Japanese", "ja"), ("日本語", "ja")],
)
def test_languages_are_known_by_their_names(file, word, locale):
    path = file(HEADER + f"sato@example.jp,,,{word}\n")
    other = "ja" if locale == "en" else "en"
    assert recipients(path, Reading(other))[0].locale == locale
    assert repairs(path) == {}


def test_a_language_that_is_not_known_is_told_and_the_default_counts(file):
    path = file(HEADER + "sato@example.jp,,,fr\n")
    assert recipients(path, Reading("en"))[0].locale == "en"
    assert repairs(path) == {2: (LANGUAGE,)}


def test_a_company_of_two_lines_is_one_row_and_later_lines_keep_their_numbers(file):
    path = file(HEADER + 'sato@example.jp,佐藤,"みどり商店\r\n営業部",ja\nbad\n')
    assert recipients(path) == [Recipient("sato@example.jp", "佐藤", "みどり商店 営業部", "ja")]
    assert repairs(path) == {2: (LINE_END,)}
    assert [row.line for row in read(path) if isinstance(row, BadRow)] == [4]


@pytest.mark.parametrize(
    "below",
    [
        pytest.param("sato@example.jp,佐藤,甲,ja\n", id="a customer"),
        pytest.param('sato@example.jp,"佐藤",甲,ja\n', id="a customer with quotation marks"),
        pytest.param('乙"\n', id="a mark that would leave too few cells"),
        pytest.param("x\n" * 40 + '",ja\n', id="many lines"),
    ],
)
def test_lines_join_a_row_only_where_they_surely_belong_to_it(file, below):
    path = file(HEADER + 'maruyama@example.jp,丸山,"みどり商事,ja\n' + below + "x@example.jp,,,\n")
    assert "maruyama@example.jp" not in [one.address for one in recipients(path)]
    assert recipients(path)[-1] == Recipient("x@example.jp")
    first = next(row for row in read(path) if isinstance(row, BadRow))
    assert (first.line, first.reason) == (2, "a quotation mark is not closed on its line")


@pytest.mark.parametrize(
    "content, en, ja",
    [
        pytest.param(workbook(), "is an Excel workbook (.xlsx)", "Excelブック(.xlsx)です", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0" + bytes(600), "an old Excel workbook", "古い形式のExcel", id="xls"),
        pytest.param(gzip.compress(TWO.encode()), "is compressed", "圧縮されています", id="gzip"),
        pytest.param(
            "お客様一覧(2026/11/20 現在),,,\n" + TWO,
            "begins with a title (お客様一覧(2026/11/20 現在), , , ), and its header is the second line",
            "1行目が表題です(お客様一覧(2026/11/20 現在), , , )。見出しが2行目にあります",
            id="a title",
        ),
        pytest.param(
            "email,name,email\n,佐藤,sato@example.jp\n",
            "has several columns for addresses (email, email)",
            "メールアドレスの列が2つ以上あります(email, email)",
            id="two columns email",
        ),
        pytest.param(
            "E-mail,メールアドレス\nsato@example.jp,\n", "", "", id="ours stands before the other: no error"
        ),
        pytest.param(
            "メール,メールアドレス\nsato@example.jp,\n",
            "(メール, メールアドレス). Keep one",
            "(メール, メールアドレス)",
            id="two other names",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words_that_say_what_to_do(file, content, en, ja):
    path = file(content)
    if not en:
        assert summarise(path).count == 1
        return
    problem = Audiences().facts("shop-customers", path).problem
    assert problem is not None
    assert en in (problem.en or "")
    assert ja in problem.ja


def test_two_spellings_of_one_mailbox_are_two_customers(file):
    path = file(HEADER + "Sato@example.jp,,,\nsato@example.jp,,,\n")
    assert len(recipients(path)) == 2


def test_the_results_of_a_failed_lookup_cost_the_others_nothing(file):
    rows = "#N/A,#N/A,#N/A,ja\n0,,,\n-,なし,,\nなし,,,\nsato@example.jp,,,ja\n\u3000,\u3000,\u3000,\u3000\n"
    assert recipients(file(HEADER + rows)) == [Recipient("sato@example.jp")]


def test_nothing_but_zeros_at_the_end_is_told_as_a_bad_row(file):
    path = file(TWO.encode() + bytes(4096))
    assert recipients(path) == [MARUYAMA, SATO]
    assert [row.line for row in read(path) if isinstance(row, BadRow)] == [4]


def test_a_customer_at_a_domain_of_mail_is_no_header(file):
    with pytest.raises(AudienceError, match="has no column email"):
        summarise(file("maruyama@mail1.example.jp,丸山\nsato@mail2.example.jp,佐藤\n"))


def test_what_was_put_right_is_among_the_facts_of_the_list(file):
    facts = Audiences().facts("shop-customers", file(HEADER + "sato@example.jp.,,,\n<x@example.jp>.,,,\n"))
    assert facts.count == 2
    assert [words.ja for words in facts.repaired] == [
        f"{JAPANESE[TRAILING]}: 1件(最初は2行目)",
        f"{JAPANESE[BRACKETS]}: 1件(最初は3行目)",
    ]
