"""What lies folded under the button: the other choices, the history, the sender and the list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.core import reasons
from bridge.core.actions import hold_for
from bridge.core.kinds import spec_of
from bridge.core.model import Event, Kind
from bridge.core.next_notice import FIRST
from bridge.stages.draft import FIRES_AGAIN
from bridge.web.views.fact_rows import FactRow
from bridge.web.views.letter import checksum
from bridge.web.views.page_data import PageData, Sheet
from bridge.web.views.phrasing import Phrasing
from bridge.web.words import EVENTS, pick


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history. `at`: for machines, RFC 3339; `strong`: the end of the text, in bold."""

    at: str
    clock: str
    text: str
    strong: str = ""


@dataclass(frozen=True, slots=True)
class Disclosures:
    """An empty text means that the sheet is not offered. `opened`: the one that the address asks for."""

    opened: Sheet | None
    reasons: tuple[tuple[str, str], ...]
    override: str
    override_note: str
    acknowledge: bool
    test: str
    recovered: bool
    not_recovered: bool
    history: tuple[Moment, ...]
    details: tuple[FactRow, ...]
    bad: tuple[str, ...]


def sheets(data: PageData, *, acknowledge: bool) -> Disclosures:
    """`acknowledge`: whether that press must be offered here, the deck having no room for it."""
    say, offers = data.say, data.offers
    count = data.recipients
    as_is = bool(data.errors) and "approve" in offers and count is not None
    return Disclosures(
        opened=data.sheet,
        reasons=tuple((code, text.get(data.lang)) for code, text in reasons.CHOICES.items()),
        override=say("as_is_go", n=say.number(count or 0)) if as_is else "",
        override_note=_override_note(data),
        acknowledge=acknowledge and "acknowledge" in offers,
        test=say("test_note", address=data.person.email) if "test" in offers else "",
        recovered="recovered" in offers,
        not_recovered=spec_of(data.notice.kind).tells_recovery,
        history=history(data),
        details=_details(data, say),
        bad=_bad(data, say),
    )


def _override_note(data: PageData) -> str:
    """Sending an error as it is gets the longer hold."""
    hold = hold_for(data.service.policy, data.notice, data.now, ("override",))
    return data.say("override", s=int(hold.total_seconds())) if hold else ""


def history(data: PageData) -> tuple[Moment, ...]:
    """The incident's events, newest first. What a source called them never shows."""
    say = data.say
    newest = sorted(data.events, key=lambda event: event.seq, reverse=True)
    return tuple(Moment(e.at.isoformat(), say.clock(e.at), _event(say, e)) for e in newest)


def withdrawn(events: Iterable[Event], notice_id: str) -> bool:
    """Whether that notice's draft was given up without another in its place: the disturbance came back."""
    return any(_withdraws(event) and event.detail.get("notice") == notice_id for event in events)


def _withdraws(event: Event) -> bool:
    return event.action == "superseded" and event.detail.get("why") == FIRES_AGAIN


def _event(say: Phrasing, event: Event) -> str:
    action = "withdrawn" if _withdraws(event) else event.action
    text = pick(EVENTS.get(action, (action, action)), say.lang)
    detail = event.detail
    kind: Kind = detail.get("kind", FIRST)
    fields = defaultdict(
        str,
        version=detail.get("version", ""),
        reason=say.reason(detail.get("reason")),
        people=say.persons(detail.get("people", ())),
        report=say.report(kind, detail.get("number")),
    )
    return f"{say.person(event.actor)}: {text.format_map(fields)}"


def _details(data: PageData, say: Phrasing) -> tuple[FactRow, ...]:
    service, facts, version = data.service, data.audience, data.version
    languages = (f"{say(f'letter_{code}')} {say.number(n)}" for code, n in facts.locales.items())
    values = {
        "from": f"{service.sender.name.get(service.locale)} <{service.sender.email}>",
        "list": facts.called(data.lang),
        "languages": " / ".join(languages),
        "encoding": facts.encoding,
        "duplicates": say("duplicates_n", n=say.number(facts.duplicates)) if facts.duplicates else "",
        "version_word": say(
            "version_of",
            n=version.version,
            at=say.clock(version.created_at),
            who=say.person(version.edited_by),
        ),
        "hash": checksum(*data.texts),
        "bad_rows": say.number(facts.bad_total) if facts.bad_total else say("bad_none"),
    }
    return tuple(FactRow(say(key), value) for key, value in values.items() if value)


def _bad(data: PageData, say: Phrasing) -> tuple[str, ...]:
    facts = data.audience
    bad = tuple(row.get(data.lang) for row in facts.bad)
    more = facts.bad_total - len(bad)
    return (*bad, say("bad_more", n=say.number(more))) if more > 0 else bad
