"""A form with a file (RFC 7578), as a browser posts it."""

import re
from email.message import Message

_NAME = re.compile(rb'(?i)^content-disposition:[^\r\n]*[;\s]name="([^"\r\n]*)"', re.MULTILINE)


def parts_of(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts by name, the last of each; none at all for a body that is no such form."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        return {}
    found = {}
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace"))
    for piece in pieces[1:]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if blank and name:
            found[name[1].decode("utf-8", "replace")] = content
    return found
