"""Who may post to a source: a token, a user name with password, a signature, or anybody where the settings say so."""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from bridge.core.values import HeaderSecret, Model, Secret
from bridge.sources.post import Post

SIGNED_WITHIN = timedelta(minutes=5)
"""How far the time of a signature may be from ours. Source: Grafana's webhook notifier."""


class BasicAuth(Model):
    """User name and password (RFC 7617), as in Alertmanager's http_config."""

    username: str = Field(min_length=1, pattern="^[^:]*$", description="without a colon")
    password: HeaderSecret = Field(description="the password")


class BodySignature(Model):
    """HMAC-SHA256 of the body in hex, alone or behind a word as in `v1=`; one of several is enough."""

    secret: Secret = Field(
        description="what both sides know; while it is changed, the old and the new, a line each"
    )
    header: str | None = Field(
        default=None, pattern="^[A-Za-z0-9-]+$", description="where the signature is; null: the sender's own"
    )
    timestamp_header: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9-]+$",
        description="where the seconds since 1970 are that are signed before the body; older than 5m: 401",
    )


class Credentials(Model):
    """Who may post. Exactly one of these must be given."""

    SIGNATURE_HEADER: ClassVar[str] = "X-Signature"

    bearer_token: HeaderSecret | None = Field(
        default=None, description="what `Authorization: Bearer` must carry"
    )
    basic_auth: BasicAuth | None = Field(default=None, description="what `Authorization: Basic` must carry")
    hmac: BodySignature | None = Field(default=None, description="a signature over the body")
    query_token: HeaderSecret | None = Field(
        default=None, description="what `?token=` must carry, for a sender that can set no header"
    )
    auth: Literal["none"] | None = Field(
        default=None, description="`none`: everybody who can connect may post"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(self.ways().values()) != 1:
            ways = ", ".join(name for name in self.ways() if name != "`auth: none`")
            raise ValueError(f"needs exactly one of {ways} and `auth: none`. Keep one")
        return self

    def ways(self) -> dict[str, bool]:
        """The ways of being known, in the words of the file, and whether each is given."""
        return {
            "bearer_token_file": self.bearer_token is not None,
            "basic_auth": self.basic_auth is not None,
            "hmac": self.hmac is not None,
            "query_token_file": self.query_token is not None,
            "`auth: none`": self.auth is not None,
        }

    @property
    def covers_body(self) -> bool:
        """Whether nothing can be said before the body was read."""
        return self.hmac is not None

    @property
    def challenge(self) -> str:
        """The WWW-Authenticate of a 401 (RFC 9110 11.6.1)."""
        return 'Basic realm="bridge", charset="UTF-8"' if self.basic_auth else 'Bearer realm="bridge"'


def check(
    settings: Credentials,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    post: Post | None = None,
) -> bool:
    """Whether the request may post. The time it takes does not depend on the credentials that were given.

    `headers` has its names in lower case, as Starlette's. Without `post` no signature is right.
    """
    if settings.auth == "none":
        return True
    if settings.hmac is not None:
        return post is not None and _is_signed(settings, settings.hmac, post)
    if settings.query_token is not None:
        return _same((query or {}).get("token", ""), settings.query_token.get_secret_value())
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if settings.bearer_token is not None:
        return scheme.lower() == "bearer" and _same(given.strip(), settings.bearer_token.get_secret_value())
    if settings.basic_auth is not None and scheme.lower() == "basic":
        return _is_user(given.strip(), settings.basic_auth)
    return False


def sign(secret: str, signed: bytes) -> str:
    """The signature of these bytes: HMAC-SHA256 in hex."""
    return hmac.new(secret.encode("utf-8"), signed, hashlib.sha256).hexdigest()


def signature(settings: Credentials, body: bytes, now: datetime) -> dict[str, str]:
    """The headers with which a sender signs this body, where the settings want a signature."""
    wanted = settings.hmac
    if wanted is None:
        return {}
    stamp = {wanted.timestamp_header: str(int(now.timestamp()))} if wanted.timestamp_header else {}
    signed = b"".join(stamp[name].encode() + b":" for name in stamp) + body
    return {**stamp, wanted.header or settings.SIGNATURE_HEADER: sign(next(_secrets(wanted), ""), signed)}


def _is_signed(settings: Credentials, wanted: BodySignature, post: Post) -> bool:
    header = (wanted.header or settings.SIGNATURE_HEADER).lower()
    given = [part.strip().rpartition("=")[2].lower() for part in post.headers.get(header, "").split(",")]
    signed = post.body
    if wanted.timestamp_header:
        stamp = post.headers.get(wanted.timestamp_header.lower(), "").strip()
        if not _is_fresh(stamp, post):
            return False
        signed = stamp.encode("ascii") + b":" + signed
    right = [sign(secret, signed) for secret in _secrets(wanted)]
    matches = [_same(one, other) for one in given[:10] for other in right]  # each is compared
    return any(matches)


def _is_fresh(stamp: str, post: Post) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        return False
    return abs(post.received_at.timestamp() - int(stamp)) <= SIGNED_WITHIN.total_seconds()


def _secrets(wanted: BodySignature) -> Iterator[str]:
    yield from filter(None, wanted.secret.get_secret_value().splitlines())


def _is_user(given: str, wanted: BasicAuth) -> bool:
    try:
        user, _, password = b64decode(given, validate=True).decode("utf-8").partition(":")
    except (NotBase64, ValueError):
        return False
    right_user = _same(user, wanted.username)
    right_password = _same(password, wanted.password.get_secret_value())
    return right_user and right_password


def _same(given: str, wanted: str) -> bool:
    # a lone surrogate cannot be encoded, and is in no secret: replaced, it fails the comparison
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8"))
