"""Customer lists as people really export them."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.audiences.csv import BadRow, Duplicate, Reading, Repair, read
from bridge.audiences.file import AudienceError
from bridge.audiences.summary import Audiences, Tally, summarise
from bridge.core import addresses
from bridge.core.list_repairs import LINE_END
from bridge.core.model import Recipient

HEADER = "email,name,company,locale\n"
TWO = HEADER + "maruyama@example.jp,丸山,みどり商事株式会社,ja\nsato@example.jp,佐藤,みどりショップ,en\n"
MARUYAMA = Recipient("maruyama@example.jp", "丸山", "みどり商事株式会社", "ja")
SATO = Recipient("sato@example.jp", "佐藤", "みどりショップ", "en")


@pytest.fixture
def file(tmp_path):
    def write(text: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "customers.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    "encoding, said",
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp932", "Shift_JIS")],
    ids=["UTF-8", "with BOM", "Shift_JIS"],
)
def test_list_is_read_in_the_encodings_of_excel(file, encoding, said):
    path = file(TWO, encoding)
    assert list(read(path)) == [MARUYAMA, SATO]
    assert summarise(path).encoding == said


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "locale,company,email,name,plan\nen,みどりショップ,sato@example.jp,佐藤,gold\n", id="any order"
        ),
        pytest.param(
            " Email , NAME,Company,Locale\r\nsato@example.jp,佐藤,みどりショップ,EN\r\n", id="loose header"
        ),
        pytest.param(
            HEADER + ' sato@example.jp ,佐藤,"みどりショップ",en-US', id="spaces, quotes, no last line end"
        ),
        pytest.param(HEADER + "\n,,,\nsato@example.jp,佐藤,みどりショップ,en,,\n\n", id="empty rows"),
    ],
)
def test_layout_of_the_file_does_not_matter(file, text):
    assert list(read(file(text))) == [SATO]


@pytest.mark.parametrize("rest, locale", [("", "en"), (",,,", "en"), (",,,JA", "ja")])
def test_row_without_a_language_of_ours_gets_the_default(file, rest, locale):
    assert list(read(file(HEADER + "sato@example.jp" + rest), Reading("en"))) == [
        Recipient("sato@example.jp", locale=locale)
    ]


def test_list_of_addresses_alone_is_enough(file):
    assert list(read(file("email\nsato@example.jp\n"))) == [Recipient("sato@example.jp")]


@pytest.mark.parametrize(
    "row, reason",
    [
        pytest.param(",佐藤,,", "no address", id="no address"),
        pytest.param("sato,佐藤,,", "not an address", id="no at sign"),
        pytest.param('"a@example.jp,b@example.jp",,,', "more than one address", id="two with a comma"),
        pytest.param("a@example.jp;b@example.jp,,,", "more than one address", id="two with a semicolon"),
        pytest.param("sa to@example.jp,,,", "spaces", id="space inside"),
        pytest.param("<sato@example.jp> <a@example.jp>,,,", "more than one", id="two in brackets"),
        pytest.param("sato@example.jp\0,,,", "control characters", id="NUL in the address"),
        pytest.param("sato@example.jp,佐\0藤,,", "control characters in name", id="NUL in the name"),
        pytest.param("sato@example.jp,佐\u2028藤,,", "control characters in name", id="Unicode line end"),
        pytest.param("sato@-.jp,,,", "domain", id="no such domain"),
        pytest.param("sato@straße.de,,,", "two different domains", id="IDNA 2003 would write to strasse.de"),
        pytest.param("sato@STRAẞE.de,,,", "two different domains", id="a capital that becomes ss too"),
        pytest.param("sato@βόλος.gr,,,", "two different domains", id="IDNA 2003 would write another sigma"),
        pytest.param("s" * 65 + "@example.jp,,,", "too long", id="too long"),
        pytest.param("=cmd|' /C calc'!A0,,,", "not an address", id="a formula as the address"),
        pytest.param("sato@example.jp,Smith, John,ACME,en", "more cells than the header", id="a bare comma"),
        pytest.param(
            'sato@example.jp,"佐藤",ACME,"en', "quotation mark is not closed", id="half a quotation"
        ),
        pytest.param('sato@example.jp,"佐"藤,,', "not CSV", id="text after a quotation"),
        pytest.param("sato@example.jp," + "x" * 200_000, "not CSV (field larger", id="an endless cell"),
    ],
)
def test_bad_row_is_listed_and_costs_the_others_nothing(file, row, reason):
    bad, good = read(file(HEADER + row + "\nmaruyama@example.jp,丸山,みどり商事株式会社,ja\n"))
    assert isinstance(bad, BadRow)
    assert reason in bad.reason
    assert bad.text.isprintable()
    assert good == MARUYAMA


def test_bad_row_names_its_line(file):
    bad = [row for row in read(file(TWO + "sato\n\nmaruyama\n")) if isinstance(row, BadRow)]
    assert [row.line for row in bad] == [4, 6]
    assert str(bad[0]) == "line 4: not an address: it needs the form name@domain: sato"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param('a@example.jp,"佐藤,甲商事,ja,memo', id="name"),
        pytest.param('a@example.jp,佐藤,甲商事,"ja,memo', id="locale"),
        pytest.param('a@example.jp,佐藤,甲商事,ja,"5インチ', id="a column of their own"),
    ],
)
@pytest.mark.parametrize("following", [0, 89, 20_000])
def test_quotation_mark_that_nothing_closes_spoils_its_own_line_alone(file, row, following):
    others = [f"c{n}@example.jp,,,ja,memo" for n in range(following)]
    path = file("\n".join(["email,name,company,locale,memo", "first@example.jp", row, *others]))
    bad = [each for each in read(path) if isinstance(each, BadRow)]
    assert bad == [BadRow(3, "a quotation mark is not closed on its line", row)]
    assert bad[0].told.get("ja") == f'3行目: 引用符(")が同じ行で閉じていません: {row}'
    assert summarise(path).count == 1 + following


def test_a_line_end_inside_a_cell_is_named_and_hides_nobody(file):
    path = file(HEADER + 'a@example.jp,"佐\n藤",,ja\n"b@example.jp\r\nBcc: b",,,\nsato@example.jp,,,ja\n')
    repair, joined, bad, good = read(path)
    assert repair == Repair(2, (LINE_END,))
    assert joined == Recipient("a@example.jp", "佐 藤")
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.text) == (4, "b@example.jp\ufffd\ufffdBcc: b")
    assert good == Recipient("sato@example.jp")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "＝1", "<b>x</b>", "{{ 7*7 }}"])
def test_formula_or_markup_in_a_name_is_just_a_name(file, name):
    assert list(read(file(HEADER + f"sato@example.jp,{name},,en\n"))) == [
        Recipient("sato@example.jp", name, "", "en")
    ]


def test_address_written_twice_is_one_recipient(file):
    path = file(HEADER + "sato@example.jp,佐藤,,\nsato@EXAMPLE.JP,他,,\nSato@example.jp,別,,\n")
    rows = list(read(path))
    assert rows[1] == Duplicate(3, "sato@example.jp")
    assert rows[2] == Recipient("Sato@example.jp", "別")
    assert (summarise(path).count, summarise(path).duplicates) == (2, 1)


@pytest.mark.parametrize("address", ["foo..bar@docomo.ne.jp", "foo.@ezweb.ne.jp", ".foo@docomo.ne.jp"])
def test_carrier_addresses_are_customers(file, address):
    assert list(read(file(f"email\n{address}\n"))) == [Recipient(address)]


def test_international_domain_is_one_recipient_in_either_spelling(file):
    first, second = read(file("email\nsato@例え.jp\nsato@xn--r8jz45g.jp\n"))
    assert first == Recipient("sato@xn--r8jz45g.jp")
    assert isinstance(second, Duplicate)


def test_summary_counts_everything(file):
    summary = summarise(file(TWO + "bad\nsato@example.jp,,,\n"))
    assert (summary.count, summary.locales, summary.bad_total, summary.duplicates) == (
        2,
        {"ja": 1, "en": 1},
        1,
        1,
    )


def test_only_the_first_hundred_bad_rows_are_kept(file):
    summary = summarise(file(TWO + "bad\n" * 250))
    assert (len(summary.bad), summary.bad_total) == (100, 250)


def digest(path: Path) -> str:
    return summarise(path).digest


def test_digest_is_that_of_the_recipients_and_not_of_the_file(file):
    first = digest(file(TWO))
    header, *rows = TWO.splitlines()
    assert digest(file("\r\n".join([header, *reversed(rows)]), "cp932")) == first


@pytest.mark.parametrize(
    "change",
    [
        ("maruyama@", "maruyam@"),
        ("丸山", "丸川"),
        ("みどりショップ", "みどり"),
        (",en", ",ja"),
        ("sato", "bad"),
    ],
    ids=["address", "name", "company", "locale", "one fewer"],
)
def test_any_change_of_a_recipient_changes_the_digest(file, change):
    before = digest(file(TWO))
    after = TWO.replace("sato@example.jp", "sato") if change[1] == "bad" else TWO.replace(*change)
    assert digest(file(after)) != before


def test_digest_of_what_was_loaded_is_that_of_the_summary(file):
    path = file(TWO + "sato@example.jp\nbad\n")
    tally = Tally()
    for row in read(path):
        tally.add(row)
    assert tally.summary().digest == digest(path)


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf\r\n", "is empty", id="only a BOM"),
        pytest.param(HEADER.encode(), "has no recipient", id="only a header"),
        pytest.param(b"email\nbad\n", "line 2: not an address", id="only bad rows"),
        pytest.param("氏名,電話\n".encode(), "found: 氏名, 電話", id="no column email"),
        pytest.param(b"sato@example.jp,a\n", "found: sato@example.jp, a", id="no header"),
        pytest.param(('"' + TWO).encode(), "quotation mark is not closed", id="a stray mark at the start"),
        pytest.param(b"x" * 200_000, "field larger than field limit", id="one endless line"),
        pytest.param(b"email\n\x81", "neither UTF-8 nor Shift_JIS", id="half a character"),
    ],
)
def test_unusable_list_names_the_file_and_what_to_do(file, content, words):
    path = file(content)
    with pytest.raises(AudienceError) as caught:
        summarise(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir], ids=["missing", "a folder"])
def test_file_that_cannot_be_opened_is_named(tmp_path, make):
    path = tmp_path / "customers.csv"
    make(path)
    with pytest.raises(AudienceError, match=r"customers\.csv: cannot be read"):
        summarise(path)
    facts = Audiences().facts("shop-customers", path)
    assert facts.count is None
    assert facts.problem.en == str(caught_by(path))
    assert facts.problem.ja.startswith(f"{path}: 読めません(")


def test_the_facts_of_a_list_say_when_its_file_was_written(file):
    path = file("email\nsato@example.jp\n")
    os.utime(path, (1_795_000_000, 1_795_000_000))
    assert Audiences().facts("shop-customers", path).as_of == datetime.fromtimestamp(1_795_000_000, UTC)


def caught_by(path: Path) -> AudienceError:
    with pytest.raises(AudienceError) as caught:
        summarise(path)
    return caught.value


@pytest.mark.parametrize(
    "row, ja",
    [
        ("bad", "2行目: メールアドレスの形(名前@ドメイン)ではありません: bad"),
        (",丸山", "2行目: メールアドレスがありません"),
        ("sato@example.jp,\x01", "2行目: 氏名か会社名に制御文字があります: sato@example.jp"),
    ],
)
def test_a_bad_row_is_told_in_japanese_too(file, row, ja):
    path = file(f"email,name\n{row}\n")
    (found,) = [each for each in read(path) if isinstance(each, BadRow)]
    assert (found.told.get("ja"), found.told.get("en")) == (ja, str(found))
    assert (
        BadRow(7, "not CSV (field larger than field limit)", "").told.get("ja")
        == "7行目: CSVとして読めません"
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a" * 255 + "@example.jp",
        "a\u200b@example.jp",
        "a@b@example.jp",
        "a",
        "a b@example.jp",
        "a\xa0@example.jp",
        "a@-",
        "a@straße.de",
        "a" * 65 + "@example.jp",
        "a" * 64 + "@" + "例" * 80,
    ],
)
def test_every_reason_against_an_address_has_its_japanese(address):
    assert addresses.problem(address) in addresses.JAPANESE


def test_list_is_counted_again_only_when_its_file_changes(file):
    audiences, path = Audiences(), file(TWO)
    first = audiences.summary(path)
    assert audiences.summary(path) is first
    os.utime(path, ns=(1, 1))
    assert audiences.summary(path) == first
    assert audiences.summary(path) is not first
    assert audiences.facts("shop-customers", file(TWO + "c@example.jp\n")).count == 3
