"""Certificates for servers of the tests, made by openssl."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.parts.programs import installed


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate: the client that trusts it gives `certificate` as its ca_file."""

    certificate: Path
    key: Path

    def for_server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def self_signed(folder: Path, name: str, *, days: int = 2) -> Certificate:
    """A certificate for one host name or IPv4 address; a `days` of 0 has expired when it is used."""
    made = Certificate(folder / f"{name}.crt", folder / f"{name}.key")
    kind = "IP" if name.replace(".", "").isdigit() else "DNS"
    subprocess.run(
        [installed("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-noenc", "-keyout", made.key, "-out", made.certificate, "-days", str(days),
         "-subj", f"/CN={name}", "-addext", f"subjectAltName={kind}:{name}"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made
