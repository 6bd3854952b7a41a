"""A configuration or a customer list that changes, is broken, or is gone, under a running bridge."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.story import letters, memory
from tests.parts.alerts import alert
from tests.parts.bridge import API_TOKEN, MARUYAMA, Bridge, bridge, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until

LIST = "customers.csv"


@contextlib.contextmanager
def held(home: Path, sink: Sink, hold: str) -> Iterator[tuple[Bridge, str]]:
    """A bridge that waits so long after each approval, and the link of its first ring."""
    made = Bridge(home, sink)
    made.config["policy"]["hold"] = hold
    try:
        made.start()
        made.alert()
        yield made, link_in(sink.wait_for(MARUYAMA)[0])
    finally:
        made.close()


def break_a_key(config: dict[str, Any]) -> None:
    config["escalations"]["shop"]["remind_att"] = ["0m"]


def change_the_database(config: dict[str, Any]) -> None:
    config["database"] = "postgresql://postgres@127.0.0.1/other"


def take_the_service_away(config: dict[str, Any]) -> None:
    config["services"]["other"] = config["services"].pop("shop")


@pytest.mark.parametrize(
    "change, says",
    [
        (break_a_key, "remind_att"),
        (change_the_database, "database"),
        (take_the_service_away, "services.shop"),
    ],
)
def test_a_reload_that_cannot_be_taken_over_is_refused_whole(
    tmp_path: Path, mail_server: Sink, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    with held(tmp_path, mail_server, "0s") as (running, link):
        change(running.config)
        running.config["people"]["maruyama"]["email"] = "new@example.jp"
        answer = running.reload()
        assert answer.status_code == 400
        assert says in answer.text
        running.signal(signal.SIGHUP)
        until(lambda: running.log().count("reload_refused") == 2, 10, "SIGHUP is refused too")
        assert API_TOKEN not in running.log()
        assert running.approve(link).status_code == 303
        mail_server.wait_for_every(running.customers)
        assert not mail_server.to("new@example.jp")


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_text("email,name,company,locale\n")


def rename_a_column(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("email", "address", 1), encoding="utf-8")


def add_somebody(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("late@mail1.example.jp,お客様,会社,ja\n")


@pytest.mark.parametrize("change", [delete, empty, rename_a_column, add_somebody])
def test_another_list_than_the_approved_one_stops_the_letter_and_rings(
    tmp_path: Path, mail_server: Sink, change: Callable[[Path], None]
) -> None:
    with held(tmp_path, mail_server, "2s") as (running, link):
        assert running.approve(link).status_code == 303
        change(tmp_path / LIST)
        told = mail_server.wait_for(MARUYAMA, 2, 20)[-1].text
        if "いまの名簿は" in told:  # one that cannot be read has no number
            assert "お客様にはまだ送っていません" in told
            assert "承認した名簿は" in told
        assert running.incident()["notices"][0]["state"] == "stopped"
        assert not letters(mail_server, [*running.customers, "late@mail1.example.jp"])


def test_a_list_that_is_gone_still_rings_without_a_number(tmp_path: Path, mail_server: Sink) -> None:
    with bridge(tmp_path, mail_server) as running:
        (tmp_path / LIST).unlink()
        assert running.alert().status_code == 200
        ring = mail_server.wait_for(MARUYAMA)[0]
        assert running.get(link_in(ring)).status_code == 200


def test_a_person_without_an_address_is_not_a_reason_not_to_ring_the_others(
    tmp_path: Path, mail_server: Sink
) -> None:
    made = Bridge(tmp_path, mail_server)
    del made.config["people"]["sato"]["email"]
    made.config["escalations"]["shop"]["steps"] = [{"from": "0m", "people": ["sato", "maruyama"]}]
    made.spawn()
    try:
        until(lambda: made.ready or not made.running, 30, "it starts, or says why not")
        if made.running:
            made.alert()
            mail_server.wait_for(MARUYAMA)
        else:
            assert "sato" in made.log()
    finally:
        made.close()


def test_a_broken_template_never_loses_the_notice(tmp_path: Path, mail_server: Sink) -> None:
    broken = tmp_path / "templates" / "mail" / "ja"
    broken.mkdir(parents=True)
    (broken / "first.txt.j2").write_text("{{ nothing.of.the.kind }}", encoding="utf-8")
    made = Bridge(tmp_path, mail_server)
    made.config["templates"] = str(tmp_path / "templates")
    made.spawn()
    try:
        until(lambda: made.ready or not made.running, 30, "it starts, or says why not")
        if made.running:
            assert made.alert(alert()).status_code == 200
            mail_server.wait_for(MARUYAMA)
        else:
            assert "first.txt.j2" in made.log()
    finally:
        made.close()


def test_a_long_list_is_loaded_in_bounded_memory_while_rings_go_on(
    tmp_path: Path, mail_server: Sink, kill_rounds: int
) -> None:
    """30 000 recipients; a million in `make soak`."""
    count = 1_000_000 if kill_rounds >= 200 else 30_000
    with held(tmp_path, mail_server, "0s") as (running, link):
        rows = (f"c{n}@mail{n % 7}.example.jp,お客様{n},会社,ja\n" for n in range(count))
        with (tmp_path / LIST).open("w", encoding="utf-8") as file:
            file.write("email,name,company,locale\n")
            file.writelines(rows)
        until(lambda: f"{count:,}" in running.get(link).text, 60, "the page counts them")
        mail_server.refuse_connections()
        assert running.approve(link).status_code == 303
        until(lambda: running.incident()["notices"][0]["state"] == "sending", 300, "the list is loaded")
        assert sum(running.deliveries().values()) == count
        assert memory(running.pid) < 250 + count * 400 / 2**20
        assert running.press(link, "stop").status_code == 303
