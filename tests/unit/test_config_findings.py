"""Each file in tests/unit/config is wrong in one way; its first comment lines are its findings.

Sections that a small file leaves out are findings too, of no interest here.
"""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bridge.config import load, loads
from bridge.errors import ConfigError

BAD = sorted((Path(__file__).parent / "config").glob("*.yaml"))
LEFT_OUT = re.compile(r"\d+: \w+: missing\. Add it")
SECRET = "hunter2"
SAMPLE = Path(__file__).parents[2] / "config" / "bridge.yaml"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("99999y99999w"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def findings(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(path, {"SECRET": SECRET})
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(refused.value)
    return [line.removeprefix(f"{path}:") for line in str(refused.value).splitlines()]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_line_key_reason_and_remedy(path):
    promised = [line.removeprefix("# ") for line in path.read_text().splitlines() if line.startswith("# ")]
    found = [line.replace(str(path.parent), "FOLDER") for line in findings(path)]
    assert [line for line in found if not LEFT_OUT.fullmatch(line)] == promised


def test_all_findings_come_at_once_in_the_order_of_the_file():
    with pytest.raises(ConfigError) as refused:
        loads("smtp:\n  port: many\nserver:\n  listen: here\n", Path("bridge.yaml"), {})
    lines = [int(line.split(":")[1]) for line in str(refused.value).splitlines()]
    assert lines == sorted(lines)
    assert {2, 4} <= set(lines)


@pytest.mark.parametrize(
    "text, what",
    [
        pytest.param("", "no settings", id="an empty file"),
        pytest.param("- shop\n", "no settings", id="a list"),
        pytest.param("{}", "people: missing", id="an empty mapping"),
        pytest.param("a: \x00", "not YAML", id="a control character"),
        pytest.param("[" * 1000, "nested too deeply", id="deep nesting"),
        pytest.param("? [a]\n: b\n", "not a plain word", id="a list as key"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(text, what):
    with pytest.raises(ConfigError, match=what):
        loads(text, Path("bridge.yaml"), {})


def test_a_file_that_is_not_there_is_refused_with_its_path(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yaml: No such file"):
        load(tmp_path / "absent.yaml")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "bridge.yaml"
    path.write_bytes("people: {sato: {name: 佐藤}}".encode("shift_jis"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load(path)


def test_aliases_that_multiply_do_not_fill_the_memory():
    layers = "".join(f"  - &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(9))
    with pytest.raises(ConfigError, match="too much"):
        loads(f"people:\n  - &a0 [1]\n{layers}", Path("bridge.yaml"), {})


@given(st.text())
def test_any_text_is_refused_by_a_config_error(text):
    with pytest.raises(ConfigError):
        loads(text, Path("bridge.yaml"), {})


@given(st.data())
def test_the_sample_with_anything_in_any_place_is_read_or_refused_by_a_config_error(data):
    settings = node = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(ANYTHING)
    with suppress(ConfigError):
        loads(json.dumps(settings), SAMPLE, {})
