"""Text to bytes: a writer of plain-text mails, and a check that the bytes are safe to send.

A letter is frozen once per notice and language. Only To, Message-ID and the thread are added for each recipient, so
that every copy of one letter to one person is the same, byte for byte. `EmailMessage` is not used: it loses spaces
of Japanese subjects, and it decodes encoded words that it is given.
"""

import binascii
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import format_datetime
from functools import lru_cache

from bridge.core.addresses import ascii_domain, on_the_wire
from bridge.core.sanitise import storable
from bridge.errors import BridgeError

MAX_HEADER_TEXT = 150  # characters of one header text; a subject is at most 40 by our own rules
_FROZEN_NAMES = (
    b"From",
    b"Subject",
    b"Date",
    b"Auto-Submitted",
    b"X-Auto-Response-Suppress",
    b"MIME-Version",
    b"Content-Type",
    b"Content-Transfer-Encoding",
)
_SPACE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
_BASE64_LINE = 57  # bytes that make 76 characters
_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_FROM = re.compile(rb"^From:[^<]*<([^<>\r\n]+)>\r\n", re.MULTILINE)
_BARE_NEWLINE = re.compile(rb"\r\n|\r|\n")
_LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)


class MessageError(BridgeError):
    """The bytes of a mail would not be safe to send. `what` says which rule they break."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This mail cannot be sent: {what}")
        self.what = what


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The header facts that all copies of a letter share. `date` is aware and never changes afterwards."""

    from_name: str
    from_address: str
    date: datetime
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A letter without its recipient: the shared header lines, an empty line, the body in base64.

    `frozen` is what the database keeps. Raises MessageError for bytes that this writer would not have made.
    """

    frozen: bytes

    def __post_init__(self) -> None:
        verify(self.frozen)

    @property
    def sender(self) -> str:
        """The address in From. It is the envelope's too, so that bounces reach somebody."""
        match = _FROM.search(self.frozen)
        if match is None:
            raise MessageError("its From has no address")
        return match[1].decode()

    @property
    def subject(self) -> str:
        """The subject as people read it."""
        head = BytesHeaderParser(policy=default).parsebytes(self.frozen)
        return str(head["Subject"])

    def message(self, to: str, message_id: str, references: Sequence[str] = ()) -> bytes:
        """The whole mail for `to`, CRLF lines, ready for `wire`.

        `references`: the Message-IDs of this recipient's earlier letters about the incident, oldest first.
        An address with a local part outside ASCII is written in UTF-8 (RFC 6532); its relay must offer
        SMTPUTF8. Raises ValueError for an address with a problem, MessageError for a malformed Message-ID.
        """
        return headers_to(to, message_id, references) + self.frozen


def headers_to(to: str, message_id: str, references: Sequence[str] = ()) -> bytes:
    """The header lines that differ from one recipient to the next, as `Skeleton.message` puts them first."""
    for each in (message_id, *references):
        if not _ID.fullmatch(each):
            raise MessageError(f"{each!r} is not a Message-ID")
    lines = f"To: {on_the_wire(to)}\r\nMessage-ID: {message_id}\r\n"
    if references:
        lines += f"In-Reply-To: {references[-1]}\r\nReferences: " + "\r\n ".join(references) + "\r\n"
    return lines.encode()


def freeze(head: Letterhead, subject: str, body: str) -> Skeleton:
    """Write everything of a letter but its recipient. `body` may have any line ends; the mail has CRLF.

    Raises AddressError for an address of `head` with a problem.
    """
    lines = [f"From: {_display_name(head.from_name)}<{on_the_wire(head.from_address)}>"]
    if head.reply_to:
        lines.append(f"Reply-To: {on_the_wire(head.reply_to)}")
    lines += [
        f"Subject: {_encoded(subject, 'Subject')}",
        f"Date: {format_datetime(head.date)}",
        "Auto-Submitted: auto-generated",  # RFC 3834: vacation programs stay silent
        "X-Auto-Response-Suppress: OOF, AutoReply",  # not All: that would also suppress bounces
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
    ]
    return Skeleton("\r\n".join(lines).encode() + b"\r\n\r\n" + _base64(body))


def message_id(notice_id: str, address: str, domain: str) -> str:
    """The Message-ID of one notice to one address: the same after a crash, and without the address in it."""
    digest = hashlib.sha256(f"{notice_id}\n{on_the_wire(address)}".encode()).hexdigest()
    return f"<{digest[:32]}@{ascii_domain(domain)}>"


def safe_header(text: str) -> str:
    """Any text made harmless as the text of one header.

    Control, format and line-separating characters become spaces, NUL and lone surrogates U+FFFD. `=?` is broken up,
    so that no library decodes a text out of a label. At most 150 characters remain.
    """
    visible = (" " if unicodedata.category(c) in _SPACE_CATEGORIES else c for c in storable(text))
    plain = "".join(visible).replace("=?", "= ?").strip()
    return plain[:MAX_HEADER_TEXT].rstrip()


def verify(frozen: bytes) -> None:
    """Prove a frozen letter: exactly our headers, 7-bit, lines within 998, no NUL, no bare CR or LF.

    Raises MessageError. It would catch a mistake in the functions that wrote the letter.
    """
    header, _, body = frozen.partition(b"\r\n\r\n")
    names = Counter(line.partition(b":")[0] for line in header.split(b"\r\n") if line[:1] not in b" \t")
    if names not in (Counter(_FROZEN_NAMES), Counter((*_FROZEN_NAMES, b"Reply-To"))):
        raise MessageError(f"its headers are {sorted(name.decode('latin-1') for name in names)}")
    if not _crlf_clean(frozen) or not frozen.endswith(b"\r\n") or not body:
        raise MessageError("a line does not end in CRLF")
    if not frozen.isascii() or b"\0" in frozen:
        raise MessageError("it has bytes that are not 7-bit text")
    if max(map(len, frozen.split(b"\r\n"))) > 998:
        raise MessageError("a line is longer than 998 characters")


def wire(message: bytes) -> bytes:
    """The message as DATA carries it, without the final dot: CRLF lines only, leading dots doubled.

    It holds no sequence that a server could take for the end of the message (SMTP smuggling).
    """
    if not _crlf_clean(message):
        message = _BARE_NEWLINE.sub(b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b".") or b"\n." in message:
        message = _LINE_START_DOT.sub(b"..", message)
    return message


def _crlf_clean(data: bytes) -> bool:
    pairs = data.count(b"\r\n")
    return data.count(b"\n") == pairs == data.count(b"\r")


def _encoded(text: str, name: str) -> str:
    header = Header(safe_header(text), "utf-8", maxlinelen=74, header_name=name)
    return header.encode(linesep="\r\n")


@lru_cache(maxsize=256)  # few senders, and each ring and letter has one
def _display_name(name: str) -> str:
    shown = safe_header(name)
    return f"{_encoded(shown, 'From')}\r\n " if shown else ""


def _base64(body: str) -> bytes:
    text = storable(body.replace("\r\n", "\n").replace("\r", "\n"))
    data = (text if text.endswith("\n") else text + "\n").replace("\n", "\r\n").encode()
    pieces = (data[i : i + _BASE64_LINE] for i in range(0, len(data), _BASE64_LINE))
    return b"".join(binascii.b2a_base64(piece, newline=False) + b"\r\n" for piece in pieces)
