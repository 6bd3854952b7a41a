"""The sections of bridge.yaml that belong to no step of the flow: addresses, files, database, access."""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote, urlsplit

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bridge.audiences.columns import Columns
from bridge.core.settings import Words
from bridge.core.values import Duration, HeaderSecret, Model, Secret
from bridge.wording import Term, parse_terms

if TYPE_CHECKING:
    from sqlalchemy import URL

_SIZE = re.compile(r"(\d{1,12}) ?(B|KiB|MiB|GiB|kB|KB|MB|GB)?")
_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 1000, "KB": 1000, "MB": 10**6, "GB": 10**9}


@dataclass(frozen=True)
class Endpoint:
    """Where to listen. An empty host means every address of the machine."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _endpoint(value: object) -> Endpoint:
    if isinstance(value, Endpoint):
        return value
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]\s]*)):(\d{1,5})", str(value))
    if not match or int(match[3]) > 65535:
        raise ValueError("not an address to listen on. Write it as 127.0.0.1:8080 or [::1]:8080")
    return Endpoint(match[1] or match[2], int(match[3]))


class Size(int):
    """A number of bytes."""

    def __str__(self) -> str:
        unit = next(unit for unit in ("GiB", "MiB", "KiB", "B") if self % _BYTES[unit] == 0)
        return f"{self // _BYTES[unit]}{unit}"


def _size(value: object) -> Size:
    match = _SIZE.fullmatch(str(value))
    if not match:
        raise ValueError("not a size. Write it as 8MiB or 500KiB")
    return Size(int(match[1]) * _BYTES[match[2] or "B"])


def _is_near(host: str) -> bool:
    """Whether a host is this machine or has a private address, so that links need no https."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_private


_PATH = re.compile(r"(?:/[A-Za-z0-9][\w.~-]*)+", re.ASCII)
_OURS = {
    "approve",
    "webhooks",
    "api",
    "static",
}  # first parts of addresses of ours: /approve/approve would be either


def _public_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username:
        raise ValueError("not the start of a link. Write it as https://bridge.example.jp")
    if parts.scheme == "http" and not _is_near(host):
        raise ValueError("approval links need https, because whoever reads one may send. Write https://")
    path = parts.path.rstrip("/")
    if path and not _PATH.fullmatch(path):
        raise ValueError("its path is not plain. Write it as https://ops.example.jp/bridge")
    if path.split("/")[1:2] and path.split("/")[1] in _OURS:
        raise ValueError("its path is one of the bridge's own. Write another, as /bridge")
    return value.rstrip("/")


Listen = Annotated[Endpoint, BeforeValidator(_endpoint)]
Bytes = Annotated[Size, BeforeValidator(_size)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]


class ServerSettings(Model):
    """Where people and senders reach the bridge, and where it keeps its own files."""

    listen: Listen = Field(
        default=Endpoint("127.0.0.1", 8080), description="address for webhooks and approval pages"
    )
    public_url: PublicUrl = Field(
        default="https://bridge.example.jp",
        description="what approval links begin with; it may have a path, as https://ops.example.jp/bridge",
    )
    data_dir: Path = Field(
        default=Path("data"), description="SQLite file and signing keys, created on first start"
    )
    key_file: Path | None = Field(
        default=None,
        description="signing keys, created when missing; default: in data_dir. Instances share one",
    )
    body_limit: Bytes = Field(
        default=Size(8 * 2**20), ge=Size(1024), le=Size(2**30), description="largest body of a webhook"
    )
    ops_listen: Listen | None = Field(
        default=None,
        description="a second address for /api, /metrics and /-/reload; then they are not on the first",
    )

    @property
    def path(self) -> str:
        """The path of `public_url`: empty, or as `/bridge`."""
        return urlsplit(self.public_url).path


_HOSTS = re.compile(r"(postgresql://(?:[^/@]*@)?)([^/?@]*,[^/?@]*)(/[^?]*)?(?:\?(.*))?")
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d*))?")


def _apart(url: re.Match[str]) -> str:
    """libpq's `h1:p1,h2:p2` as SQLAlchemy reads it: hosts and ports apart. Raises ValueError."""
    pairs = [_HOST_AND_PORT.fullmatch(each) for each in url[2].split(",")]
    if not all(pairs):
        raise ValueError("not a list of hosts")
    found = [(pair[1].strip("[]"), pair[2]) for pair in pairs if pair]
    if not any(port for _, port in found):
        return url[0]
    hosts, ports = ",".join(host for host, _ in found), ",".join(port or "5432" for _, port in found)
    return f"{url[1]}{url[3] or '/'}?host={hosts}&port={ports}{'&' + url[4] if url[4] else ''}"


class DatabaseSettings(Model):
    """Where incidents are kept. In short form only the `url`."""

    url: str = Field(
        default="sqlite",
        description="`sqlite` (in data_dir) or `postgresql://user@host/dbname`; of several `host:port,host:port`",
    )
    password: Secret | None = Field(default=None, description="of the PostgreSQL user")

    @model_validator(mode="before")
    @classmethod
    def _from_url(cls, value: Any) -> Any:
        """A text is the url. A password inside the url moves to `password`, which is never shown."""
        given = {"url": value} if isinstance(value, str) else value
        if not isinstance(given, dict) or not isinstance(url := given.get("url"), str):
            return given
        inside = re.fullmatch(r"(postgresql://[^/@:]*):([^/]*)(@.*)", url)
        return {**given, "url": inside[1] + inside[3], "password": unquote(inside[2])} if inside else given

    @model_validator(mode="after")
    def _known(self) -> "DatabaseSettings":
        if self.url != "sqlite" and not self.url.startswith("postgresql://"):
            raise ValueError("unknown database. Write sqlite or postgresql://user@host/dbname")
        if self.url == "sqlite" and self.password:
            raise ValueError("SQLite takes no password. Remove it or write a postgresql:// url")
        if self.url != "sqlite" and not self._can_be_read():
            raise ValueError("not a database url. Write it as postgresql://user@host/dbname")
        return self

    def _can_be_read(self) -> bool:
        from sqlalchemy.exc import ArgumentError

        try:
            self.location(Path())
        except (ArgumentError, ValueError):
            return False
        return True

    def location(self, data_dir: Path) -> "URL":
        """The URL to open, with the password, which SQLAlchemy's URL does not show."""
        from sqlalchemy import (  # here: many a command opens no database, and it is slow to import
            URL,
            make_url,
        )

        if self.url == "sqlite":
            return URL.create("sqlite", database=str(data_dir / "bridge.sqlite3"))
        return make_url(_HOSTS.sub(_apart, self.url, count=1)).set(
            password=self.password.get_secret_value() if self.password else None
        )


class Wording(Model):
    """The wording check's settings."""

    terms: Path | None = Field(default=None, description="a company's own terms (YAML)")


def read_terms(path: Path) -> tuple[Term, ...]:
    """A company's own terms from a YAML file. Raises ValueError saying what is wrong with it."""
    try:
        return parse_terms(yaml.safe_load(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}. Create it or name another file") from None
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {' '.join(str(error).split())}. Correct it") from None
    except RecursionError:
        raise ValueError(f"{path} is nested too deeply. Correct it") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}. Correct it") from None


class Api(Model):
    """Who may use /api/v1 and /-/reload."""

    bearer_token: HeaderSecret = Field(description="what `Authorization: Bearer` must carry")


class Watch(Model):
    """Who is rung about senders that fell silent."""

    escalation: str = Field(description="key under `escalations`, of which the first step is told")


_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
Network = IPv4Network | IPv6Network


def _networks(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise ValueError("not a list. Write it as [127.0.0.1, 10.0.0.0/8]")
    return tuple(one if isinstance(one, Network) else _network(str(one)) for one in value)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an address. Write it as 127.0.0.1 or 10.0.0.0/8") from None


def _header(value: str) -> str:
    if not _HEADER.fullmatch(value):
        raise ValueError(f"{value!r} is not the name of a header. Write it as X-Forwarded-Email")
    return value


class Console(Model):
    """The pages for people at `/`, and who says who they are. Without either way in there are none."""

    mail_link: bool = Field(
        default=True, description="people sign in by a link that is mailed to their address under `people`"
    )
    header: Annotated[str, AfterValidator(_header)] | None = Field(
        default=None, description="where a proxy writes the address of whom it has signed in"
    )
    from_: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = Field(
        default=(),
        alias="from",
        description="the proxy's own addresses: the header counts from there alone",
    )

    @model_validator(mode="after")
    def _both(self) -> "Console":
        if self.header and not self.from_:
            raise ValueError(
                "header without from: anybody could write it. Add the proxy's address under from"
            )
        if self.from_ and not self.header:
            raise ValueError("from without header. Add the header that the proxy writes, or remove from")
        return self

    @property
    def on(self) -> bool:
        """Whether there is a way in."""
        return self.mail_link or self.header is not None


class DrillRhythm(Model):
    """How often the people on duty rehearse."""

    remind_every: Duration = Field(
        default=timedelta(days=30),
        description="`bridge check` and the console say when a service's last drill is longer ago; `0s`: never",
    )


class CustomerList(Model):
    """Where the recipients of an audience are listed."""

    name: Words | None = Field(default=None, description="what people call it; else its key")
    csv: Path = Field(
        description="a header row, with a column of addresses; comma, TAB or `;`; UTF-8, UTF-16, Shift_JIS or EUC-JP"
    )
    columns: Columns = Field(
        default=Columns(), description="what its columns are called, where that is not usual"
    )
