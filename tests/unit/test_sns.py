"""Amazon SNS: who signed a message, and what becomes of the kinds of message that the samples do not hold."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from bridge.errors import SourceError
from bridge.sources import may_post, sns
from bridge.sources.post import Post
from bridge.sources.sns import Settings, authenticate, parse
from bridge.sources.sns_signature import confirm
from tests.unit.test_sources import ALARM, NOW, PAYLOADS

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:bridge-alarms"
URL = "https://sns.ap-northeast-1.amazonaws.com/of-the-tests.pem"
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "UnsubscribeConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
Signer = Callable[..., bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def signed(folder: Path) -> Signer:
    """Makes messages that are signed as SNS signs them, by a certificate that lies in the folder."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "of-the-tests.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def sign(message: Any, kind: str = "Notification", version: str = "2", **more: str) -> bytes:
        said = {
            "Type": kind, "MessageId": "1", "TopicArn": TOPIC, "Timestamp": "2026-11-23T17:10:02.345Z",
            "Message": message if isinstance(message, str) else json.dumps(message, ensure_ascii=False),
            "SignatureVersion": version, "SigningCertURL": URL, **more,
        }  # fmt: skip
        text = "".join(f"{name}\n{said[name]}\n" for name in SIGNED[kind] if name in said)
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()
        signature = key.sign(text.encode(), padding.PKCS1v15(), digest)
        return json.dumps({**said, "Signature": b64encode(signature).decode()}).encode()

    return sign


@pytest.fixture
def settings(folder: Path) -> Settings:
    return Settings.model_validate({"kind": "sns", "topic_arns": [TOPIC], "certificates": folder})


def post(body: bytes, **headers: str) -> Post:
    return Post("sns", body, NOW, headers)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "ALARM"}])
def test_both_versions_of_the_signature_are_checked(
    signed: Signer, settings: Settings, version: str, subject: dict[str, str]
) -> None:
    body = signed("みどりショップ", version=version, **subject)
    assert authenticate(settings, post(body))
    assert not authenticate(settings, post(body.replace(b'"MessageId": "1"', b'"MessageId": "2"')))


def test_a_valid_signature_of_a_topic_that_is_not_listed_is_turned_away(
    signed: Signer, settings: Settings
) -> None:
    assert not authenticate(settings, post(signed("x", TopicArn=f"{TOPIC}-of-a-stranger")))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.ap-northeast-1.amazonaws.com/of-the-tests.pem",
        "https://sns.ap-northeast-1.amazonaws.com.example.jp/of-the-tests.pem",
        "https://example.jp/sns.ap-northeast-1.amazonaws.com/of-the-tests.pem",
        "https://sns.ap-northeast-1.amazonaws.com/of-the-tests.pem?x",
        "https://sns.ap-northeast-1.amazonaws.com/of-the-tests.txt",
        "https://sns.x.amazonaws.com@example.jp/of-the-tests.pem",
    ],
)
def test_a_certificate_from_elsewhere_counts_for_nothing(
    signed: Signer, settings: Settings, url: str
) -> None:
    assert not authenticate(settings, post(signed("x", SigningCertURL=url)))


@pytest.mark.parametrize(
    "url", ["https://example.jp/?Action=Confirm", "http://sns.x-1.amazonaws.com/?a", "file:///etc/passwd", ""]
)  # fmt: skip
def test_a_subscription_is_confirmed_nowhere_but_at_aws(url: str) -> None:
    assert confirm(url) is False


def test_an_unsubscribed_topic_is_refused_so_that_the_on_call_hears_of_it(
    signed: Signer, settings: Settings
) -> None:
    more = {"Token": "1", "SubscribeURL": "https://sns.x-1.amazonaws.com/?a"}
    body = signed("You have unsubscribed", "UnsubscribeConfirmation", **more)
    assert authenticate(settings, post(body))
    with pytest.raises(SourceError, match=r"was unsubscribed: no alarm comes\. Subscribe it again"):
        parse(post(body), settings)


def test_an_event_of_eventbridge_through_a_topic_has_the_alarms_identity(
    signed: Signer, settings: Settings
) -> None:
    event = json.loads((PAYLOADS / "eventbridge" / "alarm.json").read_text(encoding="utf-8"))
    (alert,) = parse(post(signed(event)), settings).alerts
    assert (alert.fingerprint, alert.status) == (f"{ALARM}:LoginErrors", "firing")


@pytest.mark.parametrize(
    "message, called",
    [
        ({"AlarmArn": "arn:1", "NewStateValue": "INSUFFICIENT_DATA"}, "INSUFFICIENT_DATA"),
        ("a sentence", "a message that is no alarm"),
        ({"x": 1}, "a message that is no alarm"),
    ],
)
def test_what_is_no_alarm_is_ignored(signed: Signer, settings: Settings, message: Any, called: str) -> None:
    result = parse(post(signed(message)), settings)
    assert [(alert.labels["alertname"], why) for alert, why in result.ignored] == [(called, "other_event")]


def test_raw_delivery_needs_a_password_and_no_envelope() -> None:
    basic = {"username": "bridge", "password": "sample-pass"}
    raw = Settings.model_validate({"kind": "sns", "raw_delivery": True, "basic_auth": basic})
    body = json.loads((PAYLOADS / "sns" / "alarm.json").read_text(encoding="utf-8"))["Message"].encode()
    (alert,) = parse(post(body), raw).alerts
    assert alert.fingerprint == f"{ALARM}:LoginErrors"
    right = "Basic " + b64encode(b"bridge:sample-pass").decode()
    assert may_post(sns, raw, post(body, authorization=right))  # type: ignore[arg-type]
    assert not may_post(sns, raw, post(body))  # type: ignore[arg-type]


def test_a_later_word_has_a_later_moment() -> None:
    settings = Settings.model_validate({"kind": "sns", "auth": "none"})
    moments = []
    for name in ("alarm", "ok"):
        body = (PAYLOADS / "sns" / f"{name}.json").read_bytes()
        moments.append(parse(post(body), settings).alerts[0].as_of)
    assert moments[1] - moments[0] == timedelta(minutes=30, seconds=59, milliseconds=877)
