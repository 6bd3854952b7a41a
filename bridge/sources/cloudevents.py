"""CloudEvents 1.0 of anybody's own monitoring, in HTTP's structured, batched or binary mode.

Source: github.com/cloudevents/spec, bindings/http-protocol-binding. The data is `{status, fingerprint, labels,
annotations, starts_at, ends_at?, end_note?, url?}`, as JSON or as base64 of it.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping

from bridge.core.model import Alert
from bridge.errors import SourceError
from bridge.sources.alert_group import LONGEST_FINGERPRINT
from bridge.sources.body import object_in, read_json, read_object, text, texts, time
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

OWN_SEVERITY = True


class CloudEventsSettings(SourceSettings):
    """What the producer sends."""


Settings = CloudEventsSettings


def parse(post: Post, settings: CloudEventsSettings) -> Parsed:  # noqa: ARG001 - nothing to choose
    """The events of one post. Raises SourceError, and nothing else, for a malformed body."""
    moments = Moments(post.received_at)
    events = _events(post)
    alerts = tuple(_alert(event, place, post, moments) for event, place in events)
    test = () if events else (not_wanted(post, "test", "an empty batch"),)
    return Parsed(alerts, notes=tuple(moments.notes), ignored=test)


def _events(post: Post) -> list[tuple[Mapping[str, object], str]]:
    """Each event of the post with its place: of the batch, the envelope, or the headers of the binary mode."""
    if "ce-specversion" in post.headers:
        names = ("specversion", "id", "source", "type", "time")
        context = {name: post.headers.get(f"ce-{name}", "") for name in names}
        return [({**context, "data": read_object(post.body)}, "data")]
    body = read_json(post.body)
    if not isinstance(body, list):
        return [(object_in(body, "body"), "data")]
    return [(object_in(event, f"[{n}]"), f"[{n}].data") for n, event in enumerate(body)]


def _data(event: Mapping[str, object], place: str) -> Mapping[str, object]:
    if not text(event.get("specversion"), "specversion").startswith("1."):
        raise SourceError("specversion", 'must be "1.0": this is no CloudEvent')
    if "data_base64" not in event:
        return object_in(event.get("data"), place)
    try:
        return read_object(b64decode(text(event["data_base64"], f"{place}_base64"), validate=True))
    except (NotBase64, ValueError):
        raise SourceError(f"{place}_base64", "not base64") from None


def _alert(event: Mapping[str, object], place: str, post: Post, moments: Moments) -> Alert:
    data = _data(event, place)
    status, key = data.get("status"), text(data.get("fingerprint"), f"{place}.fingerprint")
    if status not in ("firing", "resolved"):
        raise SourceError(f"{place}.status", 'must be "firing" or "resolved"')
    if not key or len(key) > LONGEST_FINGERPRINT:
        raise SourceError(f"{place}.fingerprint", f"must have 1 to {LONGEST_FINGERPRINT} characters")
    said_at = time(event.get("time"), "time")
    starts_at = moments.start(data.get("starts_at") or said_at, f"{place}.starts_at")
    ended = status == "resolved"
    why = text(data.get("end_note"), f"{place}.end_note") if ended else ""
    return Alert(
        source=post.source,
        fingerprint=key,
        status="resolved" if ended else "firing",
        labels=texts(data.get("labels"), f"{place}.labels"),
        annotations=texts(data.get("annotations"), f"{place}.annotations"),
        starts_at=starts_at,
        ends_at=moments.end(data.get("ends_at"), f"{place}.ends_at", starts_at) if ended else None,
        url=text(data.get("url"), f"{place}.url"),
        as_of=said_at,
        end_note=moments.unmeasured(place, why) if why else "",
    )
