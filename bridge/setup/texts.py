"""The texts that `bridge init` writes and prints, from the templates in config/init."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bridge.core.values import LocalText
from bridge.resources import shipped
from bridge.setup.answers import SetupAnswers

_BARE = re.compile(r"[^\W\d][\w.@/+-]*(?: [\w.@/+-]+)*")
_NO_TEXTS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # as some reader of YAML takes them


def quoted(text: str) -> str:
    """A text as YAML, which fits on one line wherever a value may stand."""
    if _BARE.fullmatch(text) and text.lower() not in _NO_TEXTS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'


def in_config(text: str) -> str:
    """A text as bridge.yaml has it, where `${NAME}` would be a variable."""
    return quoted(text.replace("${", "$${"))


class SetupTexts:
    """The texts for one set of answers. `folder` is where the installation is, absolute."""

    def __init__(self, answers: SetupAnswers, source: str, folder: Path) -> None:
        self._values = _values(answers, source, folder)
        self._source = source
        self._home = shipped("config/init")
        self._templates = Environment(  # noqa: S701 - YAML, quoted value by value
            loader=FileSystemLoader(self._home), undefined=StrictUndefined, keep_trailing_newline=True
        )
        self._templates.filters |= {"yaml": in_config, "quoted": quoted}

    def configuration(self) -> str:
        """bridge.yaml, with a comment beside what a person will want to change."""
        return self._render("bridge.yaml.j2")

    def sender_block(self) -> str:
        """What to paste where the alerts come from."""
        own = sorted(self._home.glob(f"senders/{self._source}.*"))
        return self._render(f"senders/{own[0].name if own else 'other.txt.j2'}")

    def _render(self, name: str) -> str:
        return self._templates.get_template(name).render(self._values)


def _values(answers: SetupAnswers, source: str, folder: Path) -> Mapping[str, Any]:
    people = answers.people_by_key
    return {
        "id": answers.service_id,
        "source": source,
        "data_dir": "./data" if data_folder(folder).parent == folder else str(data_folder(folder)),
        "database": answers.database,
        "token_file": str(folder / token_file(source)),
        "service": answers.service,
        "match": answers.match,
        "company": answers.company or answers.service,
        "sender": answers.sender,
        "sender_name": answers.sender_name,
        "contact": answers.contact or LocalText(ja=answers.sender.email),
        "people": people,
        "everybody": list(people),
        "rung_first": next(iter(people)),
        "relay": answers.relay,
        "url": answers.url,
        "local_url": answers.local_url,
        "listen": str(answers.listen),
        "english": _english,
    }


def token_file(source: str) -> str:
    """The file with the sender's token, in the folder of the installation."""
    return f"secrets/{source}.token"


def data_folder(folder: Path) -> Path:
    """Where an installation keeps what it writes: beside /etc/NAME, which nobody may write to, in /var/lib/NAME."""
    return Path("/var/lib", folder.name) if folder.parent == Path("/etc") else folder / "data"


def _english(text: LocalText) -> str:
    return f", en: {in_config(text.en)}" if text.en else ""
