"""The lists of all services, counted side by side: one that cannot be read costs the others nothing."""

import asyncio
import os
import threading
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from bridge.audiences.cache import CustomerLists
from bridge.audiences.csv import AS_USUAL
from bridge.audiences.file import AudienceError
from bridge.audiences.service_list import ServiceList

ROW = "email\nsato@example.jp\n"


def lists(silent: float = 0.1, **files: Path) -> CustomerLists:
    """The lists of services called like their files."""
    places = {name: ServiceList(name, None, path, AS_USUAL) for name, path in files.items()}
    return CustomerLists(lambda: places, silent)


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "customer-list"]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(ROW)
    return path


@pytest.fixture
def pipe(tmp_path: Path):
    """A list that answers when the test writes it."""
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    return path


async def test_a_silent_list_is_told_as_such_and_read_by_one_thread_until_it_answers(good, pipe):
    both = lists(good=good, pipe=pipe)
    for found in await asyncio.gather(*(both.facts(["good", "pipe"]) for _ in range(8))):
        assert (found["good"].name, found["good"].count) == ("good", 1)
        assert found["pipe"].problem.en.startswith(f"{pipe}: does not answer")
    (reader,) = readers()
    with pipe.open("w"):
        good.replace(pipe)
    reader.join()
    assert (await both.facts(["pipe"]))["pipe"].count == 1


async def test_a_letter_does_not_wait_for_a_silent_list_to_be_loaded(good, pipe):
    both = lists(good=good, pipe=pipe)
    digest = await both.digest("good")
    assert [len(chunk) async for chunk in both.chunks("good", 1, digest)] == [1]
    with pytest.raises(AudienceError, match="does not answer"):
        await both.digest("pipe")
    with pytest.raises(AudienceError, match="does not answer"):
        await anext(both.chunks("pipe", 1, digest))
    for reader in readers():
        while reader.is_alive():
            with suppress(OSError):  # it has not opened the pipe yet, or has read it already
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
            reader.join(0.05)


async def test_a_list_that_is_another_than_the_one_named_gives_no_last_chunk(good):
    with pytest.raises(AudienceError, match="changed while it was read"):
        await anext(lists(good=good).chunks("good", 2, "another"))


async def test_a_long_list_is_waited_for_while_its_file_answers(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("email\n" + "".join(f"c{n}@example.jp\n" for n in range(200_000)))
    assert (await lists(long=path, silent=0.4).facts(["long"]))["long"].count == 200_000


async def test_whatever_a_list_comes_to_is_its_own_problem(good, tmp_path):
    found = await lists(good=good, ill=tmp_path / "a\0b").facts(["good", "ill"])
    assert found["good"].count == 1
    assert "cannot be read (ValueError)" in found["ill"].problem.en
    assert "読めません(ValueError)" in found["ill"].problem.ja


async def test_only_the_lists_that_are_asked_for_are_read(good, pipe):
    both = lists(good=good, pipe=pipe)
    assert set(await both.facts(["good", "gone"])) == {"good"}
    for reader in readers():
        reader.join(5)  # the one that has answered ends; one of the pipe would wait for its writer
    assert readers() == []


async def test_one_list_of_many_services_is_read_once(good):
    many = lists(**{f"service{n}": good for n in range(300)})
    begun = threading.Thread.start
    started: list[str] = []

    def start(thread: threading.Thread) -> None:
        started.append(thread.name)
        begun(thread)

    with patch.object(threading.Thread, "start", start):
        assert len(await many.facts([f"service{n}" for n in range(300)])) == 300
    assert started == ["customer-list"]


async def test_who_cannot_wait_gets_the_lists_that_are_there_and_the_other_is_read_on(good, pipe):
    both = lists(silent=60, good=good, pipe=pipe)
    assert set(await both.facts_at_once(["good", "pipe"])) == {"good"}
    (reader,) = readers()
    with pipe.open("w"):
        good.replace(pipe)
    reader.join()
    assert (await both.facts(["pipe"]))["pipe"].count == 1


async def test_a_list_that_was_read_a_moment_ago_need_not_be_asked_again(good, pipe):
    both = lists(good=good, pipe=pipe)
    assert both.fresh(["good"]) is None
    await both.facts(["good"])
    assert (both.fresh(["good"]) or {})["good"].count == 1
    assert both.fresh(["good", "pipe"]) is None
    with patch("bridge.audiences.cache.FRESH", 0.0):
        assert both.fresh(["good"]) is None


async def test_a_list_that_could_not_be_read_a_moment_ago_is_asked_again(tmp_path):
    missing = lists(missing=tmp_path / "missing.csv")
    assert (await missing.facts(["missing"]))["missing"].problem
    assert missing.fresh(["missing"]) is None
