"""bridge.yaml as plain values that still know their line: YAML, and `${ENV_VAR}` inside its texts.

Scalars are read by the rules of YAML 1.2: `no` and `12:30` stay texts. PyYAML by itself follows YAML 1.1. Where a
key is written twice the last one counts, and the finding is a doubt. A tag that would make an object is an error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

Place = tuple[str | int, ...]
Tree = dict[str, "Value"]
Value = None | bool | int | float | str | list["Value"] | Tree

_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", None}
_WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?")
_VARIABLE = re.compile(r"(?P<escaped>\$)?\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")
_MOST_VALUES = 500_000  # aliases of aliases would otherwise fill the memory


@dataclass(frozen=True, order=True)
class ConfigFinding:
    """One thing wrong with the file. `what` ends with what to do; `key` is dotted, or empty for the file."""

    line: int
    key: str
    what: str

    def at(self, file: str) -> str:
        """`bridge.yaml:31: smtp.port: what. What to do`."""
        return ": ".join(part for part in (f"{file}:{self.line}", self.key, self.what) if part)


def dotted(place: Place) -> str:
    """`("services", "shop", "impact", 0)` is `services.shop.impact[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


@dataclass
class Document:
    """The values of a file, the line of each, and the findings so far."""

    tree: Tree = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    findings: list[ConfigFinding] = field(default_factory=list)
    # The file can be used, but may not say what was meant.
    doubts: list[ConfigFinding] = field(default_factory=list)

    def finding(self, place: Place, what: str) -> ConfigFinding:
        """A finding at that place, with the line of the place or of the nearest part around it."""
        around = place
        while around and around not in self.lines:
            around = around[:-1]
        return ConfigFinding(self.lines.get(around, 1), dotted(place), what)

    def wrong(self, place: Place, what: str) -> None:
        """Record a finding. Of several at one place only the first stays: it causes the others."""
        if all(finding.key != dotted(place) for finding in self.findings):
            self.findings.append(self.finding(place, what))


def read(text: str, env: Mapping[str, str]) -> Document:
    """The document of a YAML text, with its variables filled in. Never raises: errors are among the findings."""
    document = Document()
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not YAML: {error.problem or error.context}. Check quotes, colons and indentation"
        document.findings.append(ConfigFinding(mark.line + 1 if mark else 1, "", what))
        return document
    except (yaml.YAMLError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        document.findings.append(ConfigFinding(1, "", f"not YAML: {what}. Check the file"))
        return document
    if not isinstance(node, yaml.MappingNode):
        document.findings.append(
            ConfigFinding(1, "", "no settings. Write `key: value` lines, as config/bridge.yaml does")
        )
        return document
    value = _Builder(document, env).value(node, ())
    document.tree = value if isinstance(value, dict) else {}
    return document


class _Builder:
    """Turns YAML nodes into values, and notes the line of each."""

    def __init__(self, document: Document, env: Mapping[str, str]) -> None:
        self._document = document
        self._env = env
        self._inside: list[yaml.Node] = []
        self._count = 0

    def value(self, node: yaml.Node, place: Place) -> Value:
        self._count += 1
        if any(node is outer for outer in self._inside) or self._count > _MOST_VALUES:
            self._document.wrong(place, "an alias that holds itself or too much. Write it out")
            return None
        if node.tag not in _PLAIN_TAGS:
            self._document.wrong(place, f"the tag {node.tag} is not supported. Remove it")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        self._inside.append(node)
        built = self._mapping(node, place) if isinstance(node, yaml.MappingNode) else self._list(node, place)
        self._inside.pop()
        return built

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Tree:
        return {key: self.value(child, (*place, key)) for key, child in self._pairs(node, place)}

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, yaml.Node]]:
        found: dict[str, tuple[int, yaml.Node]] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._document.wrong(place, "a key that is not a plain word. Write `key: value`")
                continue
            key = key_node.value
            if key in found:
                what = f"written twice, first on line {found[key][0]}; the last one counts. Keep one"
                self._document.doubts.append(ConfigFinding(line, dotted((*place, key)), what))
            found[key] = (line, child)
        for key, (line, child) in found.items():
            self._document.lines[*place, key] = line
            yield key, child

    def _list(self, node: yaml.Node, place: Place) -> list[Value]:
        values: list[Value] = []
        for n, child in enumerate(node.value):
            self._document.lines[*place, n] = child.start_mark.line + 1
            values.append(self.value(child, (*place, n)))
        return values

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Value:
        text = str(node.value)
        if node.style is not None:
            return self._filled(text, place)
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        return self._filled(text, place)

    def _filled(self, text: str, place: Place) -> str:
        """The text with each `${NAME}` replaced; `$${NAME}` is the text `${NAME}`."""

        def variable(match: re.Match[str]) -> str:
            name = match["name"]
            if match["escaped"]:
                return match[0][1:]
            if name not in self._env:
                self._document.wrong(
                    place, f"the environment variable {name} is not set. Set it before starting"
                )
            return self._env.get(name, "")

        return _VARIABLE.sub(variable, text)
