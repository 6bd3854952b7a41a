"""A connection is as secure as configured or not made at all, and nothing of a mail or login shows before."""

import ssl
import subprocess
from pathlib import Path

import pytest

from bridge.smtp.connect import Unreachable, Untrusted
from bridge.smtp.outcome import Outcome
from bridge.smtp.relay import Mail, Relay
from bridge.smtp.session import Envelope, Limits
from bridge.smtp.settings import RelaySettings
from tests.faults.smtp_server import CLOSE, MailServer

LIMITS = Limits(connect=10, greeting=10, command=10, body=10, final=10, quit=10)
LOGIN = ("AUTH PLAIN LOGIN", "PIPELINING")


_AUTHORITY = """
[ca]
default_ca = it
[it]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:{name}
"""


def certificate(folder: Path, name: str, until: str = "20991231000000Z") -> tuple[Path, Path]:
    """A certificate for `name` that signs itself, and so serves as its own authority, and its key."""
    cert, key, request, config = (folder / each for each in ("crt", "key", "csr", "cnf"))
    config.write_text(_AUTHORITY.format(folder=folder, name=name))
    (folder / "index").touch()
    (folder / "serial").write_text("01")
    new = [
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        f"/CN={name}",
    ]
    openssl(*new, "-keyout", key, "-out", request)
    dates = ["-startdate", "20200101000000Z", "-enddate", until]
    openssl(
        "ca", "-batch", "-selfsign", "-config", config, *dates, "-keyfile", key, "-in", request, "-out", cert
    )
    return cert, key


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("good"), "localhost")


@pytest.fixture(scope="module")
def wrong_host(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("wrong"), "mail.example.jp")


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("expired"), "localhost", until="20200102000000Z")


def serving(pair: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


async def go() -> None:
    """A `before_data` that lets the mail go."""


async def send(server: MailServer, security: str, ca: Path | None, mails: int = 1) -> list[Outcome]:
    """Send over `localhost` with a login."""
    settings = RelaySettings(
        host="localhost",
        port=server.port,
        security=security,
        ca_file=ca,
        username="bridge",
        password="hunter2",
    )
    relay = Relay(settings, 1, LIMITS)
    envelope = Envelope("support@example.jp", "maruyama@example.jp")
    try:
        return [await relay.send(Mail(envelope, b"Subject: x\r\n\r\nbody\r\n", go)) for _ in range(mails)]
    finally:
        await relay.close()


def assert_nothing_shown(server: MailServer) -> None:
    assert set(server.verbs()) <= {"EHLO", "STARTTLS"}
    assert server.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_encrypted_connection_logs_in_and_carries_mails(good, security):
    async with MailServer(tls=serving(good), tls_from_start=security == "tls", offers=LOGIN) as server:
        assert {each.state for each in await send(server, security, good[0], mails=3)} == {"sent"}
    assert server.connections == 1
    assert len(server.mails) == 3


async def test_connection_lost_after_the_dot_is_unknown_over_tls_too(good):
    async with MailServer(tls=serving(good), offers=LOGIN, answers={"DOT": CLOSE}) as server:
        assert [each.state for each in await send(server, "starttls", good[0])] == ["unknown"]


async def test_stripped_starttls_is_not_trusted():
    async with MailServer(offers=LOGIN) as server:
        with pytest.raises(Untrusted, match="does not offer STARTTLS"):
            await send(server, "starttls", None)
    assert_nothing_shown(server)


@pytest.mark.parametrize("answer", ["454 TLS not available", "502 what is that"])
async def test_refused_starttls_is_not_trusted(good, answer):
    async with MailServer(tls=serving(good), offers=LOGIN, answers={"STARTTLS": answer}) as server:
        with pytest.raises(Untrusted, match=answer[:3]):
            await send(server, "starttls", good[0])
    assert_nothing_shown(server)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("which, words", [("wrong_host", "mismatch"), ("expired", "expired")])
async def test_certificate_that_does_not_convince_gets_nothing(request, security, which, words):
    pair = request.getfixturevalue(which)
    async with MailServer(tls=serving(pair), tls_from_start=security == "tls", offers=LOGIN) as server:
        with pytest.raises(Untrusted, match=words):
            await send(server, security, pair[0])
    assert_nothing_shown(server)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_certificate_of_an_unknown_authority_gets_nothing(good, security):
    async with MailServer(tls=serving(good), tls_from_start=security == "tls", offers=LOGIN) as server:
        with pytest.raises(Untrusted, match="certificate"):
            await send(server, security, None)
    assert_nothing_shown(server)


async def test_server_without_tls_on_a_tls_port_gets_nothing():
    async with MailServer(offers=LOGIN) as server:
        with pytest.raises(Untrusted):
            await send(server, "tls", None)
    assert server.mails == []


async def test_old_tls_gets_nothing(good):
    context = serving(good)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    async with MailServer(tls=context, offers=LOGIN) as server:
        with pytest.raises((Untrusted, Unreachable)):
            await send(server, "starttls", good[0])
    assert_nothing_shown(server)


async def test_words_injected_behind_the_starttls_reply_are_not_believed(good):
    injected = b"220 go ahead\r\n250-mail.example.jp\r\n250 AUTH PLAIN\r\n"
    async with MailServer(
        tls=serving(good), offers=("PIPELINING",), answers={"STARTTLS": injected}
    ) as server:
        with pytest.raises(Exception, match="login"):
            await send(server, "starttls", good[0])
    assert "AUTH" not in server.verbs()


async def test_missing_ca_file_is_named(tmp_path):
    async with MailServer() as server:
        with pytest.raises(Untrusted, match="nowhere"):
            await send(server, "tls", tmp_path / "nowhere.pem")
    assert server.connections == 0
