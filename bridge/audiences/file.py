"""The file of a customer list: what it is, how it is encoded, and the error for one that cannot be used."""

from collections.abc import Callable, Iterator
from pathlib import Path

from bridge.core import encodings
from bridge.core.values import LocalText
from bridge.errors import BridgeError

_PIECE = 1 << 20  # bytes that are read at a time to find the encoding
_WORKBOOK = (b"xl/", b"[Content_Types].xml")

OnRead = Callable[
    [], None
]  # called after each successful read: a long list is not taken for a hung file system


def nobody_waits() -> None:
    """The `OnRead` of whoever waits for a list without a limit."""


class AudienceError(BridgeError):
    """A customer list cannot be used as a whole. Names the file, what is wrong and what to do.

    `what` in English is the error itself; `words` are for the on-call, in either language.
    """

    def __init__(self, path: Path, what: str, ja: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what
        self.words = LocalText(ja=f"{path}: {ja}", en=str(self))


def encoding_of(path: Path, on_read: OnRead = nobody_waits) -> str:
    """The encoding of the whole file, as `bridge/core/encodings.py` names it. Raises AudienceError."""
    try:
        _refuse_other_formats(path)
        encoding = encodings.encoding_of(lambda: _pieces(path, on_read))
    except OSError as exc:
        raise unreadable(path, exc) from exc
    if encoding is None:
        raise AudienceError(
            path,
            "is neither UTF-8 nor Shift_JIS. Save it as CSV UTF-8",
            "文字コードが UTF-8 でも Shift_JIS でもありません。CSV UTF-8 で保存してください",
        )
    return encoding


def unreadable(path: Path, exc: OSError) -> AudienceError:
    """The error for a file that cannot be opened or read."""
    return AudienceError(
        path,
        f"cannot be read ({exc.strerror}). Put the customer list there, readable for us",
        f"読めません({exc.strerror})。ブリッジが読めるように名簿を置いてください",
    )


def _pieces(path: Path, on_read: OnRead) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
            on_read()


def _refuse_other_formats(path: Path) -> None:
    """Files that are called .csv and are none: their first line would say nothing to anybody."""
    with path.open("rb") as file:
        head = file.read(_PIECE)
    if head.startswith(b"PK\x03\x04") and any(name in head for name in _WORKBOOK):
        raise _other_format(path, "an Excel workbook (.xlsx)", "Excelブック(.xlsx)")
    if b"mimetypeapplication/vnd.oasis.opendocument" in head[:200]:
        raise _other_format(path, "an OpenDocument spreadsheet (.ods)", "OpenDocumentの表(.ods)")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _other_format(path, "an old Excel workbook (.xls)", "古い形式のExcelブック(.xls)")
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        raise AudienceError(
            path,
            "is compressed. Unpack it, and put the CSV file in its place",
            "圧縮されています。展開したCSVファイルに置き換えてください",
        )


def _other_format(path: Path, what: str, ja: str) -> AudienceError:
    return AudienceError(
        path,
        f"is {what}. Save it as CSV UTF-8 there, and put that file in its place",
        f"{ja}です。そのソフトで「CSV UTF-8」として保存したファイルに置き換えてください",
    )
