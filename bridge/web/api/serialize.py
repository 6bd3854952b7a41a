"""Incidents and notices as the API shows them, read by set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile, islice

from bridge.core.failures import grouped
from bridge.core.lifecycle import UNDECIDED
from bridge.core.model import DeliveryState, Incident, Notice, Ring, Version
from bridge.core.reminders import plan, rung_people
from bridge.core.settings import Escalation
from bridge.core.values import Locale, fields_of
from bridge.stages.audience import Lists, audience_of
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.proofread import proofread
from bridge.stages.runtime import Runtime
from bridge.stages.word_findings import of_language
from bridge.store.tx import Tx
from bridge.web.api.schemas import FindingOut, IncidentOut, NoticeOut, ReminderOut, VersionOut, counted
from bridge.wording import Finding

PLANNED_SHOWN = 10


def incidents_out(tx: Tx, runtime: Runtime, incidents: Sequence[Incident], lists: Lists) -> list[IncidentOut]:
    """These incidents with their alerts, notices and history."""
    ids = [incident.id for incident in incidents]
    notices, events = tx.notices.of_all(ids), tx.events.of_all(ids)
    alerts, counts = tx.alerts.of_all(ids), tx.alerts.counts(ids)
    rows = _Rows.of(tx, [notice.id for some in notices.values() for notice in some])
    return [
        IncidentOut.model_validate(
            {
                **fields_of(incident),
                "drill": incident.is_drill,
                "due_at": _next_deadline(notices[incident.id]),
                "alerts": alerts[incident.id],
                "alert_count": counts[incident.id].all,
                "firing_count": counts[incident.id].firing,
                "notices": [
                    _notice_out(NoticeContext(tx, runtime, incident, notice), lists, rows)
                    for notice in notices[incident.id]
                ],
                "events": events[incident.id],
            }
        )
        for incident in incidents
    ]


def notice_in(tx: Tx, runtime: Runtime, notice_id: str, lists: Lists) -> NoticeOut | None:
    """One notice; None where there is none, or the configuration has lost its service."""
    ctx = open_notice(tx, runtime, notice_id)
    return _notice_out(ctx, lists, _Rows.of(tx, [notice_id])) if ctx else None


@dataclass(frozen=True, slots=True)
class _Rows:
    """What belongs to several notices, by notice, read by set."""

    versions: Mapping[str, Sequence[Version]]
    rings: Mapping[str, Sequence[Ring]]
    counts: Mapping[str, Mapping[DeliveryState, int]]

    @classmethod
    def of(cls, tx: Tx, ids: Sequence[str]) -> "_Rows":
        return cls(tx.notices.versions_of_all(ids), tx.rings.of_all(ids), tx.delivery_counts.of(ids))


def _next_deadline(notices: Sequence[Notice]) -> datetime | None:
    """The nearest deadline of a notice that waits for people; where none waits, that of the first notice."""
    waiting = [notice.due_at for notice in notices if notice.state in UNDECIDED]
    return min(waiting, default=notices[0].due_at if notices else None)


def _notice_out(ctx: NoticeContext, lists: Lists, rows: _Rows) -> NoticeOut:
    """A notice, also of a service that the configuration has lost, with its newest text or the approved one.

    The texts are in the language of the service.
    """
    tx, notice = ctx.tx, ctx.notice
    service = ctx.runtime.config.services.get(ctx.incident.service)
    versions = rows.versions[notice.id]
    newest = next(v for v in versions if v.version == notice.version)
    locale = service.locale if service else next(iter(newest.texts))
    number, recipients = notice.number, notice.recipients
    findings: tuple[Finding, ...] = ()
    rings = [ReminderOut.model_validate(ring) for ring in rows.rings[notice.id]]
    if notice.state == "dismissed":  # one quiet mail may follow; nobody is rung
        rings = [ring.model_copy(update={"state": _later(ring.state)}) for ring in rings]
    if service and notice.state in UNDECIDED:
        number = ctx.told(newest).number
        audience = audience_of(ctx, lists)
        recipients = audience.count
        findings = (*proofread(ctx), *of_language(service, newest, audience))
        rings = ahead(rings, ctx.escalation, notice)
    shown = next((v for v in versions if v.version == notice.approved_version), newest)
    deliveries = counted(rows.counts[notice.id].items())
    return NoticeOut.model_validate(
        {
            **fields_of(notice),
            **fields_of(shown.texts[locale]),
            "promise_at": shown.promise_at,
            "number": number,
            "recipients": recipients,
            "findings": [_finding_out(finding, locale) for finding in findings],
            "reminders": rings,
            "deliveries": deliveries,
            "failures": grouped(tx.outbox.refusals(notice.id)) if deliveries["failed"] else (),
            "versions": [_version_out(version, locale) for version in versions],
        }
    )


def _later(state: str) -> str:
    return "planned" if state == "pending" else state


def _version_out(version: Version, locale: Locale) -> VersionOut:
    return VersionOut(
        version=version.version,
        **fields_of(version.texts[locale]),
        edited_by=version.edited_by,
        created_at=version.created_at,
    )


def _finding_out(finding: Finding, locale: Locale) -> FindingOut:
    return FindingOut.model_validate(finding).model_copy(update={"why": finding.because(locale)})


def ahead(rings: Sequence[ReminderOut], escalation: Escalation, notice: Notice) -> list[ReminderOut]:
    """The rings so far, the pending one with the people it would ring, and the planned ones after it.

    They are planned as far as the escalation's list of times goes, and one beyond.
    """
    pending = next((ring for ring in rings if ring.state == "pending"), None)
    if pending is None:
        return list(rings)
    listed = sum(notice.base_at + offset > pending.due_at for offset in escalation.remind_at)
    later = dropwhile(lambda at: at <= pending.due_at, plan(escalation, notice.base_at))
    times = [pending.due_at, *islice(later, min(listed + 1, PLANNED_SHOWN))]
    coming = [
        ReminderOut(
            due_at=at,
            fired_at=None,
            people=list(rung_people(notice, escalation, at)),
            state="planned" if n else "pending",
        )
        for n, at in enumerate(times)
    ]
    return [*(ring for ring in rings if ring is not pending), *coming]
