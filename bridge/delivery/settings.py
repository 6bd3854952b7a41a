"""The `smtp` section of bridge.yaml."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.core.values import Model, Secret

Security = Literal["none", "starttls", "tls"]


class Server(Model):
    """How to reach one mail server. `security` is never silently weaker than written."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = "starttls"
    username: str | None = None
    password: Secret | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if self.password is not None and self.password_file is not None:
            raise ValueError("password and password_file are both given. Keep one")
        has_password = self.password is not None or self.password_file is not None
        if self.username is None and has_password:
            raise ValueError("a password is given without a username. Add username, or remove the password")
        if self.username is not None and not has_password:
            raise ValueError("a username is given without a password. Add password_file")
        return self


class Smtp(Server):
    """The mail server that customers and on-call are written through.

    `connections` are for customers; the on-call lane has its own two. `on_unknown`: what to do when the final
    answer was lost. `fallback` carries rings when the first server is dead.
    """

    connections: int = Field(default=4, ge=1, le=100)
    on_unknown: Literal["resend_once", "hold"] = "resend_once"
    fallback: Server | None = None
