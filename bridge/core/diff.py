"""What changed between two wordings of a letter, line by line and word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_FACT = re.compile(r"([^:：]{1,20})[:：]\s*")
_LABEL = re.compile(r"^(?:■|\*\s?|●).*")
_TOKEN = re.compile(r"[A-Za-z0-9]+|[ぁ-ゖー]|[ァ-ヺー]+|[一-龠々]|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A part of a line. `changed`: the other version does not have it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class TextChange:
    """One changed place: the fact or heading that it belongs to, and both wordings.

    `old` is empty for added text, `new` for removed text.
    """

    label: str
    old: tuple[DiffPart, ...]
    new: tuple[DiffPart, ...]


def changes(old: str, new: str) -> tuple[TextChange, ...]:
    """The places where `new` differs from `old`, in order. Blank lines do not count as text."""
    before, after = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(
        _change(before[a:b], after[c:d], _label(after, c) or _label(before, a))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _label(lines: list[str], at: int) -> str:
    """The nearest heading above line `at`; empty where there is none."""
    for line in reversed(lines[:at]):
        if _LABEL.match(line):
            return re.split(r"[:：]", line, maxsplit=1)[0]
    return ""


def _change(old: list[str], new: list[str], label: str) -> TextChange:
    before, after = "\n".join(old), "\n".join(new)
    name = _FACT.match(after)
    if name and len(old) == len(new) == 1 and before.startswith(name[0]):
        return _words(before[name.end() :], after[name.end() :], name[1])
    return _words(before, after, label)


def _words(before: str, after: str, label: str) -> TextChange:
    if not before or not after:
        return TextChange(label, _whole(before), _whole(after))
    a, b = _TOKEN.findall(before), _TOKEN.findall(after)
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return TextChange(
        label,
        tuple(DiffPart("".join(a[i:j]), kind != "equal") for kind, i, j, _, _ in codes if j > i),
        tuple(DiffPart("".join(b[i:j]), kind != "equal") for kind, _, _, i, j in codes if j > i),
    )


def _whole(text: str) -> tuple[DiffPart, ...]:
    return (DiffPart(text, changed=True),) if text else ()
