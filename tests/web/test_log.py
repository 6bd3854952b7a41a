"""What a log line may hold, whoever wrote it."""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from bridge.redaction import redact

TOKEN = "qZ3vT0kF2mXW9s8yJr1LpA.mU5vX3eR7oNn2kQ0cYb4tWd6gHs8jKl1zXc3vBn5mQ1"


@pytest.mark.parametrize(
    "written, kept",
    [
        pytest.param(f"GET /approve/{TOKEN}?lang=en", "GET /approve/…?lang=en", id="a link"),
        pytest.param(f"POST /sign-in/{TOKEN}", "POST /sign-in/…", id="a sign-in link"),
        pytest.param(f'"/approve/{TOKEN}"', '"/approve/…"', id="a quoted link"),
        pytest.param("Authorization: Bearer s3cret-token", "Authorization: Bearer …", id="a token"),
        pytest.param("authorization: basic YW06cGFzcw==", "authorization: basic …", id="a password"),
        pytest.param("535 AUTH PLAIN AGJyaWRnZQBzM2NyZXQ= no", "535 AUTH PLAIN … no", id="a mail login"),
        pytest.param("postgresql://b:s3cret@db/bridge", "postgresql://b:…@db/bridge", id="a database"),
        pytest.param(
            '"postgresql://db/bridge?user=b&password=s3cret" is down',
            '"postgresql://db/bridge?…" is down',
            id="a database's query",
        ),
        pytest.param("the login failed: basic checks", "the login failed: basic …", id="rather too much"),
        pytest.param("第一報 sent to 12408", "第一報 sent to 12408", id="anything else"),
    ],
)
def test_secrets_are_cut_out(written: str, kept: str) -> None:
    assert redact(written) == kept


PROGRAM = """
import logging
from bridge import log
log.set_up()
try:
    raise RuntimeError("at /approve/TOKEN\\n{'level': 'forged'}")
except RuntimeError:
    log.Logger("ours").exception("failed", labels={"a": ["/approve/TOKEN", "\\x1b[2J"]})
    logging.getLogger("theirs").exception("said %s", "Bearer s3cret-token")
logging.getLogger("uvicorn.access").info("GET /approve/TOKEN")
"""


def test_every_line_is_one_object_in_ascii_without_secrets() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("TOKEN", TOKEN)], capture_output=True, check=True, timeout=30
    )
    assert done.stdout == b""
    assert done.stderr.isascii()
    assert b"\x1b" not in done.stderr
    assert TOKEN.encode() not in done.stderr
    assert b"s3cret" not in done.stderr
    ours, theirs = (json.loads(line) for line in done.stderr.splitlines())
    assert (ours["event"], ours["level"], ours["labels"]["a"][0]) == ("failed", "error", "/approve/…")
    assert "RuntimeError: at /approve/…" in ours["exception"]
    assert (theirs["logger"], theirs["event"]) == ("theirs", "said Bearer …")
    assert "RuntimeError" in theirs["exception"]


def at_a_terminal(program: str) -> str:
    """What a program whose standard error is a terminal shows there."""
    master, slave = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", program], stderr=slave) as running:
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal is gone when the program is
            while piece := os.read(master, 65_536):
                shown += piece
        running.wait(30)
    os.close(master)
    return shown.decode().replace("\r\n", "\n")


def test_at_a_terminal_a_line_is_text_that_people_read() -> None:
    shown = at_a_terminal(
        "from bridge import log; log.set_up();"
        "log.Logger('bridge.x').warning('list_changed', service='みどりショップ', count=3)"
    )
    assert re.fullmatch(r"\d\d:\d\d:\d\d warning list_changed service=みどりショップ count=3\n", shown)


def test_a_terminal_is_shown_no_secret_and_nothing_that_moves_its_cursor() -> None:
    shown = at_a_terminal(PROGRAM.replace("TOKEN", TOKEN))
    assert "\x1b" not in shown
    assert TOKEN not in shown
    assert "s3cret" not in shown
    assert "RuntimeError: at /approve/…" in shown


def test_libraries_that_count_their_own_beats_are_quiet() -> None:
    program = (
        "import logging; from bridge import log; log.set_up();"
        "logging.getLogger('apscheduler.scheduler').warning('skipped');"
        "logging.getLogger('alembic.runtime.migration').info('Running upgrade');"
        "logging.getLogger('apscheduler.scheduler').error('broken')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=30)
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["broken"]
