"""The small values that configuration and core share: durations, texts in two languages, secrets.

Pydantic is used for values only: its models are frozen, and nothing here reads a file or a clock.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, SecretStr

Locale = Literal["ja", "en"]
LOCALES: tuple[Locale, ...] = ("ja", "en")


class Model(BaseModel):
    """Base of every configuration model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


_UNITS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
# The longest unit first.
_DURATION = re.compile("".join(rf"(?:(\d{{1,6}}){unit})?" for unit in _UNITS), re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = timedelta(days=3660)  # far beyond any real setting; sums of times stay in the range of datetime


def parse_duration(text: str) -> timedelta:
    """`90s`, `15m`, `1h30m` as Prometheus writes them; a bare `0` is zero.

    Raises ValueError for anything else, and for more than ten years.
    Source: prometheus.io/docs/prometheus/latest/configuration.
    """
    if text.strip() == "0":
        return timedelta()
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise ValueError(f"{text!r} is not a duration. Write it as 90s, 15m or 1h")
    seconds = sum(int(n) * unit for n, unit in zip(match.groups("0"), _UNITS.values(), strict=True))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years. Write a shorter one")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """The shortest Prometheus spelling: `timedelta(minutes=90)` is `1h30m`."""
    left = round(value.total_seconds() * 1000)
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1), ("ms", 0.001)):
        n, left = divmod(left, round(seconds * 1000))
        if n:
            parts.append(f"{n}{unit}")
    return "".join(parts) or "0s"


def _duration(value: Any) -> Any:
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, timedelta):
        return value
    if value == 0 and not isinstance(value, bool):
        return timedelta()
    raise ValueError(f"{value!r} is not a duration. Write it as 90s, 15m or 1h")


Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(format_duration, return_type=str)]


def _filled(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value():
        raise ValueError("the secret is empty. Fill it in")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_filled)]
"""Never shown by repr() or in an error. In `bridge.yaml` each may be given as `<key>_file` instead."""


class SecretText(str):
    """What a `<key>_file` holds, and the `path` of it: some secrets are read again when they are used."""

    path: str

    def __new__(cls, text: str, path: str) -> Self:
        """The text, which is a plain one to whoever does not ask where it came from."""
        made = super().__new__(cls, text)
        made.path = path
        return made


def _one_line(secret: SecretStr) -> SecretStr:
    if _CONTROL.search(secret.get_secret_value()):
        raise ValueError("the secret holds a line end or a control character. Write it alone, on one line")
    return secret


HeaderSecret = Annotated[Secret, AfterValidator(_one_line)]
"""A secret that is presented in an HTTP header, where no control character can be."""


class LocalText(Model):
    """One text in Japanese and, where given, English. A plain string in YAML is the Japanese."""

    ja: str = Field(min_length=1, description="in Japanese")
    en: str | None = Field(
        default=None, min_length=1, description="in English; without it the Japanese is used"
    )

    def get(self, locale: Locale) -> str:
        """The text in that language, else the Japanese."""
        return self.en if locale == "en" and self.en else self.ja


def fields_of(value: Any, *without: str) -> dict[str, Any]:
    """A dataclass's fields by name, as they are: `asdict` copies all that is in them. `without`: those left out."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__ if name not in without}
