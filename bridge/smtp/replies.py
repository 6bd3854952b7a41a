"""SMTP replies out of a stream of bytes. Pure. Memory is bounded, whatever a server sends."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_LINE = 2048  # bytes; RFC 5321 4.5.3.1.5 allows 512
MAX_REPLY = 32_768  # bytes of one reply with all its lines
_KEPT_TEXT = 500  # characters kept for people to read
_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?")
_USUAL = re.compile(rb"([2-5][0-9]{2}) +([\x21-\x7e][\x20-\x7e]{0,499})\r")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\uffff]+")


class GarbledReply(ValueError):
    """The server sent something that is no SMTP reply, or a reply that does not end."""


class Reply(NamedTuple):
    """One whole reply: its code, and its lines joined by spaces, printable and at most 500 characters."""

    code: int
    text: str


class ReplyReader:
    """Collects bytes until replies are whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = 0
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies that `data` completes, in order. Raises GarbledReply after the last good one."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            reply = None if self._lines else _usual(line)
            if reply or (reply := self._line(line)):
                yield reply
        if len(self._rest) > MAX_LINE:
            raise GarbledReply("a reply line that does not end")

    def _line(self, line: bytes) -> Reply | None:
        match = _LINE.fullmatch(line.rstrip(b"\r"))
        if match is None:
            raise GarbledReply(f"not an SMTP reply: {_readable(line)[:80]!r}")
        code, separator, text = int(match[1]), match[2], match[3] or b""
        if self._lines and code != self._code:
            raise GarbledReply(f"one reply with two codes, {self._code} and {code}")
        self._code = code
        self._lines.append(text)
        self._size += len(line) + 1
        if self._size > MAX_REPLY:
            raise GarbledReply("a reply that does not end")
        if separator == b"-":
            return None
        reply = Reply(code, _readable(b" ".join(self._lines))[:_KEPT_TEXT])
        self._lines, self._size = [], 0
        return reply


@lru_cache(maxsize=64)
def _usual(line: bytes) -> Reply | None:
    """A reply of one line in ASCII, as nearly all are; most servers say the same few words to each letter."""
    match = _USUAL.fullmatch(line)
    return Reply(int(match[1]), match[2].decode("ascii").rstrip()) if match else None


def _readable(text: bytes) -> str:
    return _UNPRINTABLE.sub(" ", _decoded(text)).strip()


def _decoded(text: bytes) -> str:
    """Old Japanese servers answer in ISO-2022-JP or Shift_JIS."""
    for encoding in ("iso2022_jp",) if b"\x1b$" in text else ("utf-8", "cp932"):
        try:
            found = text.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _JAPANESE.search(found):
            return found
    return text.decode("utf-8", "replace")
