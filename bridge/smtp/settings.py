"""The `smtp` section of bridge.yaml. The loader has put what `password_file` holds in `password`."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from bridge.core.values import Model, Secret, SecretText

Security = Literal["none", "starttls", "tls"]
_RATE = re.compile(r"(\d{1,6})/([smh])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_HELO = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[(?:IPv6:)?[0-9A-Fa-f.:]+\]", re.ASCII)


def _host(value: str) -> str:
    """The host without the line end that a variable filled from a file may have, and without a URL's brackets."""
    host = value.strip()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not host or " " in host or not host.isprintable():
        raise ValueError("not a host. Write its name or address alone, as smtp.example.jp")
    return host


Host = Annotated[str, AfterValidator(_host)]


def _rate(value: object) -> object:
    """Letters a second, from `14/s`, `100/m` or `5000/h`."""
    if value is None or isinstance(value, float):
        return value
    found = _RATE.fullmatch(str(value).replace(" ", ""))
    if not found or not int(found[1]):
        raise ValueError("not a pace. Write it as 14/s, 100/m or 5000/h")
    return int(found[1]) / _SECONDS[found[2]]


def _helo(value: str) -> str:
    if not _HELO.fullmatch(value):
        raise ValueError("not a host name. Write it as bridge.example.jp, or an address as [192.0.2.1]")
    return value


Rate = Annotated[float | None, BeforeValidator(_rate), WithJsonSchema({"type": "string"})]


class RelaySettings(Model):
    """How to reach one mail server."""

    host: Host = Field(default="127.0.0.1", min_length=1, description="name or address of the mail server")
    port: int = Field(default=587, ge=1, le=65535, description="587 for starttls, 465 for tls, 25 for none")
    security: Security = Field(
        default="starttls", description="`none`, `starttls` or `tls`; never silently weaker than written"
    )
    username: str | None = Field(default=None, min_length=1, description="user name, where one logs in")
    password: Secret | None = Field(default=None, description="the password of that user")
    ca_file: Path | None = Field(
        default=None, description="PEM file of the authority to trust; by default the system's"
    )
    helo_name: Annotated[str, AfterValidator(_helo)] | None = Field(
        default=None,
        description="the name we give in EHLO; by default this host's if it is a full one, else public_url's",
    )
    _password_path: Path | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _knows_its_file(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(value)
        password = value.get("password") if isinstance(value, dict) else None
        if isinstance(password, SecretText):
            made._password_path = Path(password.path)
        return made

    def login(self) -> tuple[str, str] | None:
        """User name and password; None where one does not log in. The password's file is read anew.

        A mounted secret changes without a signal. While it cannot be read, the one that was read before counts.
        """
        if self.username is None or self.password is None:
            return None
        known = self.password.get_secret_value()
        if self._password_path is None:
            return self.username, known
        try:
            return self.username, self._password_path.read_text("utf-8").rstrip("\r\n") or known
        except (OSError, ValueError):
            return self.username, known

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if self.username is None and self.password is not None:
            raise ValueError("a password is given without a username. Add username, or remove the password")
        if self.username is not None and self.password is None:
            raise ValueError("a username is given without a password. Add password_file")
        return self


class Smtp(RelaySettings):
    """The mail server that customers and on-call are written through."""

    connections: int = Field(
        default=4, ge=1, le=100, description="for customers, opened on first use; on-call has its own two"
    )
    rate: Rate = Field(
        default=None,
        description="letters at most, as `14/s` or `100/m`; by default learned from the server's answers",
    )
    on_unknown: Literal["resend_once", "hold"] = Field(
        default="resend_once",
        description="when the final answer was lost: one identical copy more, or a person decides",
    )
    fallback: RelaySettings | None = Field(
        default=None, description="a second mail server, for rings when the first is dead"
    )
