"""The signature of an SNS message, and the only two things that a source ever fetches: its certificate and the
confirmation of a subscription, both from AWS's own hosts alone.

Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. RSA needs the extra `[sns]`.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError

READY = find_spec("cryptography") is not None
_HOST = r"https://sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE = re.compile(rf"{_HOST}/[^?#]+\.pem")
_CONFIRMATION = re.compile(rf"{_HOST}/\?[!-~]+")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_PATIENCE = 5.0  # seconds
_LONGEST = 65_536  # bytes of a certificate


def fetch(url: str) -> bytes:
    """The body behind a URL of AWS, which the caller has judged. Raises OSError."""
    from urllib.request import HTTPRedirectHandler, build_opener  # here: as in `is_signed`

    class NoRedirects(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    with build_opener(NoRedirects()).open(url, timeout=_PATIENCE) as answer:
        return bytes(answer.read(_LONGEST))


@lru_cache(maxsize=16)
def certificate(url: str, folder: Path | None) -> bytes:
    """The certificate of a URL, from the folder if that has a file of its name. Raises OSError."""
    at_hand = folder / url.rpartition("/")[2] if folder else None
    return at_hand.read_bytes() if at_hand and at_hand.is_file() else fetch(url)


def is_signed(message: Mapping[str, str], folder: Path | None) -> bool:
    """Whether SNS signed this message. It proves SNS and nobody else: who owns the topic is another question."""
    from cryptography.exceptions import (
        InvalidSignature,  # here: no other sender needs it, and it is slow to import
    )
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    url, names = message.get("SigningCertURL", ""), _SIGNED.get(message.get("Type", ""), ())
    if not names or not _CERTIFICATE.fullmatch(url):
        return False
    digest = {"1": SHA1, "2": SHA256}.get(message.get("SignatureVersion", ""))
    if digest is None:
        return False
    signed = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    try:
        key = load_pem_x509_certificate(certificate(url, folder)).public_key()
        assert isinstance(key, RSAPublicKey)
        key.verify(b64decode(message.get("Signature", "")), signed.encode("utf-8"), PKCS1v15(), digest())
    except (InvalidSignature, ValueError, AssertionError):
        return False
    return True


def confirm(url: str) -> bool:
    """Accept a subscription. False for a URL that is not AWS's, and where AWS does not answer."""
    if not _CONFIRMATION.fullmatch(url):
        return False
    try:
        fetch(url)
    except URLError:
        return False
    return True
