"""Writing a new installation: every file or none, and never over one that is there."""

import csv
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from bridge.core.matchers import parse_matchers
from bridge.core.sample_labels import sample_labels
from bridge.errors import BridgeError
from bridge.resources import shipped
from bridge.setup.answers import SetupAnswers
from bridge.setup.sample_alert import alertmanager_body
from bridge.setup.texts import SetupTexts, data_folder, token_file

SAMPLES = (
    "bridge.yaml",
    "alertmanager.yml",
    "prometheus.yml",
    "blackbox.yml",
    "rules.yml",
    "grafana",
    "bridge.service",
)
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


class NotWritten(BridgeError):
    """The installation cannot be written: a file is in the way, or the folder refuses. Nothing was changed."""


def demand_room(folder: Path, source: str) -> None:
    """Raises NotWritten, naming the file, where one of ours is there already."""
    names = (
        "bridge.yaml",
        "customers.csv",
        token_file(source),
        "secrets/api.token",
        "secrets/smtp",
        "secrets/database",
        "samples",
    )
    for name in names:
        if os.path.lexists(path := folder / name):
            raise NotWritten(f"{path}: is there already. Name another folder, or move it away")


def write(folder: Path, answers: SetupAnswers, texts: SetupTexts, source: str) -> None:
    """Write everything. Files with secrets or addresses are for their owner alone. Raises NotWritten."""
    demand_room(folder, source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for private in (folder / "secrets", data_folder(folder)):
            private.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        for name, text in _files(answers, texts, source):
            _create(folder / name, text)
        _lay_samples(folder / "samples", answers)
    except OSError as error:
        raise NotWritten(f"{error.filename or folder}: {error.strerror}. Name a folder of your own") from None


def _files(answers: SetupAnswers, texts: SetupTexts, source: str) -> Iterator[tuple[str, str]]:
    yield "bridge.yaml", texts.configuration()
    yield "customers.csv", trial_list(answers)
    yield token_file(source), secrets.token_hex(32) + "\n"
    yield "secrets/api.token", secrets.token_hex(32) + "\n"
    if answers.relay.username:
        given = answers.relay.password
        yield "secrets/smtp", f"{given.get_secret_value()}\n" if given else ""
    if password := answers.database.password:
        yield "secrets/database", f"{password.get_secret_value()}\n"


def trial_list(answers: SetupAnswers) -> str:
    """A customer list of two that reaches nobody but the people themselves, or one person and the sender."""
    rows = {person.email.lower(): person.name for person in answers.people}
    rows.setdefault(answers.sender.email.lower(), answers.sender_name.ja)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("email", "name", "company", "locale"))
    for email, name in list(rows.items())[:2]:
        out.writerow((email, name, "", ""))
    return text.getvalue()


def _lay_samples(folder: Path, answers: SetupAnswers) -> None:
    """The shipped samples, which an installation from a wheel could not find otherwise, and an alert to try."""
    folder.mkdir()
    for name in SAMPLES:
        sample = shipped(f"config/{name}")
        (shutil.copytree if sample.is_dir() else shutil.copyfile)(sample, folder / name)
    matchers = (one for text in answers.match for one in parse_matchers(text).all)
    if labels := sample_labels(matchers, "TryTheBridge"):
        _create(folder / "alert.json", alertmanager_body(labels))


def _create(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
