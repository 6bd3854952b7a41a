"""What `bridge init` must know, from a person at the terminal or from a file, and what follows from it."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bridge.config.sections import DatabaseSettings, Endpoint, Listen, PublicUrl
from bridge.core.matchers import parse_matchers
from bridge.core.settings import Email, Person, on_one_line
from bridge.core.values import LocalText, Model, Secret
from bridge.smtp.settings import Host, Security

_WORD = re.compile(r"[a-z0-9]+")
_NAMED_ADDRESS = re.compile(r"(?P<name>[^<]*)<(?P<email>[^<>]*)>")
_LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
_PORT_OF = {"none": 25, "starttls": 587, "tls": 465}
_SECURITY_AT = {"25": "none", "465": "tls"}


def _both(value: object) -> object:
    """A text, or one in English alone, is the Japanese too: `ja` is what a letter falls back on."""
    if isinstance(value, str):
        return {"ja": value}
    if isinstance(value, dict) and "ja" not in value and "en" in value:
        return {**value, "ja": value["en"]}
    return value


def _sender(value: object) -> object:
    """`support@example.jp` or `名前 <support@example.jp>` as the mapping that it stands for."""
    if not isinstance(value, str):
        return value
    named = _NAMED_ADDRESS.fullmatch(value.strip())
    if named is None:
        return {"email": value.strip()}
    return {"name": named["name"].strip() or None, "email": named["email"]}


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _parsed(written: tuple[str, ...]) -> tuple[str, ...]:
    """The matchers as they were written. Raises ValueError for one that is none."""
    for text in written:
        parse_matchers(text)
    return written


BothTexts = Annotated[LocalText, BeforeValidator(_both), AfterValidator(on_one_line)]


class SenderAnswer(Model):
    """Whose name and address customers see."""

    name: BothTexts | None = Field(default=None, description="default: made from the service's name")
    email: Email = Field(description="the From of the letters")


class RelayAnswer(Model):
    """The mail server. Port and security follow from each other, and from where it is."""

    host: Host = Field(default="127.0.0.1", description="name or address")
    port: int = Field(default=25, ge=1, le=65535, description="default: the usual one of its security")
    security: Security = Field(default="none", description="none, starttls or tls")
    username: str | None = Field(default=None, min_length=1, description="where one logs in")
    password: Secret | None = Field(default=None, description="of that user; or written into the file later")

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, value: object) -> object:
        """Without a port and a word about security: a server of this machine is trusted, another one is not."""
        if not isinstance(value, dict):
            return value
        port, near = value.get("port"), value.get("host", _LOCAL_HOSTS[0]) in _LOCAL_HOSTS
        otherwise = "none" if near and not port else "starttls"
        security = value.get("security") or _SECURITY_AT.get(str(port), otherwise)
        return {**value, "security": security, "port": port or _PORT_OF.get(str(security), 25)}


class SetupAnswers(Model):
    """The keys of `bridge init --yes FILE`."""

    service: BothTexts = Field(description="the service's name, as customers know it")
    written_match: Annotated[tuple[str, ...], BeforeValidator(_several), AfterValidator(_parsed)] = Field(
        default=(), alias="match", description="Alertmanager matchers; default: the service's English name"
    )
    company: BothTexts | None = Field(default=None, description="in the signature; default: the service")
    sender: Annotated[SenderAnswer, BeforeValidator(_sender)] = Field(description="the From of the letters")
    contact: BothTexts | None = Field(default=None, description="where customers ask; default: the sender")
    people: tuple[Person, ...] = Field(min_length=1, description="who is rung, the first one first")
    relay: RelayAnswer = Field(default=RelayAnswer(), description="the mail server")
    public_url: PublicUrl | None = Field(default=None, description="what approval links begin with")
    listen: Listen = Field(default=Endpoint("127.0.0.1", 8080), description="address of the bridge")
    database: DatabaseSettings = Field(
        default=DatabaseSettings(), description="sqlite, or a postgresql:// url"
    )

    @property
    def service_id(self) -> str:
        """`midori-shop`: the key of the service, and the label that its alerts carry by default."""
        return slug(self.service.en or self.service.ja) or "service"

    @property
    def match(self) -> tuple[str, ...]:
        """What an alert of this service has, as written."""
        return self.written_match or (f'service="{self.service_id}"', 'severity=~"critical|page"')

    @property
    def sender_name(self) -> LocalText:
        if self.sender.name is not None:
            return self.sender.name
        english = self.service.en and f"{self.service.en} Support"
        return LocalText(ja=f"{self.service.ja}運営事務局", en=english)

    @property
    def url(self) -> str:
        """What approval links begin with."""
        return self.public_url or self.local_url

    @property
    def local_url(self) -> str:
        """Where programs on this machine reach the bridge."""
        everywhere = self.listen.host in ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on
        return f"http://{Endpoint('127.0.0.1', self.listen.port) if everywhere else self.listen}"

    @property
    def people_by_key(self) -> dict[str, Person]:
        """Each person under a key made from the address: `maruyama`, and `maruyama-2` for the next one."""
        return dict(zip(_keys(person.email for person in self.people), self.people, strict=True))


def slug(text: str) -> str:
    """`Midori Shop` is `midori-shop`. Empty for a text without a letter or digit of ASCII."""
    return "-".join(_WORD.findall(text.lower()))


def _keys(addresses: Iterable[str]) -> list[str]:
    found: list[str] = []
    for address in addresses:
        wanted = slug(address.partition("@")[0]) or "person"
        number = sum(key == wanted or key.startswith(f"{wanted}-") for key in found)
        found.append(f"{wanted}-{number + 1}" if number else wanted)
    return found
