"""The `smtp` section of bridge.yaml. The loader has put what `password_file` holds in `password`."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bridge.core.values import Model, Secret

Security = Literal["none", "starttls", "tls"]


def _host(value: str) -> str:
    """The host without the line end that a variable filled from a file may have."""
    host = value.strip()
    if not host or " " in host or not host.isprintable():
        raise ValueError("not a host. Write its name or address alone, as smtp.example.jp")
    return host


Host = Annotated[str, AfterValidator(_host)]


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
    on_unknown: Literal["resend_once", "hold"] = Field(
        default="resend_once",
        description="when the final answer was lost: one identical copy more, or a person decides",
    )
    fallback: RelaySettings | None = Field(
        default=None, description="a second mail server, for rings when the first is dead"
    )
