"""The checks of `bridge check` beyond bridge.yaml. Each yields places in the file, and what is wrong there.

A check creates, changes and migrates nothing, and sends no mail. It may run beside a working bridge.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from bridge.audiences.csv import Reading
from bridge.audiences.file import AudienceError
from bridge.audiences.summary import summarise
from bridge.cli import conditions
from bridge.cli.check_mail import check_mail
from bridge.cli.check_secrets import doubtful_secrets, marked_secrets
from bridge.cli.conditions import Check, Problem
from bridge.cli.rule_checks import check_rules
from bridge.config import Config
from bridge.config.document import Document, Place
from bridge.core.customer_words import REASONS, is_sentence, refusal
from bridge.core.impact import MAX_IMPACT_CHARS, MAX_WORKAROUND_CHARS
from bridge.core.settings import Service
from bridge.core.values import LocalText
from bridge.letters.render import Letters
from bridge.letters.samples import problems
from bridge.resources import shipped
from bridge.wording.text import JAPANESE

_BAD_ROWS_SHOWN = 3


def check_server(config: Config) -> Iterator[Problem]:
    """Whether links lead to the bridge, and whether a signing key exists or can be made, readable by its owner."""
    if "public_url" not in config.server.model_fields_set:
        yield (
            ("server", "public_url"),
            f"not written: links would begin with {config.server.public_url}. Write your own",
        )
    yield from conditions.key_file(config)


def check_people(config: Config) -> Iterator[Problem]:
    """Whether two people are rung where two must approve. With one, a notice would wait for ever.

    Two names with one mailbox are one person: whoever reads it could give both approvals.
    """
    for name, service in config.services.items():
        if not service.policy.second_person:
            continue
        people = config.escalation_of(service).people()
        kinds = ", ".join(sorted(service.policy.second_person))
        if len({config.people[person].email.lower() for person in people}) < 2:
            rung = "rings one" if len(people) < 2 else f"rings one mailbox ({config.people[people[0]].email})"
            yield (
                ("services", name, "escalation"),
                f"policy.second_person ({kinds}) needs two people and {service.escalation} {rung}. "
                "Add a person to it, or write policy: {second_person: []}",
            )


def check_templates(config: Config) -> Iterator[Problem]:
    """Every letter of every service, in both languages, from several sets of facts, by the company's own templates.

    The shipped ones are tried by the tests.
    """
    if config.templates is None:
        return
    yield from _misnamed(config.templates)
    for problem in problems(Letters(config.templates), config.services.values()):
        yield ("templates",), f"{problem}. Correct it, or remove it to use the shipped one"


def check_audiences(config: Config) -> Iterator[Problem]:
    """Whether every customer list can be read, row by row."""
    for name, listed in config.customer_lists.items():
        place, path = ("audiences", name, "csv"), listed.csv
        try:
            summary = summarise(path, Reading(columns=listed.columns))
        except AudienceError as error:
            yield place, str(error)
            continue
        for service in config.services.values():
            if service.audience == name:
                yield from _untranslated(service, summary.locales.get("en", 0))
        if summary.bad_total:
            rows = "; ".join(map(str, summary.bad[:_BAD_ROWS_SHOWN]))
            yield place, f"{path}: rows that get no letter: {summary.bad_total} ({rows}). Correct them"


def check_words(config: Config) -> Iterator[Problem]:
    """Whether words that stand inside of sentences are noun phrases, and words for customers at all."""
    for name, service in config.services.items():
        for at, impact in enumerate(service.impact):
            for key in ("text", "subject", "unaffected"):
                text: LocalText | None = getattr(impact, key)
                if text and is_sentence(text.ja, "ja"):
                    yield (
                        ("services", name, "impact", at, key),
                        f"{text.ja!r} is a sentence, and letters put it into one. Write a noun: ログインできない状況",
                    )
            for key, limit in (("text", MAX_IMPACT_CHARS), ("workaround", MAX_WORKAROUND_CHARS)):
                words: LocalText | None = getattr(impact, key)
                if words and (why := refusal(words.ja, limit)):
                    reason = REASONS[why].get("en").format(limit=limit)
                    yield (
                        ("services", name, "impact", at, key),
                        f"{words.ja!r} cannot be used: {reason}. Correct it",
                    )


def shared_mailboxes(config: Config, _document: Document, _path: Path) -> Iterator[Problem]:
    """People with one mailbox: each ring arrives there twice, and the history cannot tell who pressed."""
    known: dict[str, str] = {}
    for name, person in config.people.items():
        other = known.setdefault(person.email.lower(), name)
        if other != name:
            yield ("people", name, "email"), f"is the address of {other} too. Give each person their own"


def repaired_lists(config: Config, _document: Document, _path: Path) -> Iterator[Problem]:
    """What is put right in a customer list each time that it is read."""
    for name, listed in config.customer_lists.items():
        try:
            summary = summarise(listed.csv, Reading(columns=listed.columns))
        except AudienceError:
            continue  # a finding of `check_audiences`
        for repair in summary.repaired:
            yield ("audiences", name, "csv"), f"{listed.csv}: {repair}. Correct the file when you can"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("server", check_server),
    ("secrets", marked_secrets),
    ("people", check_people),
    ("rules", check_rules),
    ("words", check_words),
    ("templates", check_templates),
    ("audiences", check_audiences),
    ("database", conditions.database),
    ("smtp", check_mail),
)


Warn = Callable[[Config, Document, Path], Iterator[Problem]]
WARNINGS: tuple[Warn, ...] = (
    doubtful_secrets,
    shared_mailboxes,
    repaired_lists,
)
"""What may be as it is, and is told all the same: `bridge check` still exits 0."""


def _untranslated(service: Service, english: int) -> Iterator[Problem]:
    """The texts of a service that readers of English would get in Japanese. `english`: how many of them there are."""
    if not (english or service.bilingual or service.locale == "en"):
        return
    for place, text in _texts_of(service):
        if text and text.en is None and JAPANESE.search(text.ja):
            yield (
                ("services", service.id, *place),
                f"has no English, and letters in English print it ({english} customers). Write {{ja: ..., en: ...}}",
            )


def _texts_of(service: Service) -> Iterator[tuple[Place, LocalText | None]]:
    """Every text of a service that its letters print, with its place under the service."""
    yield ("name",), service.name
    yield ("sender", "name"), service.sender.name
    yield ("company",), service.company
    yield ("representative",), service.representative
    yield ("contact",), service.contact
    for at, impact in enumerate(service.impact):
        for key in ("text", "subject", "workaround", "unaffected"):
            yield ("impact", at, key), getattr(impact, key)


def _misnamed(folder: Path) -> Iterator[Problem]:
    """Files that look like templates and override none. A name with `_` at its beginning is for including."""
    if not folder.is_dir():
        yield ("templates",), f"{folder} is not a folder. Create it or write null"
        return
    ours = shipped("templates")
    letters = {path.relative_to(ours) for path in ours.glob("mail/*/*.j2")}
    for path in sorted(folder.rglob("*.j2")):
        name = path.relative_to(folder)
        if name not in letters and not (name.parts[0] == "mail" and path.name.startswith("_")):
            known = ", ".join(sorted({letter.name for letter in letters if letter.name[0] != "_"}))
            what = f"{path} takes the place of no letter. Under mail/ja and mail/en there are: {known}"
            yield ("templates",), what
