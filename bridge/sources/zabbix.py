"""Zabbix: a media type of type webhook, whose script posts one parameter for each macro.

Source: zabbix.com/documentation/current/en/manual/config/notifications/media/webhook. A macro that is not known stays
as it is written, `{EVENT.TIMESTAMP}` in older servers: the date and time are then read in `timezone`.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from bridge.core.model import Alert
from bridge.core.settings import DEFAULT_ZONE, Zone
from bridge.core.triage import Ignored
from bridge.errors import SourceError
from bridge.sources.body import is_macro, read_object, text, time
from bridge.sources.moments import Moments
from bridge.sources.post import Parsed, Post, not_wanted
from bridge.sources.settings import SourceSettings

SCHEMA = "bridge-zabbix-1"
SEVERITY = {"5": "critical", "4": "critical", "3": "warning", "2": "warning", "1": "info", "0": "info"}


class ZabbixSettings(SourceSettings):
    """What the media type sends."""

    timezone: Zone = Field(
        default=DEFAULT_ZONE,
        description="of the Zabbix user who receives, for a server that tells no Unix time",
    )


Settings = ZabbixSettings


def parse(post: Post, settings: ZabbixSettings) -> Parsed:
    """The event of one post. Raises SourceError, and nothing else, for a malformed body."""
    given = {name: text(value, name) for name, value in read_object(post.body).items()}
    if given.get("schema") != SCHEMA:
        raise SourceError("schema", f'must be "{SCHEMA}", as the script of docs/sources/zabbix writes it')
    if given.get("event_source") != "0" or is_macro(given.get("event_value", "")):
        why: Ignored = "test" if is_macro(given.get("event_source", "")) else "other_event"
        return Parsed((), ignored=(not_wanted(post, why, given.get("event_name", "")[:200] or "event"),))
    moments = Moments(post.received_at)
    alert = _alert(given, post, settings, moments)
    return Parsed((alert,), notes=tuple(moments.notes))


def _alert(given: Mapping[str, str], post: Post, settings: ZabbixSettings, moments: Moments) -> Alert:
    key, value = given.get("event_id", ""), given.get("event_value")
    if not key.isdigit() or len(key) > 20:
        raise SourceError("event_id", "must be the number of the event, {EVENT.ID}")
    if value not in ("0", "1"):
        raise SourceError("event_value", 'must be "1" for a problem or "0" for its recovery, {EVENT.VALUE}')
    starts_at = moments.start(_time(given, "event", settings), "event_timestamp")
    resolved = value == "0"
    end = _time(given, "event_recovery", settings) if resolved else None
    named = {"summary": "event_name", "description": "event_opdata"}
    return Alert(
        source=post.source,
        fingerprint=key,
        status="resolved" if resolved else "firing",
        labels=_labels(given),
        annotations={name: given[key] for name, key in named.items() if not is_macro(given.get(key, ""))},
        starts_at=starts_at,
        ends_at=moments.end(end, "event_recovery_timestamp", starts_at) if resolved else None,
        url="" if is_macro(given.get("url", "")) else given["url"],
    )


def _time(given: Mapping[str, str], prefix: str, settings: ZabbixSettings) -> datetime | None:
    """When it happened: the Unix time, or the date and the time of the receiving user."""
    if at := time(given.get(f"{prefix}_timestamp"), f"{prefix}_timestamp"):
        return at
    date, clock = given.get(f"{prefix}_date", ""), given.get(f"{prefix}_time", "")
    if is_macro(date) or is_macro(clock):
        return None
    try:
        local = datetime.strptime(f"{date} {clock}", "%Y.%m.%d %H:%M:%S").replace(tzinfo=settings.timezone)
    except ValueError:
        raise SourceError(f"{prefix}_date", "with its time no day and time as 2026.11.24 02:10:00") from None
    return time(local.isoformat(), f"{prefix}_date")


def _labels(given: Mapping[str, str]) -> dict[str, str]:
    """The event's tags, of one that is there twice the first, all of them in `<tag>_all`."""
    tags: dict[str, list[str]] = {}
    for name, value in _tags(given.get("event_tags", "")):
        tags.setdefault(name, []).append(value)
    more = {f"{name}_all": ",".join(values) for name, values in tags.items() if len(values) > 1}
    own = {
        "alertname": given.get("event_name", ""),
        "severity": SEVERITY.get(given.get("event_nseverity", ""), "unknown"),
        "instance": given.get("host_name", ""),
        "trigger_id": given.get("trigger_id", ""),
    }
    known = {name: value for name, value in own.items() if not is_macro(value)}
    return {**known, **{name: values[0] for name, values in tags.items()}, **more}


def _tags(written: str) -> list[tuple[str, str]]:
    if is_macro(written):
        return []
    try:
        listed = json.loads(written, parse_int=str, parse_float=str)
        return [(text(tag["tag"], "event_tags"), text(tag.get("value"), "event_tags")) for tag in listed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SourceError("event_tags", "must be the JSON list of {EVENT.TAGSJSON}") from None
