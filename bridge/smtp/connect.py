"""Open a connection to a mail server. It is never less secure than the settings say, and logs in at most once.

Every address of the server's name is tried. The first may be dead, without a route, or too busy.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import aiosmtplib

from bridge.errors import BridgeError
from bridge.smtp.session import Limits, Session
from bridge.smtp.settings import RelaySettings
from bridge.smtp.spoken import spoken

_EXTENSIONS = ("pipelining", "smtputf8")
# PLAIN is what every server offers over TLS. Without TLS, CRAM-MD5 at least does not show the password.
_LOGIN_ENCRYPTED = ("plain", "login", "cram-md5")
_LOGIN_CLEAR = ("cram-md5", "plain", "login")
_KNOWS_NO_EHLO = frozenset({500, 501, 502, 504})

Address = tuple[socket.AddressFamily, tuple[Any, ...]]


class SmtpError(BridgeError):
    """A mail server cannot be used now. `reason` holds no secret.

    SmtpError
    ├── Unreachable    no connection, or no service at the other end
    ├── Untrusted      STARTTLS is missing or refused, or the certificate does not convince
    ├── LoginRefused   user name or password is wrong, or no login is offered
    └── RelayDown      not tried: its breaker is open     (bridge/smtp/relay.py)
    """

    def __init__(self, server: RelaySettings, reason: str) -> None:
        super().__init__(f"mail server {server.host}:{server.port}: {reason}")
        self.host = server.host
        self.port = server.port
        self.reason = reason


class Unreachable(SmtpError):
    """No connection, or no service at the other end."""


class Untrusted(SmtpError):
    """The connection is not as secure as configured; nothing but greetings was sent."""


class LoginRefused(SmtpError):
    """The server does not take our user name and password."""


@dataclass(frozen=True, slots=True)
class _Target:
    """One address of a server, and how long its greeting is waited for."""

    server: RelaySettings
    address: Address
    tls: ssl.SSLContext | None
    connect: float
    greeting: float
    command: float


async def dial(server: RelaySettings, limits: Limits) -> Session:
    """Connect, encrypt and log in. Raises Unreachable, Untrusted or LoginRefused, and nothing else.

    Nothing of a mail has left by then, so that another server may be asked after any error.
    """
    context = await _tls_context(server)
    addresses = await _addresses(server, limits)
    errors: list[SmtpError] = []
    for n, address in enumerate(addresses, 1):
        greeting = limits.greeting if n == len(addresses) else min(limits.connect, limits.greeting)
        target = _Target(server, address, context, limits.connect, greeting, limits.command)
        try:
            client = await _greeted(target)
        except SmtpError as exc:
            errors.append(exc)
            continue
        return await _introduced(client, server, limits)
    raise next((each for each in errors if isinstance(each, Untrusted)), errors[-1])


async def _addresses(server: RelaySettings, limits: Limits) -> Sequence[Address]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(limits.greeting):
            found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, TimeoutError) as exc:
        raise Unreachable(server, _words(exc)) from exc
    return [(family, address) for family, _, _, _, address in found]


async def _greeted(target: _Target) -> aiosmtplib.SMTP:
    """A connection whose server has greeted and answered EHLO. Raises Unreachable or Untrusted."""
    server = target.server
    try:
        client = aiosmtplib.SMTP(
            hostname=server.host,
            timeout=target.command,
            use_tls=server.security == "tls",
            start_tls=False,  # `_encrypt` asks for STARTTLS, and raises where it is missing
            tls_context=target.tls,
            local_hostname=server.helo_name,
            sock=await _connected(target),
        )
    except Exception as exc:
        raise Unreachable(server, _words(exc)) from exc
    try:
        await client.connect(timeout=target.greeting)
        await _hello(client)
    except BaseException as exc:
        client.close()
        if not isinstance(exc, Exception):
            raise
        if isinstance(exc, aiosmtplib.SMTPConnectError) and isinstance(exc.__cause__, ssl.SSLError):
            raise Untrusted(server, _words(exc.__cause__)) from exc
        raise Unreachable(server, _silent(server, exc) or _words(exc)) from exc
    return client


async def _connected(target: _Target) -> socket.socket:
    family, address = target.address
    link = socket.socket(family, socket.SOCK_STREAM)
    try:
        link.setblocking(False)
        async with asyncio.timeout(target.connect):
            await asyncio.get_running_loop().sock_connect(link, address)
    except BaseException as exc:
        link.close()
        if isinstance(exc, TimeoutError):
            raise TimeoutError(f"{address[0]} does not answer") from None
        raise
    return link


def _silent(server: RelaySettings, exc: BaseException) -> str:
    """Why a server that was reached said nothing: mostly, it waits for TLS."""
    if not isinstance(exc, aiosmtplib.SMTPTimeoutError) or server.security == "tls":
        return ""
    return "it took the connection and said nothing. A port for TLS from the start (465) needs security: tls"


async def _introduced(client: aiosmtplib.SMTP, server: RelaySettings, limits: Limits) -> Session:
    """Encrypt and log in. Closes the connection where that cannot be done."""
    try:
        await _encrypt(client, server)
        await _log_in(client, server)
        if client.transport is None:
            raise Unreachable(server, "it closed the connection")
        # from here on the session owns the transport, and aiosmtplib reads nothing more
        transport = cast(asyncio.Transport, client.transport)
        return Session(transport, frozenset(filter(client.supports_extension, _EXTENSIONS)), limits)
    except BaseException as exc:
        client.close()
        if isinstance(exc, SmtpError) or not isinstance(exc, Exception):
            raise
        raise Unreachable(server, _words(exc)) from exc


async def _tls_context(server: RelaySettings) -> ssl.SSLContext | None:
    """The context is made for each connection, so that a renewed CA file counts. It takes some 20 ms: in a thread."""
    if server.security == "none":
        return None
    try:
        context = await asyncio.to_thread(ssl.create_default_context, cafile=server.ca_file)
    except OSError as exc:
        raise Untrusted(server, f"ca_file {server.ca_file} cannot be read ({exc.strerror or exc})") from exc
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _hello(client: aiosmtplib.SMTP) -> None:
    """EHLO, or HELO where the server does not know it. Any other refusal is its answer, and says why."""
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError as exc:
        if exc.code not in _KNOWS_NO_EHLO:
            raise
        await client.helo()


async def _encrypt(client: aiosmtplib.SMTP, server: RelaySettings) -> None:
    if server.security != "starttls":
        return
    if not client.supports_extension("starttls"):
        raise Untrusted(server, "it does not offer STARTTLS, which security: starttls asks for")
    try:
        await client.starttls()
    except aiosmtplib.SMTPResponseException as exc:
        raise Untrusted(server, f"it refused STARTTLS: {_words(exc)}") from exc
    except ssl.SSLError as exc:
        raise Untrusted(server, _words(exc)) from exc
    await _hello(client)


async def _log_in(client: aiosmtplib.SMTP, server: RelaySettings) -> None:
    login = server.login()
    if login is None:
        return
    known = _LOGIN_CLEAR if server.security == "none" else _LOGIN_ENCRYPTED
    method = next((each for each in known if each in client.server_auth_methods), None)
    if method is None:
        raise LoginRefused(server, "it offers no login that we know (PLAIN, LOGIN or CRAM-MD5)")
    attempts = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    user, password = login
    try:
        await attempts[method](user, password)
    except aiosmtplib.SMTPAuthenticationError as exc:
        said = spoken(exc.code, exc.message, (password,))
        if 400 <= exc.code <= 499:
            raise Unreachable(server, f"login is not possible now: {said}") from None
        raise LoginRefused(server, f"it refused the login of {user}: {said}") from None


def _words(exc: BaseException) -> str:
    if isinstance(exc, aiosmtplib.SMTPResponseException):
        return spoken(exc.code, exc.message)
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {exc.verify_message}"
    if isinstance(exc, ssl.SSLError):
        if exc.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
            return "it does not begin with TLS. A port for STARTTLS (587) needs security: starttls"
        return f"no TLS that we trust: {exc.reason or exc}"
    return str(exc) or type(exc).__name__
