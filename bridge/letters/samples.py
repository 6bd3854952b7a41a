"""Sample letters: whether a company's templates can be rendered is known before the first night."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product

from bridge.core.facts import Answers, Facts, build
from bridge.core.kinds import KINDS
from bridge.core.model import Alert, Incident, Kind
from bridge.core.next_notice import FIRST
from bridge.core.settings import Service
from bridge.core.values import LOCALES, LocalText
from bridge.letters.render import LetterError, Letters

_MOMENT = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)


def problems(letters: Letters, services: Iterable[Service]) -> Iterator[str]:
    """What is wrong with the letters of these services, in both languages, from several sets of facts.

    Each letter is tried until its first error: one that does not end takes its time.
    """
    said: set[str] = set()
    for service, kind, locale in product(services, KINDS, LOCALES):
        for facts in _samples(service, kind):
            try:
                letters.render(facts, locale, wrap=service.wrap)
            except LetterError as error:
                if str(error) not in said:
                    said.add(str(error))
                    yield str(error)
                break


def _samples(service: Service, kind: Kind) -> Iterator[Facts]:
    """Sample facts that together reach every branch of a template: sparse and full, firing, partly over, over."""
    incident = Incident("check", service.id, "open", _MOMENT, received_at=_MOMENT)
    bare = Alert("check", "1", "firing", {}, {}, _MOMENT)
    told = replace(
        bare,
        fingerprint="2",
        annotations={"customer_impact_ja": "画面の表示", "customer_impact_en": "Page display"},
    )
    told_over = build(
        service, incident, [replace(bare, status="resolved", ends_at=_MOMENT)], FIRST, drafted_at=_MOMENT
    )
    ended = replace(told, status="resolved", ends_at=_MOMENT + timedelta(minutes=20))
    make = partial(build, service, incident, kind=kind, drafted_at=_MOMENT + timedelta(minutes=30), number=2)
    first = build(service, incident, [bare], FIRST, drafted_at=_MOMENT, number=1)
    promise = _MOMENT + timedelta(hours=1)
    full = Answers(
        cause="原因",
        remedy="対応",
        prevention="再発防止策",
        status="状況",
        scope="範囲",
        customer_actions="お願い",
        unaffected="影響のない範囲",
        affected_count="1件",
        how_to_tell="確かめ方",
        data_note="データ",
        apology_for_delay="お詫び",
    )
    owed = Answers(cause_by=date(2026, 12, 1))
    row = {"company": service.company.ja, "department": "部署", "name": "お名前", "impact": "影響"}
    for facts in (
        make([bare], promise_at=promise),
        make(
            [told, replace(bare, status="resolved", ends_at=ended.ends_at)],
            promise_at=promise,
            previous=first,
        ),
        make([told, replace(bare, starts_at=_MOMENT + timedelta(minutes=9))], previous=told_over),
        make([ended], answers=owed),
        make([ended], answers=full, previous=first, follows_at=_MOMENT - timedelta(days=1)),
    ):
        yield facts.for_row(row)
        yield facts.for_row(row).model_copy(update={"symptom": LocalText(ja="事象"), "more_impacts": 3})
