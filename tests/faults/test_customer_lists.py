"""Customer lists as people really save them, through the whole bridge: what ring and page say, who gets a letter."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.story import add_services, firing, name_of
from tests.parts.bridge import MARUYAMA, Bridge, customer, link_in
from tests.parts.sink import Sink, sink
from tests.parts.smtp import Mail
from tests.parts.waiting import until

HEADER = "email,name,company,locale\n"
ROWS = f"{customer(1)},佐藤,みどり商事株式会社,ja\n{customer(2)},丸山,みどり商事株式会社,ja\n"


@dataclass(frozen=True)
class Shared:
    """One bridge for all tests; each takes a service with a list of its own."""

    bridge: Bridge
    sink: Sink
    home: Path
    free: Iterator[str]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    home = tmp_path_factory.mktemp("lists")
    with contextlib.ExitStack() as stack:
        mails = stack.enter_context(sink())
        made = Bridge(home, mails)
        stack.callback(made.close)
        made.config["policy"]["second_person"] = []
        services = add_services(made.config, 12)
        for service in services:
            made.config["audiences"][service] = {"csv": str(home / f"{service}.csv")}
            made.config["services"][service]["audience"] = service
        made.start()
        yield Shared(made, mails, home, iter(services))


@pytest.fixture
def case(shared: Shared) -> "Case":
    return Case(shared.bridge, shared.sink, shared.home, next(shared.free))


class Case:
    """A service whose list a test writes before its alert fires."""

    def __init__(self, bridge: Bridge, sink: Sink, home: Path, service: str) -> None:
        self.bridge, self.sink, self.service = bridge, sink, service
        self.list = home / f"{service}.csv"
        self._name = name_of(int(service.removeprefix("shop")))

    def write(self, text: str, encoding: str = "utf-8") -> None:
        self.list.write_bytes(text.encode(encoding))

    def ring(self) -> Mail:
        assert self.bridge.alert(firing(self.service)).status_code == 200
        return until(self.rings, 20, "it rings")[0]

    def rings(self) -> list[Mail]:
        return [mail for mail in self.sink.to(MARUYAMA) if self._name in mail.subject]

    def page(self, ring: Mail) -> str:
        """The words of the page that a ring leads to, without its markup."""
        answer = self.bridge.get(link_in(ring))
        assert answer.status_code == 200
        return re.sub(r"<[^>]+>", " ", answer.text)

    def written_to(self) -> Counter[str]:
        """How many letters each customer got, when the sending is over."""
        until(lambda: self.bridge.incident()["notices"][-1]["state"] == "sent", 20, "it is sent")
        letters = (mail for mail in list(self.sink.mails) if self._name in mail.subject)
        return Counter(mail.to[0] for mail in letters if mail.to[0] != MARUYAMA)


@pytest.mark.parametrize("encoding, said", [("cp932", "Shift_JIS"), ("utf-8-sig", "UTF-8")])
def test_a_list_as_excel_saves_it_reaches_everybody(case: Case, encoding: str, said: str) -> None:
    case.write(HEADER + ROWS.replace("佐藤", "佐藤 髙﨑①"), encoding)
    ring = case.ring()
    assert "2名へ" in ring.text
    assert said in case.page(ring)
    assert case.bridge.approve(link_in(ring)).status_code == 303
    assert case.written_to() == {customer(1): 1, customer(2): 1}


FORMULAS = ["=1+1", "@SUM(A1)", "+81 3", "-1", "=cmd|' /C calc'!A0", '"=HYPERLINK(""http://x.example.jp"")"']


def test_a_formula_in_a_name_is_a_name(case: Case) -> None:
    rows = "".join(f"{customer(n)},{name},{name},ja\n" for n, name in enumerate(FORMULAS))
    case.write(HEADER + rows)
    ring = case.ring()
    assert f"{len(FORMULAS)}名へ" in ring.text
    assert "宛先を数えられません" not in case.page(ring)
    assert case.bridge.approve(link_in(ring)).status_code == 303
    assert case.written_to() == {customer(n): 1 for n in range(len(FORMULAS))}


def test_a_formula_in_an_individual_letter_is_written_as_it_is(case: Case) -> None:
    case.write(HEADER + ROWS)
    case.ring()
    batch = f"email,company,department,name,impact\n{customer(1)},みどり商事,営業部,=1+1,受注12件\n"
    incident = case.bridge.incident()["id"]
    assert case.bridge.post_api(f"/incidents/{incident}/individual", batch, "text/csv").status_code == 201
    ring = until(lambda: [mail for mail in case.rings() if "個別" in mail.subject], 20, "it rings")[0]
    answer = case.bridge.press(link_in(ring), "approve", override="宛名は確認済み")
    assert answer.status_code == 303, answer.text
    assert case.written_to() == {customer(1): 1}
    assert "=1+1様" in case.sink.to(customer(1))[-1].text


def test_an_address_written_twice_gets_one_letter_whatever_the_case_of_its_domain(case: Case) -> None:
    addresses = ["A@mail1.example.jp", "A@MAIL1.Example.JP", "a@mail1.example.jp", "A@mail1.example.jp"]
    case.write(HEADER + "".join(f"{address},,,ja\n" for address in addresses))
    ring = case.ring()
    assert "2名へ" in ring.text
    assert "2件(1通だけ送ります)" in case.page(ring)
    assert case.bridge.approve(link_in(ring)).status_code == 303
    assert case.written_to() == {"A@mail1.example.jp": 1, "a@mail1.example.jp": 1}


def test_a_row_nobody_can_be_written_to_is_named_and_costs_the_others_nothing(case: Case) -> None:
    case.write(HEADER + "nobody,佐藤,,ja\n" + ROWS)
    ring = case.ring()
    assert "2名へ" in ring.text
    assert "2行目: メールアドレスの形(名前@ドメイン)ではありません: nobody" in case.page(ring)
    assert case.bridge.approve(link_in(ring)).status_code == 303
    assert case.written_to() == {customer(1): 1, customer(2): 1}


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param(None, "読めません", id="deleted"),
        pytest.param("", "空です", id="empty"),
        pytest.param(HEADER, "宛先が1件もありません", id="nobody in it"),
        pytest.param(ROWS, "email の列がありません", id="no header"),
        pytest.param(
            "連絡先,名前\n" + ROWS, "email の列がありません(1行目: 連絡先, 名前)", id="wrong columns"
        ),
    ],
)
def test_a_list_that_cannot_be_counted_is_said_in_ring_and_page_and_loses_nothing(
    case: Case, content: str | None, words: str
) -> None:
    if content is not None:
        case.write(content)
    ring = case.ring()
    assert "宛先の数は不明です" in ring.text
    assert "宛先の名簿を数えられません" in ring.text
    assert words in ring.text
    assert f"宛先を数えられません({case.list}: {words}" in case.page(ring)
    assert case.bridge.approve(link_in(ring)).status_code == 409
    assert case.bridge.incident()["notices"][0]["state"] == "awaiting_approval"
    case.write(HEADER + ROWS)
    assert case.bridge.approve(link_in(ring)).status_code == 303, "the same link, once the list is repaired"
    assert case.written_to() == {customer(1): 1, customer(2): 1}
