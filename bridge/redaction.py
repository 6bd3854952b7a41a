"""What is cut out of every log line and error: whatever would let its reader in."""

import re

_TOKEN = re.compile(r"(/(?:approve|sign-in)/)[^\s/?\"'\\]+")
_CREDENTIAL = re.compile(r"(?i)\b(bearer|basic|auth plain|auth login)\s+[A-Za-z0-9+/=._~-]{6,}")
_DSN = re.compile(r"(postgresql(?:\+\w+)?://[^:@/\s]+:)[^@\s\"]+@")
_DSN_QUERY = re.compile(r"(postgresql(?:\+\w+)?://[^?\s\"]*\?)[^\s\"]+")  # may hold password= or sslpassword=


def redact(text: str) -> str:
    """The text without what would let its reader in."""
    text = _TOKEN.sub(r"\1…", text)
    text = _CREDENTIAL.sub(r"\1 …", text)
    text = _DSN_QUERY.sub(r"\1…", text)
    return _DSN.sub(r"\1…@", text)
