"""Whether the mail servers would take our mail: they are asked as for a mail, and none is sent."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress

from bridge.audiences.csv import Reading, read
from bridge.audiences.file import AudienceError
from bridge.cli.conditions import Problem
from bridge.config import Config
from bridge.config.document import Place
from bridge.core.addresses import AddressError
from bridge.core.model import Recipient
from bridge.smtp.connect import SmtpError, Unreachable, dial
from bridge.smtp.helo import named
from bridge.smtp.outcome import Outcome
from bridge.smtp.session import Envelope, Limits, Session
from bridge.smtp.settings import RelaySettings

_PATIENCE = Limits(command=10)
_BRIEF = Limits(greeting=8, command=10)  # at first: most that say nothing wait for TLS
_LOOK = 5.0  # seconds for finding out whether a port begins with TLS
_NOBODY_THERE = "5.1.1"  # RFC 3463: that mailbox alone


def check_mail(config: Config) -> Iterator[Problem]:
    """Whether the mail servers answer, prove who they are, let us log in, and take mail to on-call and customers."""
    smtp = named(config.smtp, socket.gethostname(), config.server.public_url)
    servers: list[tuple[Place, RelaySettings | None, list[Envelope]]] = [
        (("smtp",), smtp, [*_to_oncall(config), *_to_a_customer(config)]),
        (("smtp", "fallback"), smtp.fallback, list(_to_oncall(config))),
    ]
    for place, server, envelopes in servers:
        if server is None:
            continue
        try:
            refusals = _asked(server, envelopes)
        except SmtpError as error:
            hint = _other_security(server)
            yield place, f"{error}. {hint or 'Correct the settings, or see to the server'}"
            continue
        for envelope, refused in refusals:
            yield place, _told(server, envelope, refused)


def _asked(server: RelaySettings, envelopes: list[Envelope]) -> list[tuple[Envelope, Outcome]]:
    """Each envelope that is refused for good. Raises SmtpError.

    A server that says nothing is asked what security it speaks, before it is waited for.
    """
    try:
        return asyncio.run(_rehearsed(server, envelopes, _BRIEF))
    except Unreachable:
        if _other_security(server):
            raise
        return asyncio.run(_rehearsed(server, envelopes, _PATIENCE))


def _to_oncall(config: Config) -> Iterator[Envelope]:
    """A ring to each person who is rung, in the name of a service that rings them."""
    senders = {
        person: service.sender.email
        for service in config.services.values()
        for person in config.escalation_of(service).people()
    }
    for person, sender in senders.items():
        yield Envelope(sender, config.people[person].email)


def _to_a_customer(config: Config) -> Iterator[Envelope]:
    """A letter to the first customer of the first service whose list can be read."""
    for service in config.services.values():
        listed = config.customer_lists[service.audience]
        with suppress(AudienceError):
            for row in read(listed.csv, Reading(service.locale, listed.columns)):
                if isinstance(row, Recipient):
                    yield Envelope(service.sender.email, row.address)
                    return


async def _rehearsed(
    server: RelaySettings, envelopes: Iterable[Envelope], limits: Limits
) -> list[tuple[Envelope, Outcome]]:
    """Each envelope that is refused for good. Raises SmtpError."""
    session: Session | None = None
    refusals: list[tuple[Envelope, Outcome]] = []
    for envelope in envelopes:
        if session is None or not session.alive:
            session = await dial(server, limits)
        try:
            refused = await session.rehearse(envelope)
        except AddressError:
            continue  # a finding of the configuration or the list
        if refused is not None and refused.state != "deferred":
            refusals.append((envelope, refused))
            if refused.stage == "MAIL":  # nobody else would fare better
                break
    if session is None:
        session = await dial(server, limits)
    if session.alive:
        await session.quit()
    return refusals


def _told(server: RelaySettings, envelope: Envelope, refused: Outcome) -> str:
    where = f"mail server {server.host}:{server.port}"
    said = f"{refused.code} {refused.reply}".strip()
    if refused.stage == "MAIL":
        return f"{where} takes no mail from {envelope.sender}: {said}. See to the sender, the login or the server"
    if _NOBODY_THERE in refused.reply:
        return f"{where} knows nobody at {envelope.recipient}: {said}. Correct the address"
    return (
        f"{where} takes no mail to {envelope.recipient}: {said}. See to the sender, the login or the server"
    )


def _other_security(server: RelaySettings) -> str:
    """What to write instead, where a server begins with TLS and we do not, or the other way round."""
    try:
        if server.security == "tls" and _begins_in_clear(server):
            return "It begins without TLS, as on port 587. Write security: starttls, or the port for TLS, 465"
        if server.security == "starttls" and _begins_with_tls(server):
            return "It begins with TLS, as on port 465. Write security: tls, or the port for STARTTLS, 587"
    except (OSError, ValueError):
        pass
    return ""


def _begins_in_clear(server: RelaySettings) -> bool:
    with socket.create_connection((server.host, server.port), _LOOK) as link:
        return link.recv(4).startswith(b"220")


def _begins_with_tls(server: RelaySettings) -> bool:
    """Only whether it speaks TLS: nothing is sent, so that nothing needs to be trusted."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((server.host, server.port), _LOOK) as link, context.wrap_socket(link):
        return True
