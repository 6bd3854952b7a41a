"""What lies folded under the button: the other choices, the history, the sender and the list."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from bridge.core import reasons
from bridge.core.actions import hold_for
from bridge.core.kinds import spec_of
from bridge.core.model import Event, Kind
from bridge.core.next_notice import FIRST
from bridge.core.sanitise import one_line
from bridge.web.views.alerts import AlertList, alert_list
from bridge.web.views.fact_rows import FactRow
from bridge.web.views.letters import checksum
from bridge.web.views.page_data import PageData
from bridge.web.views.phrasing import Phrasing
from bridge.web.words import EVENTS

TOLD = ("opened", "attached", "fires_again", "updated", "resolved")  # what becomes of alerts that is news
NAME_CHARS = 80  # an alert's name is a foreign text


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history. `at`: for machines, RFC 3339. `strong`: the end of the text, in bold."""

    at: str
    clock: str
    text: str
    strong: str = ""


@dataclass(frozen=True, slots=True)
class Disclosures:
    """An empty text means that the sheet is not offered."""

    reasons: tuple[tuple[str, str], ...]
    override: str
    override_note: str
    acknowledge: bool
    not_recovered: bool
    alerts: AlertList | None
    history: tuple[Moment, ...]
    details: tuple[FactRow, ...]
    bad: tuple[str, ...]


def disclosures(data: PageData, *, acknowledge: bool) -> Disclosures:
    """`acknowledge`: whether that press must be offered here, the deck having no room for it."""
    say, offers, count = data.say, data.offers, data.recipients
    as_is = bool(data.errors) and "approve" in offers and count is not None
    return Disclosures(
        reasons=tuple((code, text.get(data.lang)) for code, text in reasons.CHOICES.items()),
        override=say("as_is_go", n=say.number(count or 0)) if as_is else "",
        override_note=_override_note(data),
        acknowledge=acknowledge and "acknowledge" in offers,
        not_recovered=spec_of(data.notice.kind).tells_recovery,
        alerts=alert_list(data),
        history=history(data),
        details=_details(data),
        bad=_bad(data),
    )


def _override_note(data: PageData) -> str:
    """An error that is sent as it is gets the longer hold."""
    hold = hold_for(data.service.policy, data.notice, data.now, ("override",))
    return data.say("override", s=int(hold.total_seconds())) if hold else ""


def history(data: PageData) -> tuple[Moment, ...]:
    """The events of the incident, newest first."""
    newest = sorted(data.events, key=lambda event: event.seq, reverse=True)
    several = len({sender for event in newest for sender in event.detail.get("senders", ())}) > 1
    lines = ((event, _event(data.say, event, data.withdrawn) + _senders(event, several)) for event in newest)
    return tuple(Moment(event.at.isoformat(), data.say.clock(event.at), text) for event, text in lines)


def _event(say: Phrasing, event: Event, withdrawn: Set[str]) -> str:
    return f"{say.person(event.actor)}: {event_words(say, event, withdrawn)}"


def event_words(say: Phrasing, event: Event, withdrawn: Set[str]) -> str:
    """What happened, without who did it. `withdrawn`: the notices by id that were given up, none in their place."""
    given_up = event.action == "superseded" and event.detail.get("notice") in withdrawn
    action = "withdrawn" if given_up else event.action
    detail = event.detail
    action = f"copy_{detail.get('answer')}" if action == "copy" else action
    text = EVENTS[action][say.lang] if action in EVENTS else action
    if event.action == "alerts" and (told := _alerts_told(say, event)):
        text = told
    kind: Kind = detail.get("kind", FIRST)
    fields = defaultdict(
        str,
        version=detail.get("version", ""),
        reason=say.reason(detail.get("reason")),
        people=say.persons(detail.get("people", ())),
        reply=detail.get("reply") or "",
        minutes=detail.get("minutes", ""),
        count=detail.get("count", ""),
        report=say.report(kind, detail.get("number")),
    )
    return text.format_map(fields)


def _alerts_told(say: Phrasing, event: Event) -> str:
    """`アラート: 開始1件、停止1,000件(ItemErrors、LoginErrors)`; empty where the event does not say what changed."""
    counts: Mapping[str, int] = event.detail.get("counts", {})
    parts = [say(f"alerts_{reason}", n=say.number(n)) for reason, n in counts.items() if reason in TOLD]
    names = [one_line(name, NAME_CHARS) for name in event.detail.get("alertnames", ()) if name]
    if not parts:
        return ""
    comma = say("comma")
    what = say("alerts_changed", what=comma.join(parts))
    return say("named", told=what, name=comma.join(names)) if names else what


def _senders(event: Event, several: bool) -> str:
    """Who told of the alerts, where more than one Alertmanager tells of the incident. Without its scheme: no link."""
    hosts = [sender.rpartition("//")[2] for sender in event.detail.get("senders", ())]
    return f" [{', '.join(hosts)}]" if several and hosts else ""


def _details(data: PageData) -> tuple[FactRow, ...]:
    say, service, facts, version = data.say, data.service, data.audience, data.version
    saved, saved_by = say.clock(version.created_at), say.person(version.edited_by)
    languages = (f"{say(f'letter_{code}')} {say.number(n)}" for code, n in facts.locales.items())
    values = {
        "from": f"{service.sender.name.get(service.locale)} <{service.sender.email}>",
        "list": facts.called(data.lang),
        "list_as_of": say.moment(facts.as_of) if facts.as_of else "",
        "languages": " / ".join(languages),
        "encoding": facts.encoding,
        "duplicates": say("duplicates_n", n=say.number(facts.duplicates)) if facts.duplicates else "",
        "version_word": say("version_of", n=version.version, at=saved, who=saved_by),
        "hash": checksum(*data.texts),
        "repaired": " / ".join(words.get(data.lang) for words in facts.repaired),
        "bad_rows": say.number(facts.bad_total) if facts.bad_total else say("bad_none"),
    }
    return tuple(FactRow(say(key), value) for key, value in values.items() if value)


def _bad(data: PageData) -> tuple[str, ...]:
    """The rows of the list that get no letter, as far as they are known one by one."""
    bad = tuple(row.get(data.lang) for row in data.audience.bad)
    more = data.audience.bad_total - len(bad)
    return (*bad, data.say("bad_more", n=data.say.number(more))) if more > 0 else bad
