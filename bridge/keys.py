"""The key ring: what signs approval links, forms and the audit chain.

One key a line, 64 hexadecimal digits, the oldest first. The newest signs and all verify, so a key is rotated by
appending a line to the key file and restarting (docs/production.md). The old one stays: without it `bridge incidents
verify` cannot check what it signed. Only a key that somebody else may know is removed; its links then lead
nowhere, and the next ring carries fresh ones. Several instances share one file; one that was not restarted yet
verifies what another has signed with a key that was appended since.
"""

import hashlib
import hmac
import os
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from itsdangerous import Signer

from bridge.core.audit_chain import AuditKeys
from bridge.errors import ConfigError
from bridge.log import Logger

log = Logger(__name__)

KEY_BYTES = 32
# Who reads a key can approve letters. Its group may read it: that is how Kubernetes hands secrets to a user.
NOT_FOR_OTHERS = stat.S_IRWXO | stat.S_IWGRP
MAX_TOKEN = 200  # characters; anything longer was not issued here and is not worth a hash
MAX_SIGNED = 2000  # the same for a text that is signed whole: a browser keeps no longer cookie than 4096

Purpose = Literal["session", "sign-in", "console-form"]
"""What a signed text is for: one that was signed for something else is none of ours."""


@dataclass(frozen=True)
class Keys:
    """The keys, oldest first."""

    ring: tuple[bytes, ...]
    file: "KeyFile | None" = field(default=None, compare=False)

    @cached_property
    def _signers(self) -> tuple[Signer, ...]:
        return tuple(Signer(key, salt="approve", digest_method=hashlib.sha256) for key in self.ring)

    def token(self, link_id: str) -> str:
        """The signed token of a link: what its URL ends in."""
        return self._signers[-1].sign(link_id).decode()

    def link_id(self, token: str) -> str | None:
        """The link behind a token that one of our keys signed; None for anything else.

        The whole token is compared, in constant time: base64 would let other spellings of a signature pass.
        """
        if len(token) > MAX_TOKEN or not token.isascii():
            return None
        link_id = token.rpartition(".")[0]
        given = token.encode()
        genuine = [hmac.compare_digest(given, signer.sign(link_id)) for signer in self._signers]
        if any(genuine):
            return link_id
        newer = self.file.newer() if self.file else None
        return newer.link_id(token) if newer else None

    def sign(self, purpose: Purpose, text: str) -> str:
        """The text and its signature, in letters that a URL and a cookie may have."""
        body = urlsafe_b64encode(text.encode()).decode().rstrip("=")
        return _signer(self.ring[-1], purpose).sign(body).decode()

    def signed_text(self, purpose: Purpose, token: str) -> str | None:
        """The text that one of our keys signed for this purpose; None for anything else."""
        if len(token) > MAX_SIGNED or not token.isascii():
            return None
        body, given = token.rpartition(".")[0], token.encode()
        genuine = [hmac.compare_digest(given, _signer(key, purpose).sign(body)) for key in self.ring]
        if any(genuine):
            return urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
        newer = self.file.newer() if self.file else None
        return newer.signed_text(purpose, token) if newer else None

    def csrf(self, link_id: str, notice_id: str, version: int) -> str:
        """The value that a form for this link, notice and version must carry."""
        return self._csrf(self.ring[-1], link_id, notice_id, version)

    def is_csrf(self, given: str, link_id: str, notice_id: str, version: int) -> bool:
        """Whether `given` is the value that `csrf` makes, under any of our keys."""
        wanted = [self._csrf(key, link_id, notice_id, version) for key in self.ring]
        if any(hmac.compare_digest(given.encode(), each.encode()) for each in wanted):
            return True
        newer = self.file.newer() if self.file else None
        return newer.is_csrf(given, link_id, notice_id, version) if newer else False

    @property
    def audit(self) -> AuditKeys:
        """The keys of the audit chain, by their ids."""
        by_id = {key_id(key): _derive(key, b"audit") for key in self.ring}
        return AuditKeys(by_id, key_id(self.ring[-1]))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys, oldest first: safe to show and to log."""
        return tuple(key_id(key) for key in self.ring)

    def _csrf(self, key: bytes, link_id: str, notice_id: str, version: int) -> str:
        content = f"{link_id}\n{notice_id}\n{version}".encode()
        return hmac.new(_derive(key, b"csrf"), content, hashlib.sha256).hexdigest()[:32]


@dataclass
class KeyFile:
    """The file behind the keys, read again once each time that it has changed (`read_at`: its mtime in ns)."""

    path: Path
    read_at: int
    _newer: Keys | None = None

    def newer(self) -> Keys | None:
        """The keys in the file since it changed; None while it is as this instance read it at its start.

        They only verify: this instance goes on signing with the keys of its start.
        """
        with suppress(OSError):
            changed_at = self.path.stat().st_mtime_ns
            if changed_at != self.read_at:
                self.read_at = changed_at  # first: an unreadable file is not tried again at every guess
                self._read_again()
        return self._newer

    def _read_again(self) -> None:
        try:
            self._newer = Keys(_read(self.path)[0])
        except ConfigError as error:
            log.warning("keys_not_read_again", error=str(error))


def other_database(path: Path, keys: Keys, begun: Collection[str]) -> str | None:
    """Why a database that was `begun` with keys of these ids is not that of the key file; None when it is."""
    if not begun or not set(begun).isdisjoint(keys.ids):
        return None
    return f"{path}: another key than this database was begun with. Restore the key file that belongs to it"


def load_keys(path: Path) -> Keys:
    """The keys in a file, which is created when missing. Raises ConfigError naming the file and the line."""
    try:
        _create(path)
    except OSError as error:  # its folder may not even be looked into
        raise _unreadable(path, error) from None
    ring, read_at = _read(path)
    return Keys(ring, KeyFile(path, read_at))


def _read(path: Path) -> tuple[tuple[bytes, ...], int]:
    """The keys, and the file's mtime from before they were read."""
    try:
        status = path.stat()
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError) as error:
        raise _unreadable(path, error) from None
    if status.st_mode & NOT_FOR_OTHERS:
        raise ConfigError(f"{path}: others may read or change the key file. Run: chmod g-w,o= {path}")
    ring = tuple(_key(path, n, line.strip()) for n, line in enumerate(lines, 1) if line.strip())
    if not ring:
        raise ConfigError(f"{path}: the key file is empty. Restore it, or delete it to start with a new key")
    return ring, status.st_mtime_ns


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(f"{path}: the key file cannot be read ({type(error).__name__}). Check its owner")


def no_key_file(path: Path, why: str) -> str:
    """The message about a key file that is missing and cannot be created."""
    return (
        f"{path}: the key file does not exist and cannot be created here ({why}). "
        "Let the bridge's user write to its folder, or create it as root: "
        f"openssl rand -hex 32 > {path}, then chown root:GROUP and chmod 640, GROUP being the bridge's"
    )


def _create(path: Path) -> None:
    if path.exists():
        return
    try:
        _write_first(path)
    except OSError as error:
        raise ConfigError(no_key_file(path, error.strerror or type(error).__name__)) from None


def _write_first(path: Path) -> None:
    """Write a first key; whoever comes second finds it (O_EXCL), and only the owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)  # atomic: two instances that start together end with one key
    finally:
        temporary.unlink()


def _key(path: Path, number: int, line: str) -> bytes:
    try:
        key = bytes.fromhex(line)
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise ConfigError(f"{path}:{number}: not a key. A key is {2 * KEY_BYTES} hexadecimal digits")
    return key


def key_id(key: bytes) -> str:
    """A key's id: 12 hexadecimal digits, from which nobody learns the key."""
    return hashlib.sha256(b"id" + key).hexdigest()[:12]


def _signer(key: bytes, purpose: Purpose) -> Signer:
    return Signer(key, salt=purpose, digest_method=hashlib.sha256)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()
