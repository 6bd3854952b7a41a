"""CloudWatch alarms through Amazon SNS: an HTTPS subscription of a topic that is listed here.

Source: docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html. A valid signature proves SNS and
not you, so only topics of `topic_arns` may post. EventBridge's events may come through the topic too. Alarms are not
repeated, come late and out of order: StateChangeTime tells what is old. INSUFFICIENT_DATA is no end.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from bridge.errors import SourceError
from bridge.log import Logger
from bridge.sources import sns_signature
from bridge.sources.body import read_object, text
from bridge.sources.credentials import check
from bridge.sources.generic import read_mapped
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.preset import shipped
from bridge.sources.settings import SourceSettings

log = Logger(__name__)


class SnsSettings(SourceSettings):
    """Which topics may post; or, for raw delivery, which user."""

    topic_arns: tuple[str, ...] = Field(
        default=(), description="the topics whose signed messages may come in"
    )
    raw_delivery: bool = Field(
        default=False, description="messages come without SNS's envelope, and with basic_auth in the URL"
    )
    certificates: Path | None = Field(
        default=None,
        description="a folder with SNS's certificates by their name, for a host that may not fetch them",
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.topic_arns and not sns_signature.READY:
            raise ValueError("signatures need the extra sns. Install incident-bridge[sns]")
        if self.raw_delivery and self.basic_auth is None:
            raise ValueError("raw_delivery has no signature. Add basic_auth")
        return self

    def ways(self) -> dict[str, bool]:
        """A password may be asked for besides the signature."""
        ways = super().ways()
        return {**ways, "topic_arns": bool(self.topic_arns) and not ways["basic_auth"]}

    @property
    def covers_body(self) -> bool:
        """Whether nothing can be said before the body was read."""
        return bool(self.topic_arns) or super().covers_body


Settings = SnsSettings


def authenticate(settings: SnsSettings, post: Post) -> bool:
    """Whether a listed topic signed it. A listed topic's subscription is confirmed on the way."""
    if not settings.topic_arns or settings.basic_auth:
        if not check(settings, post.headers, post.query, post):
            return False
        if not settings.topic_arns or settings.raw_delivery:
            return True
    try:
        message = _envelope(post)
    except SourceError:
        return False
    if message.get("TopicArn") not in settings.topic_arns:
        return False
    try:
        if not sns_signature.is_signed(message, settings.certificates):
            return False
    except OSError as error:
        log.warning("sns_certificate_not_fetched", url=message.get("SigningCertURL"), error=str(error))
        return False
    if message["Type"] == "SubscriptionConfirmation":
        log.info(
            "sns_subscription",
            topic=message["TopicArn"],
            confirmed=sns_signature.confirm(message["SubscribeURL"]),
        )
    return True


def parse(post: Post, settings: SnsSettings) -> Parsed:
    """The alarm of one message. Raises SourceError, and nothing else, for a malformed body."""
    if settings.raw_delivery:
        return _said(post.body, post)
    message = _envelope(post)
    match message.get("Type"):
        case "Notification":
            return _said(message.get("Message", "").encode("utf-8"), post)
        case "SubscriptionConfirmation":
            return Parsed((), ignored=(not_wanted(post, "other_event", "SubscriptionConfirmation"),))
        case "UnsubscribeConfirmation":  # nobody may call this well: the on-call is told of what is refused
            raise SourceError(
                "Type", f"{message.get('TopicArn')} was unsubscribed: no alarm comes. Subscribe it again"
            )
        case _:
            raise SourceError("Type", "must be Notification, as SNS's envelope has it")


def _envelope(post: Post) -> Mapping[str, str]:
    return {name: text(value, name) for name, value in read_object(post.body).items() if value is not None}


def _said(message: bytes, post: Post) -> Parsed:
    """What the topic's message says: an alarm, an event of EventBridge, or something else."""
    try:
        given = read_object(message)
    except SourceError:  # a topic carries whatever its owner publishes
        given = {}
    if not given.keys() & {"AlarmArn", "detail-type"}:
        return Parsed((), ignored=(not_wanted(post, "other_event", "a message that is no alarm"),))
    preset = shipped()["eventbridge" if "detail-type" in given else "cloudwatch"]
    return read_mapped(replace(post, body=message), preset.mapping)
