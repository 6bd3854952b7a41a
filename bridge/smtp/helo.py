"""The name that we give to a mail server in EHLO. Pure.

Servers refuse one without a dot, as a container's is, some of them only at RCPT.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from bridge.smtp.settings import Smtp

_FULL = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+", re.ASCII
)
_NOBODYS = (".localdomain", ".localhost", ".local", ".internal")


def default_name(host_name: str, public_url: str) -> str:
    """This host's name where it is a full one, else the host of `public_url`; an address in brackets (RFC 5321)."""
    if _FULL.fullmatch(host_name) and not host_name.endswith(_NOBODYS) and not _literal(host_name):
        return host_name
    host = urlsplit(public_url).hostname or "localhost"
    return _literal(host) or host


def named(smtp: Smtp, host_name: str, public_url: str) -> Smtp:
    """The same servers, each with the name that it is given."""
    name = smtp.helo_name or default_name(host_name, public_url)
    fallback = smtp.fallback and smtp.fallback.model_copy(
        update={"helo_name": smtp.fallback.helo_name or name}
    )
    return smtp.model_copy(update={"helo_name": name, "fallback": fallback})


def _literal(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
