"""The bridge needs no rights: an unprivileged user, and no file it may write but those in data_dir."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts.bridge import MARUYAMA, Bridge, link_in
from tests.parts.ports import answers
from tests.parts.programs import Program, installed, open_folder
from tests.parts.sink import Sink

NOBODY = 65534
CONFINED = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
for folder in / /tmp /dev/shm /var "$2"; do
    mountpoint -q "$folder" || mount --bind "$folder" "$folder"
    mount -o remount,bind,ro "$folder"
done
mount --bind "$1" "$1"
mount -o remount,bind,rw "$1"
shift 2
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all "$@"
"""


def test_an_unprivileged_user_on_a_read_only_system(mail_server: Sink) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a mount namespace and become another user")
    for name in ("unshare", "setpriv", "mountpoint"):
        installed(name)
    with open_folder() as home:
        made = Bridge(home, mail_server)
        data = home / "data"
        data.mkdir(mode=0o700)
        shutil.chown(data, NOBODY, NOBODY)
        made.config["server"]["key_file"] = None
        made.write_config()
        bridge_program = Path(sys.executable).parent / "bridge"
        words = ["serve", "--config", made.config_file]
        program = Program(
            ["unshare", "--mount", "sh", "-c", CONFINED, "sh", data, home, bridge_program, *words],
            home / "confined.log",
            cwd=home,
        )
        try:
            program.start(lambda: answers(made.url + "/readyz"))
            assert owner_of(program.process.pid if program.process else 0) == NOBODY
            assert made.alert().status_code == 200
            assert made.approve(link_in(mail_server.wait_for(MARUYAMA)[0])).status_code == 303
            mail_server.wait_for_every(made.customers)
            assert program.stop() == 0
        finally:
            program.stop()
            made.close()
        assert {path.stat().st_uid for path in data.iterdir()} == {NOBODY}


def test_a_key_file_that_its_user_cannot_make_is_told_by_day_and_is_good_once_root_made_it(
    mail_server: Sink,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with open_folder() as home:
        made = Bridge(home, mail_server)
        secrets = home / "secrets"
        for folder, mode, owner in ((secrets, 0o750, 0), (home / "data", 0o700, NOBODY)):
            folder.mkdir()
            folder.chmod(mode)
            shutil.chown(folder, owner, NOBODY)
        made.config["server"]["key_file"] = str(secrets / "keys")
        made.write_config()
        try:
            for command in ("check", "serve"):
                assert "keys: the key file does not exist and cannot be created" in as_nobody(
                    made, command, 1
                )
            (secrets / "keys").write_text("ab" * 32 + "\n")
            (secrets / "keys").chmod(0o640)
            shutil.chown(secrets / "keys", 0, NOBODY)
            assert "FINDING" not in as_nobody(made, "check", 0)
        finally:
            made.close()


def as_nobody(made: Bridge, command: str, code: int) -> str:
    """What a command says to a user without rights, and that it ends with this code."""
    user = [installed("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    words = [*user, Path(sys.executable).parent / "bridge", command, "--config", made.config_file]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=made.config_file.parent)
    assert done.returncode == code, done
    return done.stdout + done.stderr


def owner_of(pid: int) -> int:
    """The real user of a process."""
    done = subprocess.run(["ps", "-o", "ruid=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout)
