"""What the owner of a service decides: who is told, who is rung, when, and in whose name (docs/design.md §5)."""

import re
from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from bridge.core import addresses
from bridge.core.kinds import KINDS, kinds_that
from bridge.core.matchers import Matchers, parse_matchers
from bridge.core.model import Alert, Kind
from bridge.core.values import Duration, Locale, LocalText, Model

ZERO = timedelta()
DEFAULT_ZONE = ZoneInfo("Asia/Tokyo")
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][!-~]*)?", re.ASCII)
_LINE_END = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
HEARTBEATS = (
    parse_matchers('alertname=~"(?i).*(watchdog|dead.?man).*"'),
    parse_matchers('alertname="InfoInhibitor"'),
)
"""The alerts of public rule collections that tell of monitoring itself, and never of a customer's trouble."""


def _matchers(value: object) -> Matchers:
    return value if isinstance(value, Matchers) else parse_matchers(str(value))


def _local(value: object) -> object:
    return {"ja": value} if isinstance(value, str) else value


def _local_if_any(value: object) -> object:
    return _local(value) if value else None


def on_one_line(text: LocalText | None) -> LocalText | None:
    """A name without the blanks around it. Raises ValueError when it is of several lines."""
    if text is None:
        return None
    one = LocalText(ja=text.ja.strip() or text.ja, en=text.en and (text.en.strip() or text.en))
    if _LINE_END.search(one.ja + (one.en or "")):
        raise ValueError("holds a line end or a control character. Write it on one line")
    return one


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone. Write it as Asia/Tokyo") from None


def _address(value: str) -> str:
    if why := addresses.problem(value):
        raise ValueError(f"{value!r}: {why}. Write one bare address, name@example.jp")
    return value


def _https(value: str) -> str:
    if not _HTTPS.fullmatch(value):
        raise ValueError(f"{value!r} is not an https address. Write it as https://status.example.jp")
    return value


def _columns(value: object) -> object:
    return None if value == "none" else value


def _known_kind(value: Kind) -> Kind:
    if value not in KINDS:
        names = [f"'{kind}'" for kind in KINDS]
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(names[:-1])} or {names[-1]}"})
    return value


def _some(length: timedelta) -> timedelta:
    if length <= ZERO:
        raise ValueError("too small. It must be more than 0s")
    return length


def _climbing(offsets: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    if any(a >= b for a, b in pairwise(offsets)):
        raise ValueError("offsets must ascend. Put the earliest first and write each once")
    return offsets


Match = Annotated[Matchers, BeforeValidator(_matchers)]
Words = Annotated[LocalText, BeforeValidator(_local)]
WordsIfAny = Annotated[LocalText | None, BeforeValidator(_local_if_any)]
Name = Annotated[LocalText, BeforeValidator(_local), AfterValidator(on_one_line)]
NameIfAny = Annotated[LocalText | None, BeforeValidator(_local_if_any), AfterValidator(on_one_line)]
"""Texts that stand in a header or inside of a line: a line end in them would break a letter."""
KnownKind = Annotated[Kind, AfterValidator(_known_kind), WithJsonSchema({"enum": list(KINDS)})]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Email = Annotated[str, AfterValidator(_address)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
Columns = Annotated[Annotated[int, Field(ge=10, le=200)] | None, BeforeValidator(_columns)]
Offsets = Annotated[tuple[Duration, ...], AfterValidator(_climbing)]


Role = Literal["view", "approve", "admin"]
"""What somebody may do on the console; bridge/core/roles.py has the table."""


class Person(Model):
    """One of the people who may be rung and may decide.

    `id` is the key under `people`.
    """

    id: str = ""
    name: str = Field(min_length=1, description="how others see who has it and who decided")
    email: Email = Field(description="where rings go; one bare address")
    locale: Locale = Field(default="ja", description="of this person's rings and pages")
    role: Role | None = Field(
        default=None,
        description="on the console; default: `approve` for whoever is rung, nothing for others",
    )


class Step(Model):
    """From this offset on, these people are rung."""

    from_: Duration = Field(alias="from", description="offset from the notice's base; `0m` is at once")
    people: tuple[str, ...] = Field(min_length=1, description="keys under `people`")


def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if any(a.from_ > b.from_ for a, b in pairwise(steps)):
        raise ValueError("steps must ascend by `from`. Put the earliest first")
    return steps


class Escalation(Model):
    """When reminders ring, as offsets from the notice's base, and who they ring.
    The base of a first report is the receipt of its first alert; of an update, its promise less
    `update_ring_before`, or the moment at which a program asked for it, where that is earlier; of a final report,
    10:00 on the promised day; of any other, its drafting.
    """

    remind_at: Offsets = Field(min_length=1, description="offsets of the first rings from the notice's base")
    then_every: Duration = Field(gt=ZERO, description="after the last of these, a ring each")
    steps: Annotated[tuple[Step, ...], AfterValidator(_in_order)] = Field(
        min_length=1, description="who is rung: the last step whose `from` has passed"
    )

    def people(self) -> tuple[str, ...]:
        """Everybody of every step, each once, in the order of the steps."""
        return tuple(dict.fromkeys(person for step in self.steps for person in step.people))


class Impact(Model):
    """What an alert means in the customers' words. The first impact whose matchers all hold is used."""

    match: tuple[Match, ...] = Field(default=(), description="matchers; none: every alert of the service")
    text: Words = Field(
        description="影響範囲: what customers cannot use, a noun phrase and no sentence: lists join it with 、"
    )
    subject: Words | None = Field(
        default=None,
        description="what happens, in the subject: a noun phrase, ログインできない状況; in English a clause",
    )
    workaround: Words | None = Field(
        default=None,
        description="what customers can do meanwhile; an alert's customer_workaround_ja and _en win",
    )
    unaffected: Words | None = Field(
        default=None,
        description="影響のない機能, a noun phrase; told while every firing alert's impact names the same",
    )
    detection_delay: Duration = Field(
        default=ZERO,
        description="the rule's `for`: 発生日時 is this much before the alert's start",
    )


class Sender(Model):
    """The From of customers' letters."""

    name: Name = Field(description="the name customers see")
    email: Email = Field(description="the address customers see; its domain must be the relay's to use")


class Every(Model):
    """The promise: the next report comes this long after the draft, by severity label."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[Duration, AfterValidator(_some)]] = Field(init=False)

    critical: Duration = Field(
        default=timedelta(minutes=30),
        gt=ZERO,
        description="while a critical one fires; so for any other severity",
    )
    default: Duration = Field(
        default=timedelta(minutes=60), gt=ZERO, description="for every severity without a key of its own"
    )

    @model_validator(mode="after")
    def _no_slip(self) -> Self:
        for severity in self.__pydantic_extra__:
            if near := get_close_matches(severity, Every.model_fields, n=1, cutoff=0.8):
                raise ValueError(f'"{severity}" is a slip, or a severity too like another. Write "{near[0]}"')
        return self

    def over(self, base: "Every") -> "Every":
        """The base with the severities that were written here in their place."""
        written = {key: every for key, every in self if key in self.model_fields_set}
        return base.model_copy(update=written)

    def shortest(self, severities: Iterable[str]) -> timedelta:
        """The shortest that one of these severities asks for; the default for none."""
        lengths = self._lengths()
        return min((lengths.get(severity, self.default) for severity in severities), default=self.default)

    def while_firing(self, alerts: Iterable[Alert]) -> timedelta:
        """The shortest that the firing ones among these alerts ask for; the default while none fires."""
        return self.shortest(alert.labels.get("severity", "") for alert in alerts if alert.status == "firing")

    def longest(self) -> timedelta:
        return max(self._lengths().values())

    def _lengths(self) -> dict[str, timedelta]:
        return dict(self)


class Policy(Model):
    """The duties of a notice. A service may override any key."""

    first_report_within: Duration = Field(
        default=timedelta(minutes=15), gt=ZERO, description="from receipt of the first matching alert"
    )
    at_deadline: Literal["keep_reminding", "send"] = Field(
        default="keep_reminding", description="`send`: the unedited, wording-clean draft goes out by policy"
    )
    update_every: Every = Field(
        default=Every(), description="what letters promise; the shortest of the firing alerts"
    )
    update_ring_before: Duration = Field(
        default=timedelta(minutes=10), description="the ready draft rings this long before it falls due"
    )
    settle: Duration = Field(
        default=timedelta(minutes=5), description="all alerts ended for this long: the recovery draft is due"
    )
    still_firing_after: Duration = Field(
        default=timedelta(minutes=30),
        description="it was decided not to send, and the alert fires on: one mail says so; `0s`: none",
    )
    second_person: frozenset[KnownKind] = Field(
        default=frozenset(kinds_that(lambda kind: kind.two_people)),
        description="kinds that two different people must approve",
    )
    hold: Duration = Field(
        default=timedelta(seconds=10),
        le=timedelta(seconds=60),
        description="an approved letter leaves after this and can be called back until then; `0s`: no hold",
    )

    def over(self, base: "Policy") -> "Policy":
        """The base with the keys that were written here in their place, those of `update_every` singly."""
        written = {key: getattr(self, key) for key in self.model_fields_set}
        if "update_every" in written:
            written["update_every"] = self.update_every.over(base.update_every)
        return base.model_copy(update=written)


class Service(Model):
    """What customers know by name.

    `id` is the key under `services`.
    """

    id: str = ""
    name: Name = Field(description="as customers know it")
    short_name: Name | None = Field(default=None, description="for lock screens, when the name is long")
    match: tuple[Match, ...] = Field(min_length=1, description="Alertmanager matchers; all must hold")
    impact: tuple[Impact, ...] = Field(
        default=(), description="the first that matches; an alert's customer_impact_ja and _en win over it"
    )
    audience: str = Field(description="key under `audiences`: who gets the letters")
    escalation: str = Field(description="key under `escalations`: who is rung")
    sender: Sender = Field(description="the From of the letters")
    company: Name = Field(description="in the signature")
    representative: NameIfAny = Field(
        default=None, description="who writes an individual apology, named in its greeting; else the sender"
    )
    contact: Words = Field(description="where customers can ask: an address, a telephone number")
    locale: Locale = Field(default="ja", description="of recipients whose own is not given")
    timezone: Zone = Field(
        default=DEFAULT_ZONE, description="of the times in letters; default: the one at the top level"
    )
    bilingual: bool = Field(default=False, description="Japanese, then English, in one letter")
    wrap: Columns = Field(
        default=None, description="full-width columns at which lines are folded; `none`: readers fold them"
    )
    status_url: HttpsUrl | None = Field(
        default=None,
        description="the page that tells the present state, in every signature; one of public_urls by itself",
    )
    public_urls: tuple[str, ...] = Field(default=(), description="the only links a letter may hold")
    policy: Policy = Field(default=Policy(), description="overrides single keys of the top-level `policy`")

    @property
    def links(self) -> tuple[str, ...]:
        """The only links that a letter may hold: `public_urls`, and the status page."""
        own = (self.status_url,) if self.status_url else ()
        return tuple(dict.fromkeys((*self.public_urls, *own)))

    def within(self, id: str, timezone: ZoneInfo, policy: Policy) -> Self:
        """The service under its key, with the zone and policy it did not write taken from the top level."""
        own = self.timezone if "timezone" in self.model_fields_set else timezone
        return self.model_copy(update={"id": id, "timezone": own, "policy": self.policy.over(policy)})
