"""The key ring: links stay good through a rotation, and nothing that was not signed here gets in."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import ConfigError
from bridge.keys import KEY_BYTES, Keys, load_keys

OLD, NEW, FOREIGN = (letter * KEY_BYTES for letter in (b"o", b"n", b"f"))
KEYS = Keys((OLD,))
ROTATED = Keys((OLD, NEW))
LINK = "Zm9yLXRlc3RzLW9ubHk"


def test_a_token_leads_back_to_its_link() -> None:
    assert KEYS.link_id(KEYS.token(LINK)) == LINK
    assert KEYS.token(LINK) == Keys((OLD,)).token(LINK)  # the same in every ring mail


def test_an_old_link_works_after_a_rotation_and_a_new_one_is_signed_by_the_new_key() -> None:
    assert ROTATED.link_id(KEYS.token(LINK)) == LINK
    assert ROTATED.token(LINK) == Keys((NEW,)).token(LINK)
    assert KEYS.link_id(ROTATED.token(LINK)) is None


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param(LINK, id="unsigned"),
        pytest.param(Keys((FOREIGN,)).token(LINK), id="another key"),
        pytest.param(KEYS.token(LINK) + "x", id="more"),
        pytest.param(KEYS.token(LINK)[:-1], id="less"),
        pytest.param(KEYS.token(LINK).swapcase(), id="other case"),
        pytest.param("あ" + KEYS.token(LINK), id="not ascii"),
        pytest.param(KEYS.token("x" * 300), id="longer than any of ours"),
        pytest.param(f"other{KEYS.token(LINK)[len(LINK) :]}", id="another link's signature"),
    ],
)
def test_a_malformed_or_foreign_token_leads_nowhere(token: str) -> None:
    assert KEYS.link_id(token) is None


@given(st.text(max_size=250))
def test_no_text_is_a_token_or_an_error(token: str) -> None:
    assert KEYS.link_id(token) is None
    assert not KEYS.is_csrf(token, LINK, "n1", 1)


def test_a_form_is_bound_to_its_link_notice_and_version() -> None:
    given_csrf = KEYS.csrf(LINK, "n1", 1)
    assert KEYS.is_csrf(given_csrf, LINK, "n1", 1)
    assert ROTATED.is_csrf(given_csrf, LINK, "n1", 1)  # a page that was open during the rotation
    for link, notice, version in (("other", "n1", 1), (LINK, "n2", 1), (LINK, "n1", 2)):
        assert not KEYS.is_csrf(given_csrf, link, notice, version)
    assert not Keys((FOREIGN,)).is_csrf(given_csrf, LINK, "n1", 1)


def test_links_forms_and_history_are_signed_by_different_keys() -> None:
    [audit] = KEYS.audit.by_id.values()
    assert audit != OLD
    assert KEYS.csrf(LINK, "n1", 1) not in KEYS.token(LINK)


def test_the_newest_key_signs_the_history_and_every_key_verifies_it() -> None:
    assert ROTATED.audit.newest == ROTATED.ids[-1]
    assert set(ROTATED.audit.by_id) == set(ROTATED.ids) > set(KEYS.ids)


def test_a_missing_file_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys"
    keys = load_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [len(key) for key in keys.ring] == [KEY_BYTES]
    assert load_keys(path) == keys
    assert [one.name for one in path.parent.iterdir()] == ["keys"]


def test_a_missing_file_that_cannot_be_created_is_said_to_be_missing_and_how_to_make_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "secrets" / "keys"
    path.parent.write_text("no folder, also to root\n")
    with pytest.raises(ConfigError, match=f"does not exist and cannot .*: openssl rand -hex 32 > {path},"):
        load_keys(path)


def test_instances_that_start_together_end_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with ThreadPoolExecutor(8) as starting:
        assert len(set(starting.map(load_keys, [path] * 32))) == 1


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param(f"{OLD.hex()}\nnot a key\n", ":2: not a key", id="no hexadecimal"),
        pytest.param(OLD.hex()[:-2], ":1: not a key", id="too short"),
        pytest.param("鍵", "cannot be read", id="not ascii"),
    ],
)
def test_a_bad_key_file_is_refused_and_its_keys_not_shown(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "keys"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=words) as refused:
        load_keys(path)
    assert OLD.hex() not in str(refused.value)


def test_an_instance_not_restarted_yet_takes_what_another_signed_with_an_appended_key(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    running = load_keys(path)
    with path.open("a") as file:
        file.write(NEW.hex() + "\n")
    os.utime(path, ns=(0, 0))  # another time than the first, however coarse the clock of the file system
    restarted = load_keys(path)
    assert running.link_id(restarted.token(LINK)) == LINK
    assert running.is_csrf(restarted.csrf(LINK, "n1", 1), LINK, "n1", 1)
    assert running.link_id(Keys((FOREIGN,)).token(LINK)) is None
    assert restarted.link_id(running.token(LINK)) == LINK  # signed by the key that both know


@pytest.mark.parametrize("content", [None, "half a li"])
def test_a_key_file_that_breaks_under_a_running_instance_changes_nothing(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "keys"
    running = load_keys(path)
    path.unlink() if content is None else path.write_text(content)
    assert running.link_id(ROTATED.token(LINK)) is None
    assert running.link_id(running.token(LINK)) == LINK
    assert path.exists() is (content is not None)  # a running instance does not begin anew with another key


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    load_keys(path)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod g-w,o= "):
        load_keys(path)
