"""Open a connection to a mail server. It is never less secure than the settings say, and logs in at most once."""

import asyncio
import ssl
from typing import cast

import aiosmtplib

from bridge.errors import BridgeError
from bridge.smtp.session import Limits, Session
from bridge.smtp.settings import RelaySettings

_EXTENSIONS = ("pipelining", "smtputf8")
# PLAIN is what every server offers over TLS. Without TLS, CRAM-MD5 at least does not show the password.
_LOGIN_ENCRYPTED = ("plain", "login", "cram-md5")
_LOGIN_CLEAR = ("cram-md5", "plain", "login")


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


async def dial(server: RelaySettings, limits: Limits) -> Session:
    """Connect, encrypt and log in. Raises Unreachable, Untrusted or LoginRefused, and nothing else.

    Nothing of a mail has left by then, so that another server may be asked after any error.
    """
    context = await _tls_context(server)
    try:
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=limits.command,
            use_tls=server.security == "tls",
            start_tls=False,  # `_encrypt` asks for STARTTLS, and raises where it is missing
            tls_context=context,
        )
    except Exception as exc:
        raise Unreachable(server, _words(exc)) from exc
    try:
        await _connect(client, server, limits)
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


async def _connect(client: aiosmtplib.SMTP, server: RelaySettings, limits: Limits) -> None:
    try:
        await client.connect(timeout=limits.connect)
        await _hello(client)
    except aiosmtplib.SMTPConnectError as exc:
        if isinstance(exc.__cause__, ssl.SSLError):
            raise Untrusted(server, _words(exc.__cause__)) from exc
        raise


async def _hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
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
    if server.username is None or server.password is None:
        return
    known = _LOGIN_CLEAR if server.security == "none" else _LOGIN_ENCRYPTED
    method = next((each for each in known if each in client.server_auth_methods), None)
    if method is None:
        raise LoginRefused(server, "it offers no login that we know (PLAIN, LOGIN or CRAM-MD5)")
    attempts = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    try:
        await attempts[method](server.username, server.password.get_secret_value())
    except aiosmtplib.SMTPAuthenticationError as exc:
        if 400 <= exc.code <= 499:
            raise Unreachable(server, f"login is not possible now: {exc.code}") from None
        # The server's words stay out: they may repeat what we sent.
        raise LoginRefused(server, f"it refused the login of {server.username}: {exc.code}") from None


def _words(exc: BaseException) -> str:
    if isinstance(exc, aiosmtplib.SMTPResponseException):
        said = "".join(c if c.isprintable() else " " for c in exc.message[:200])
        return f"{exc.code} {said}"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {exc.verify_message}"
    if isinstance(exc, ssl.SSLError):
        return f"no TLS that we trust: {exc.reason or exc}"
    return str(exc) or type(exc).__name__
