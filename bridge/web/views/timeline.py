"""An incident from its detection to now: what happened, its letters, who was rung, which alerts belong to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bridge.core.dates import round_up
from bridge.core.facts import Facts
from bridge.core.model import Alert, DeliveryState, Event, Incident, IncidentState, Notice, Ring, Version
from bridge.core.next_notice import customers_told, since_detection
from bridge.core.settings import Service
from bridge.web.views.cards import what_is_broken
from bridge.web.views.disclosures import event_words
from bridge.web.views.frame import Frame
from bridge.web.views.phrasing import Phrasing
from bridge.web.views.tones import OF_DELIVERY, OF_NOTICE, Pill, Tone

_STATES: dict[IncidentState, tuple[Tone, str]] = {
    "open": ("wait", "incident_open"),
    "settling": ("wait", "incident_settling"),
    "recovered": ("note", "incident_recovered"),
    "closed": ("rest", "incident_closed"),
}
_WORDS_OF = ("why", "problem", "override")
"""Details of an event in somebody else's words: the mail server's, a template's, a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRecord:
    """One notice of the incident. `own_page`: the visitor's own page of it; `number`: also while it is expected."""

    notice: Notice
    version: Version
    rings: tuple[Ring, ...] = ()
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    own_page: str | None = None

    @property
    def number(self) -> int | None:
        return self.notice.number or Facts.from_dict(self.version.facts).number


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineData:
    """What the page is made from. `service` is None when the configuration has lost it; `alerts`: at most a thousand.

    `refused`: the mail server's words to the last ring of each person who got none, by person.
    """

    frame: Frame
    incident: Incident
    service: Service | None
    letters: tuple[LetterRecord, ...]
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    refused: Mapping[str, str]

    @property
    def say(self) -> Phrasing:
        return self.frame.say_in(self.service.timezone) if self.service else self.frame.say


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what happened. `names`: of alerts. `quoted`: in the words of whoever said it."""

    at: str
    clock: str
    who: str
    what: str
    names: tuple[str, ...]
    note: str
    quoted: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """`go`: the visitor's own page of it; `ask`: the notice, for whoever may have such a page and has none yet.
    `counts`: how many are in which state, each with the link to them."""

    name: str
    go: str
    ask: str
    pill: Pill
    note: str
    total: str
    deliveries: str
    counts: tuple[tuple[Pill, str, str], ...]
    done: str
    failed: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the template lays out."""

    title: str
    frame: Frame
    drill: bool
    pill: Pill
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Happening, ...]
    letters: tuple[LetterRow, ...]
    rung: tuple[tuple[str, str, Pill | None, str], ...]
    alerts: tuple[tuple[str, Pill, str], ...]
    upload: str


def timeline(data: TimelineData) -> Timeline:
    say = data.say
    tone, key = _STATES[data.incident.state]
    return Timeline(
        title=title_of(data.frame, data.incident, data.service, data.letters),
        frame=data.frame,
        drill=data.incident.is_drill,
        pill=Pill(tone, say(key)),
        facts=_facts(data),
        lines=_lines(data),
        letters=tuple(_letter(data, each) for each in data.letters),
        rung=_rung(data),
        alerts=tuple(_alert(say, each) for each in data.alerts),
        upload=_upload(data),
    )


def _upload(data: TimelineData) -> str:
    """The way to upload individual apologies, for whoever may."""
    real = data.service is not None and not data.incident.is_drill
    may = real and data.frame.visitor.may("upload")
    return data.frame.link(f"/incidents/{data.incident.id}/individual") if may else ""


def title_of(
    frame: Frame, incident: Incident, service: Service | None, letters: tuple[LetterRecord, ...]
) -> str:
    """`みどりショップ 全ユーザーのログイン機能`."""
    name = service.name.get(frame.lang) if service else incident.service
    name = frame.say("drill_title", title=name) if incident.is_drill else name
    what = what_is_broken(frame.say, letters[-1].version) if letters else ""
    return f"{name} {what}".strip()


def _facts(data: TimelineData) -> tuple[tuple[str, str], ...]:
    say, incident = data.say, data.incident
    rows = [(say("col_detected"), say.moment(incident.received_at))]
    notices = [each.notice for each in data.letters]
    took = next((length for n in notices if (length := since_detection(n, incident)) is not None), None)
    if took is not None:
        rows.append((say("first_took"), say.exactly(took)))
    if incident.promise_at and customers_told(notices) and incident.state in ("open", "settling"):
        rows.append((say("next_promise"), say.clock(round_up(incident.promise_at))))
    if incident.resolved_at:
        rows.append((say("recovered_at"), say.clock(incident.resolved_at)))
    return tuple(rows)


def _lines(data: TimelineData) -> tuple[Happening, ...]:
    """Newest first."""
    say = data.say
    gone = frozenset(each.notice.id for each in data.letters if each.notice.closed_reason == "fires_again")
    newest = sorted(data.events, key=lambda event: event.seq, reverse=True)
    return tuple(
        Happening(
            at=event.at.isoformat(),
            clock=say.dated_to_the_second(event.at),
            who=say.person(event.actor),
            what=event_words(say, event, gone),
            names=tuple(event.detail.get("alertnames", ())),
            note=_note(say, event),
            quoted=next((str(event.detail[key]) for key in _WORDS_OF if event.detail.get(key)), ""),
        )
        for event in newest
    )


def _note(say: Phrasing, event: Event) -> str:
    """The numbers of an event."""
    detail = event.detail
    if event.action == "rang":
        return say("nth_ring", n=detail.get("ring", 0) + 1)
    if event.action == "sent":
        counts = detail.get("counts", {})
        return say(
            "sent_counts", n=say.number(counts.get("sent", 0)), failed=say.number(counts.get("failed", 0))
        )
    if detail.get("recipients") is None:
        return ""
    note = say("to_people", n=say.number(detail["recipients"]))
    return f"{note}{say('list_comma')}{say('with_hold', s=detail['hold'])}" if detail.get("hold") else note


def _letter(data: TimelineData, each: LetterRecord) -> LetterRow:
    say, notice = data.say, each.notice
    tone, key = OF_NOTICE[notice.state]
    total = max(notice.recipients or 0, sum(each.counts.values())) if each.counts else 0
    where = f"/incidents/{data.incident.id}/deliveries?notice={notice.id}"
    failed = each.counts.get("failed", 0) + each.counts.get("unknown", 0)
    return LetterRow(
        name=say.begun(say.report(notice.kind, each.number)),
        go=each.own_page or "",
        ask=notice.id if not each.own_page and _may_ask(data, notice) else "",
        pill=Pill(tone, say(f"only_{key}")),
        note=_letter_note(say, notice),
        total=say("n_people", n=say.number(total)) if total else "",
        deliveries=data.frame.link(where),
        counts=counts_of(data.frame, where, each.counts),
        done=_percent(each.counts.get("sent", 0), total),
        failed=_percent(failed, total),
    )


def has_page(notice: Notice) -> bool:
    """Whether there is anything to see or do on a personal page: another has not taken its place."""
    return notice.state != "superseded"


def _may_ask(data: TimelineData, notice: Notice) -> bool:
    known = data.service is not None and data.frame.visitor.may("open_own_page")
    return known and has_page(notice)


def _letter_note(say: Phrasing, notice: Notice) -> str:
    """`02:16 丸山さん` for what was decided; the deadline of what was not."""
    if notice.decided_at:
        return f"{say.clock(notice.decided_at)} {say.person(notice.decided_by)}"
    return say("until_when", at=say.clock(notice.due_at)) if notice.state.startswith("awaiting") else ""


def counts_of(
    frame: Frame, where: str, counts: Mapping[DeliveryState, int]
) -> tuple[tuple[Pill, str, str], ...]:
    """How many deliveries are in each state, those first that people must look at, each with the link to them."""
    sums: dict[tuple[Tone, str], int] = {}
    for state, word in OF_DELIVERY.items():
        if counts.get(state):
            sums[word] = sums.get(word, 0) + counts[state]
    say = frame.say
    return tuple(
        (Pill(tone, say(key)), say.number(n), frame.link(f"{where}&state={key.removeprefix('state_')}"))
        for (tone, key), n in sums.items()
    )


def _percent(n: int, total: int) -> str:
    """A width of 100, with one decimal; anything there is shows at least a little."""
    return f"{max(100 * n / total, 0.6):.1f}" if n and total else "0"


def _rung(data: TimelineData) -> tuple[tuple[str, str, Pill | None, str], ...]:
    """Each person who was rung: how often, and what they did, or why nothing reached them."""
    say = data.say
    times: dict[str, int] = {}
    decided: dict[str, datetime] = {}
    for each in data.letters:
        for person in (person for ring in each.rings if ring.state == "fired" for person in ring.people):
            times[person] = times.get(person, 0) + 1
        for yes in each.notice.approvals:
            decided[yes.person] = yes.at
    rows = []
    for person, n in times.items():
        pill = None
        if person in data.refused:
            pill = Pill("stop", say("not_reached"))
        elif person in decided:
            pill = Pill("ok", say("approved_at", at=say.clock(decided[person])))
        rows.append((say.person(person), say("times", n=n), pill, data.refused.get(person, "")))
    return tuple(rows)


def _alert(say: Phrasing, alert: Alert) -> tuple[str, Pill, str]:
    name = alert.labels.get("alertname", alert.fingerprint)
    if alert.status == "firing":
        return name, Pill("wait", say("alert_goes_on")), say("from_when", at=say.clock(alert.occurrence_at))
    ended = alert.ends_at or alert.occurrence_at
    return name, Pill("ok", say("alert_over")), say.clock(ended)
