"""Which column of a customer list holds what: by our names, by those that people give them, or as configured."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from bridge.core.csv_text import Wanted, loosely
from bridge.core.values import Model

COLUMNS = ("email", "name", "company", "locale")


class Columns(Model):
    """What the columns of a customer list are called. One that is not named is found by its usual names."""

    email: str | None = Field(
        default=None, min_length=1, description="of the addresses: メールアドレス, E-mail, ..."
    )
    name: str | None = Field(default=None, min_length=1, description="of the persons: 氏名, お名前, ...")
    company: str | None = Field(default=None, min_length=1, description="of the companies: 会社名, ...")
    locale: str | None = Field(default=None, min_length=1, description="of the languages: 言語, ...")


USUAL_NAMES = Columns()

# As exports of mail programs, shops and customer systems head them, written as `loosely` does.
_USUAL: Mapping[str, str] = {
    "email": "email emailaddress mail mailaddress primaryemail email1value emailvalue eメール eメールアドレス メール "
    "メールアドレス 電子メール 電子メールアドレス 連絡先メールアドレス お客様メールアドレス 担当者メールアドレス "
    "会員メールアドレス pcメールアドレス 送信先メールアドレス 宛先メールアドレス",
    "name": "name fullname displayname contactname customername 氏名 お名前 名前 お客様名 顧客名 会員名 宛名 担当者 "
    "担当者名 担当者氏名 ご担当者 ご担当者名 ご担当者様 会員氏名",
    "company": "company companyname organization organisation organizationname account accountname 会社 会社名 "
    "企業名 法人名 貴社名 御社名 団体名 組織 組織名 勤務先 勤務先名 取引先 取引先名 会社団体名",
    "locale": "locale language lang languagecode preferredlanguage 言語 言語コード 使用言語 ロケール",
}

# Any other name that speaks of mail, but for those of what people may want of it or what kind it is.
_OF_MAIL = re.compile(r"mail|メール|メアド")
_ABOUT_MAIL = re.compile(
    r"@|確認|配信|受信|送信日|希望|可否|種|区分|一覧|リスト|名簿|マガジン|type|label|magazine|opt|status|verif|count"
)


class NoColumn(ValueError):
    """A column that is needed is not there (`twice` empty), or several might be it."""

    def __init__(self, wanted: str, twice: Sequence[str] = ()) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.twice = tuple(twice)


def wanted(columns: Columns) -> Sequence[Wanted]:
    """Whether a column of this name may hold the addresses: the surest first."""
    return list(_tries(columns, "email"))


def places(header: Sequence[str], columns: Columns) -> list[int]:
    """In which column each of COLUMNS stands; -1 for one that is not there. Raises NoColumn.

    Addresses are wanted, and in one column only: of two, one may hold the addresses of somebody else.
    """
    found = [loosely(name) for name in header]
    return [_place(found, header, columns, column) for column in COLUMNS]


def _place(found: Sequence[str], header: Sequence[str], columns: Columns, column: str) -> int:
    configured = getattr(columns, column)
    for fits in _tries(columns, column):
        at = [n for n, name in enumerate(found) if fits(name)]
        if len(at) > 1 and column == "email":
            raise NoColumn(column, [header[n].strip() for n in at])
        if at:
            return at[0]
    if configured or column == "email":
        raise NoColumn(configured or column)
    return -1


def _tries(columns: Columns, column: str) -> Iterator[Wanted]:
    """Which names a column may have, the surest first: ours stands before what others call it."""
    if configured := getattr(columns, column):
        yield loosely(configured).__eq__
        return
    yield column.__eq__
    yield frozenset(_USUAL[column].split()).__contains__
    if column == "email":
        yield _looks_like_addresses


def _looks_like_addresses(name: str) -> bool:
    return _OF_MAIL.search(name) is not None and _ABOUT_MAIL.search(name) is None
