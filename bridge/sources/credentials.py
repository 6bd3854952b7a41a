"""Who may post to a source: a bearer token, a user name with password, or anybody where the settings say so."""

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.core.values import HeaderSecret, Model


class BasicAuth(Model):
    """User name and password (RFC 7617), as in Alertmanager's http_config."""

    username: str = Field(min_length=1, pattern="^[^:]*$", description="without a colon")
    password: HeaderSecret = Field(description="the password")


class Credentials(Model):
    """Who may post. Exactly one of the three must be given."""

    bearer_token: HeaderSecret | None = Field(
        default=None, description="what `Authorization: Bearer` must carry"
    )
    basic_auth: BasicAuth | None = Field(default=None, description="what `Authorization: Basic` must carry")
    auth: Literal["none"] | None = Field(
        default=None, description="`none`: everybody who can connect may post"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [self.bearer_token, self.basic_auth, self.auth]
        if sum(one is not None for one in given) != 1:
            raise ValueError("needs exactly one of bearer_token_file, basic_auth and `auth: none`. Keep one")
        return self

    @property
    def challenge(self) -> str:
        """The WWW-Authenticate of a 401 (RFC 9110 11.6.1)."""
        return 'Basic realm="bridge", charset="UTF-8"' if self.basic_auth else 'Bearer realm="bridge"'


def check(settings: Credentials, headers: Mapping[str, str]) -> bool:
    """Whether the request may post. The time it takes does not depend on the credentials that were given.

    `headers` has its names in lower case, as Starlette's.
    """
    if settings.auth == "none":
        return True
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if settings.bearer_token is not None:
        return scheme.lower() == "bearer" and _same(given.strip(), settings.bearer_token.get_secret_value())
    if settings.basic_auth is not None and scheme.lower() == "basic":
        return _is_user(given.strip(), settings.basic_auth)
    return False


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
