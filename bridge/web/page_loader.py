"""Reading one notice as one person meets it: rows to `PageData`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.core.actions import expired
from bridge.core.facts import Facts
from bridge.core.failures import grouped
from bridge.core.kinds import Recipients, spec_of
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import DeliveryState, Notice, Text, Version
from bridge.core.next_notice import has_newer
from bridge.core.values import LOCALES, Locale
from bridge.keys import Keys
from bridge.stages.audience import Lists, audience_of, previous_count
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.draft import current_facts
from bridge.stages.facts_at_press import rewritten
from bridge.stages.finish import retrying_until
from bridge.stages.notify_oncall import rung
from bridge.stages.proofread import proofread, proofread_batch
from bridge.stages.runtime import Runtime
from bridge.stages.word_findings import of_language
from bridge.store.own_rows import Link
from bridge.store.tx import Tx
from bridge.web.views.letters import is_about_facts
from bridge.web.views.page_data import BatchLetter, Corrected, Did, FailedRow, PageData, Related, Sheet
from bridge.web.views.progress import SHOWN_FAILURES
from bridge.wording import Finding

NOT_SENT: tuple[DeliveryState, ...] = ("failed", "unknown")
REPEATED_WITHIN = timedelta(hours=4)  # Alertmanager repeats by default what fires on


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page shows besides the rows of its notice. `lang`, `did` and `sheet` stand in its address."""

    keys: Keys
    lists: Lists
    lang: str | None = None
    did: Did | None = None
    sheet: Sheet | None = None
    relay_problem: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A notice behind a link. `expired`: the link shows nothing any more and can be renewed."""

    data: PageData
    expired: bool


def load(tx: Tx, runtime: Runtime, link_id: str, asked: Asked) -> Loaded | None:
    """The page data behind a link; None for a link that leads nowhere."""
    link = tx.links.get(link_id)
    ctx = open_notice(tx, runtime, link.notice_id) if link else None
    if link is None or ctx is None:
        return None
    gone = link.replaced or expired(ctx.notice, tx.now, link.created_at)
    return Loaded(_page_data(ctx, link, asked), gone)


def _page_data(ctx: NoticeContext, link: Link, asked: Asked) -> PageData:
    tx, notice, incident = ctx.tx, ctx.notice, ctx.incident
    person = ctx.runtime.person(link.person)
    versions = tx.notices.versions(notice.id)
    (version,) = (one for one in versions if one.version == notice.version)
    sent = [] if incident.is_drill else tx.notices.last_sent(ctx.service.id, exclude=notice.id)
    listed = asked.lists.get(ctx.service.id)
    audience, alerts = audience_of(ctx, asked.lists), tx.alert_groups.of(incident.id)
    alert_counts = tx.alerts.counts([incident.id])[incident.id]
    findings = (*proofread(ctx), *of_language(ctx.service, version, audience))
    notices, counts = ctx.notices(), tx.delivery_counts.of([notice.id])[notice.id]
    return PageData(
        service=ctx.service,
        escalation=ctx.escalation,
        incident=incident,
        notice=notice,
        version=version,
        earlier=tuple(one for one in versions if one is not version),
        current=_current(ctx, version),
        rewritten=_rewritten(ctx, version, findings),
        person=person,
        people=ctx.runtime.config.people,
        audience=audience,
        now=tx.now,
        lang=_language(asked.lang, person.locale),
        csrf=asked.keys.csrf(link.id, notice.id, notice.version),
        number=ctx.told(version).number,
        alerts=tuple(alerts),
        left_out=tuple(
            tx.alert_groups.left_out(
                ctx.service.id, {one.name for one in alerts}, incident.received_at - REPEATED_WITHIN
            )
        ),
        firing=alert_counts.firing,
        alert_count=alert_counts.all,
        severities=tuple(tx.alerts.severities(incident.id)),
        letters=_letters(ctx, version) if ctx.recipients is Recipients.BATCH else (),
        findings=findings,
        events=tuple(tx.events.of(incident.id)),
        counts=counts,
        failed=_failed(tx, notice) if counts.keys() & set(NOT_SENT) else (),
        failures=grouped(tx.outbox.refusals(notice.id)) if "failed" in counts else (),
        retrying_until=retrying_until(tx, notice) if notice.first_round_at else None,
        previous_count=previous_count(ctx),
        repeated_at=next((n.sending_at for n in sent if n.kind == notice.kind), None),
        previous_report=_previous(notice, notices),
        newer=has_newer(notice, notices),
        withdrawn=_withdrawn(notices),
        successor=_own_page(ctx, notice.superseded_by, person.id, asked.keys),
        rung=rung(tx, notice) if incident.is_drill else (),
        for_real=listed.count if listed and incident.is_drill else None,
        corrected=_corrected(ctx),
        correction=_own_page(ctx, notice.corrected_by, person.id, asked.keys),
        relay_problem=asked.relay_problem or None,
        refused_rings=tx.outbox.refused_people(notice.id) if notice.state in UNDECIDED else {},
        record_until=ctx.record_until(),
        copy=ctx.copy(),
        did=asked.did,
        sheet=asked.sheet,
    )


def _language(wanted: str | None, own: Locale) -> Locale:
    return wanted if wanted in LOCALES else own


def _current(ctx: NoticeContext, version: Version) -> Facts | None:
    """The facts as they are now, for a draft that a person edited: the bridge does not draft it anew."""
    if version.edited_by is None or ctx.notice.state not in UNDECIDED:
        return None
    return current_facts(ctx, ctx.told(version).answers)


def _rewritten(
    ctx: NoticeContext, version: Version, findings: tuple[Finding, ...]
) -> Mapping[Locale, Text] | None:
    if not any(map(is_about_facts, findings)):
        return None
    texts = rewritten(ctx, current_facts(ctx, ctx.told(version).answers))
    return None if texts == version.texts else texts


def _letters(ctx: NoticeContext, version: Version) -> tuple[BatchLetter, ...]:
    assert version.batch
    together = zip(version.batch.rows, version.batch.letters, proofread_batch(ctx), strict=True)
    return tuple(
        BatchLetter(
            address=row["email"],
            name=row.get("name", ""),
            company=row.get("company", ""),
            text=text,
            findings=found,
            department=row.get("department", ""),
            impact=row.get("impact", ""),
        )
        for row, text, found in together
    )


def _failed(tx: Tx, notice: Notice) -> tuple[FailedRow, ...]:
    rows = tx.outbox.page(notice.id, NOT_SENT, 0, SHOWN_FAILURES)
    return tuple(FailedRow(row.address, row.state, row.reply) for row in rows)


def _previous(notice: Notice, notices: Sequence[Notice]) -> Related | None:
    told = [n for n in notices if n.sending_at and n.id != notice.id]
    last = next((n for n in reversed(told) if spec_of(n.kind).is_report), None)
    return Related(last.kind, last.number, last.sending_at) if last else None


def _withdrawn(notices: Sequence[Notice]) -> frozenset[str]:
    """The notices of the incident, by id, that were given up with none in their place."""
    return frozenset(n.id for n in notices if n.closed_reason == "fires_again")


def _own_page(ctx: NoticeContext, notice_id: str | None, person: str, keys: Keys) -> Related | None:
    """Another notice, with this person's own page of it where they have one."""
    other = ctx.tx.notices.get(notice_id) if notice_id else None
    if other is None:
        return None
    link = ctx.tx.links.of(other.id).get(person)
    beside = ctx.about(other)
    number = beside.told(beside.version()).number
    root = ctx.runtime.config.server.path
    return Related(other.kind, number, None, f"{root}/approve/{keys.token(link.id)}" if link else None)


def _corrected(ctx: NoticeContext) -> Corrected | None:
    """The letter that this one corrects, by its deliveries."""
    corrected = ctx.tx.notices.get(ctx.notice.corrects) if ctx.notice.corrects else None
    if corrected is None:
        return None
    counts = ctx.tx.delivery_counts.of([corrected.id])[corrected.id]
    told = sum(counts.get(state, 0) for state in ("sent", "failed", "unknown", "in_doubt"))
    return Corrected(counts.get("unknown", 0), max(0, (corrected.recipients or 0) - told))
