"""bridge.yaml as one value: loaded whole, or refused with every finding (docs/design.md §5)."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, Union

from pydantic import Discriminator, Field, Tag

from bridge import sources
from bridge.audiences.csv import Reading
from bridge.audiences.service_list import ServiceList
from bridge.config.document import Document, Place, Tree, Value, read
from bridge.config.fitting import CHOICE, MAPPING, fit, judge, unknown
from bridge.config.sections import (
    Api,
    Console,
    CustomerList,
    DatabaseSettings,
    DrillRhythm,
    ServerSettings,
    Watch,
    Wording,
    read_terms,
)
from bridge.core.settings import DEFAULT_ZONE, HEARTBEATS, Escalation, Match, Person, Policy, Service, Zone
from bridge.core.values import Model
from bridge.errors import ConfigError
from bridge.log import Logger
from bridge.smtp.settings import Smtp
from bridge.sources.settings import SourceSettings
from bridge.wording import Term

if TYPE_CHECKING:
    from sqlalchemy import URL

log = Logger(__name__)

_PATH_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SOURCES = sources.find()
"""Every kind of source by its name."""


_CHOICES = {source.Settings: f"{CHOICE}{name}" for name, source in SOURCES.items()}
_TAGS = {name: _CHOICES[source.Settings] for name, source in SOURCES.items()}
"""Which settings a kind has. All presets have the same, which are compiled once."""


def _kind(value: object) -> str | None:
    """Which kind an entry of `sources` is of, as `_name_kinds` has written it there."""
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return _TAGS.get(kind) if isinstance(kind, str) else None


if TYPE_CHECKING:
    OneSource = SourceSettings
else:  # the settings of the kind that an entry names
    _EACH = tuple(Annotated[settings, Tag(tag)] for settings, tag in _CHOICES.items())
    OneSource = Annotated[Union[_EACH], Discriminator(_kind)]  # noqa: UP007 - of a tuple


class Config(Model):
    """Everything that bridge.yaml says. Paths are absolute, and secrets are read from their files.

    Each service has its id, and what it takes from the top level.
    """

    server: ServerSettings = Field(default=ServerSettings(), description="addresses and files")
    database: DatabaseSettings = Field(
        default=DatabaseSettings(), description="`sqlite`, a url, or a mapping"
    )
    templates: Path | None = Field(
        default=None, description="a folder whose mail/<locale>/ files override ours by name"
    )
    wording: Wording = Field(default=Wording(), description="the wording check")
    timezone: Zone = Field(default=DEFAULT_ZONE, description="of the times in letters")
    sources: Mapping[str, OneSource] = Field(description="who may post; one not listed answers 404")
    watch: Watch | None = Field(
        default=None, description="who is rung about silent senders; needed where a source has expect_every"
    )
    heartbeats: tuple[Match, ...] = Field(
        default=HEARTBEATS,
        description="alerts of monitoring itself, never a customer's; in each entry all matchers must hold",
    )
    api: Api = Field(description="access for programs")
    console: Console = Field(default=Console(), description="the pages for people at `/`")
    drills: DrillRhythm = Field(default=DrillRhythm(), description="the people's practice")
    smtp: Smtp = Field(default=Smtp(), description="the mail server")
    people: Mapping[str, Person] = Field(min_length=1, description="who may be rung and may decide")
    escalations: Mapping[str, Escalation] = Field(min_length=1, description="who is rung when")
    customer_lists: Mapping[str, CustomerList] = Field(
        alias="audiences", min_length=1, description="customers"
    )
    services: Mapping[str, Service] = Field(min_length=1, description="what customers know by name")
    policy: Policy = Field(
        default=Policy(), description="the duties of a notice; a service may override any key"
    )

    @cached_property
    def audiences(self) -> Mapping[str, Path]:
        """The CSV file of each audience."""
        return {name: one.csv for name, one in self.customer_lists.items()}

    @cached_property
    def service_lists(self) -> Mapping[str, ServiceList]:
        """The customer list of each service."""
        listed = ((service, self.customer_lists[service.audience]) for service in self.services.values())
        return {
            service.id: ServiceList(service.audience, one.name, one.csv, Reading(service.locale, one.columns))
            for service, one in listed
        }

    @cached_property
    def duty_rules(self) -> str:
        """A digest of what the configuration says about times of duties."""
        told = sorted((s.id, s.policy.settle, s.policy.update_ring_before) for s in self.services.values())
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The company's own terms. The file is read once, while the configuration is loaded. Raises ValueError."""
        return read_terms(self.wording.terms) if self.wording.terms else ()

    @property
    def database_url(self) -> "URL":
        """The database with its password, which neither str() nor repr() shows."""
        return self.database.location(self.server.data_dir)

    @property
    def key_file(self) -> Path:
        """Where the signing keys are, or will be created."""
        return self.server.key_file or self.server.data_dir / "keys"

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Without what was worked out of the values before: pydantic would copy that, too."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    def escalation_of(self, service: Service) -> Escalation:
        """Who is rung for this service."""
        return self.escalations[service.escalation]


def load(path: Path, env: Mapping[str, str] = os.environ) -> Config:
    """The configuration in a file. Raises ConfigError with all findings, in the order of their lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not text in UTF-8. Save it in UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}. Name the file with --config or BRIDGE_CONFIG") from None
    return loads(text, path, env)


def loads(text: str, path: Path, env: Mapping[str, str]) -> Config:
    """The configuration in a text that belongs at this path. Raises ConfigError as `load` does."""
    document = read(text, env)
    if document.tree or not document.findings:
        # Also when it is not written: its default paths are beside the file too.
        document.tree["server"] = document.tree.get("server") or {}
        _name_kinds(document)
        fit(document, Config, path.absolute().parent)
        for place, what in _dangling(document.tree):
            document.wrong(place, what)
        config = judge(document, Config)
        if config is not None:
            config = _whole(config)
            _demand_terms(document, config)
            if not document.findings:
                for doubt in document.doubts:
                    log.warning("config_doubt", finding=doubt.at(str(path)))
                return config
    raise ConfigError("\n".join(finding.at(str(path)) for finding in sorted(document.findings)))


def _whole(config: Config) -> Config:
    """The configuration with each person's and service's id, and with what services take from the top level."""
    people = {name: person.model_copy(update={"id": name}) for name, person in config.people.items()}
    services = {
        name: service.within(name, config.timezone, config.policy)
        for name, service in config.services.items()
    }
    return config.model_copy(update={"people": people, "services": services})


def _name_kinds(document: Document) -> None:
    """Write the kind of each source beside its settings, and find those that have none."""
    listed = document.tree.get("sources")
    if not isinstance(listed, dict):
        return
    for key, settings in list(listed.items()):
        place: Place = ("sources", key)
        if not isinstance(settings, dict):
            document.wrong(place, MAPPING)
        elif not _PATH_SEGMENT.fullmatch(key):
            document.wrong(place, "cannot be a part of a path. Write it in letters, digits and -")
        elif "kind" not in settings and key in SOURCES:
            settings["kind"] = key
            continue
        elif settings.get("kind") in SOURCES:
            continue
        elif "kind" in settings:
            document.wrong((*place, "kind"), unknown(str(settings["kind"]), SOURCES, "kind"))
        else:
            document.wrong(place, unknown(key, SOURCES, "key"))
        del listed[key]


def _dangling(tree: Tree) -> Iterator[tuple[Place, str]]:
    """Each name that the file uses and does not define, with its finding. The file may have other errors."""
    for name, service in _entries(tree, "services").items():
        for key, section in (("audience", "audiences"), ("escalation", "escalations")):
            wanted = service.get(key) if isinstance(service, dict) else None
            if isinstance(wanted, str) and wanted not in (known := _entries(tree, section)):
                yield ("services", name, key), unknown(wanted, known, f'{key} "{wanted}"')
    yield from _watchers(tree)
    people = _entries(tree, "people")
    for name, escalation in _entries(tree, "escalations").items():
        steps = escalation.get("steps") if isinstance(escalation, dict) else None
        for n, step in enumerate(steps if isinstance(steps, list) else []):
            rung = step.get("people") if isinstance(step, dict) else None
            for m, person in enumerate(rung if isinstance(rung, list) else []):
                if isinstance(person, str) and person not in people:
                    yield (
                        ("escalations", name, "steps", n, "people", m),
                        unknown(person, people, f'person "{person}"'),
                    )


def _watchers(tree: Tree) -> Iterator[tuple[Place, str]]:
    """A watch that names nobody, and one that is missing though a sender is to be watched."""
    wanted = _entries(tree, "watch").get("escalation")
    if isinstance(wanted, str) and wanted not in (known := _entries(tree, "escalations")):
        yield ("watch", "escalation"), unknown(wanted, known, f'escalation "{wanted}"')
    if not _entries(tree, "watch"):
        for name, source in _entries(tree, "sources").items():
            if isinstance(source, dict) and source.get("expect_every"):
                yield (
                    ("sources", name, "expect_every"),
                    "nobody would be told. Write watch: {escalation: ...} at the top level",
                )


def _entries(tree: Tree, section: str) -> Mapping[str, Value]:
    value = tree.get(section)
    return value if isinstance(value, dict) else {}


def _demand_terms(document: Document, config: Config) -> None:
    try:
        _ = config.terms
    except ValueError as error:
        document.wrong(("wording", "terms"), str(error))
