"""Who a notice goes to: the service's list as it is now, or the rows of an individual batch."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from bridge.core import reports
from bridge.core.kinds import Recipients
from bridge.core.model import AudienceFacts, Recipient
from bridge.core.values import LocalText
from bridge.stages.context import NoticeContext
from bridge.stages.notify_oncall import rung

NOT_READ = LocalText(ja="名簿をまだ読んでいません", en="the list was not read yet")
REHEARSING = LocalText(ja="訓練の宛先", en="Drill recipients")
UPLOADED = LocalText(ja="登録したCSV", en="the uploaded CSV file")
AskLists = Callable[[Collection[str]], "Lists | None"]  # of these services; None: they are to be read first
Lists = Mapping[str, AudienceFacts]  # by service: rows without a language are in the service's own


def audience_of(ctx: NoticeContext, lists: Lists) -> AudienceFacts:
    """The facts of a notice's audience. `lists` were read before the transaction, which opens no file."""
    if ctx.recipients is Recipients.RUNG:
        return rung_audience(ctx)
    if ctx.spec.recipients is Recipients.BATCH:
        batch = ctx.version().batch
        assert batch
        return batch_audience(batch.rows)
    if ctx.spec.recipients is Recipients.LEDGER:
        return reached_audience(ctx)
    return lists.get(ctx.service.id) or AudienceFacts(ctx.service.audience, problem=NOT_READ)


def previous_count(ctx: NoticeContext) -> int | None:
    """How many the service's last letter to the list went to; None for a notice that goes to others."""
    if ctx.recipients is not Recipients.SERVICE_LIST:
        return None
    sent = ctx.tx.notices.last_sent(ctx.service.id, exclude=ctx.notice.id)
    return sent[0].recipients if sent else None


def reached_audience(ctx: NoticeContext) -> AudienceFacts:
    """Those whom the corrected notice reached. Its mails that are under way may still join them: no other list."""
    corrected = ctx.tx.notices.get(ctx.notice.corrects or "")
    assert corrected, "a correction names what it corrects"
    locales = ctx.tx.outbox.reached_by_language(corrected.id)
    title = LocalText(
        ja=f"{reports.title(corrected.kind, corrected.number, 'ja')}が届いた方",
        en=f"those who got the {reports.title(corrected.kind, corrected.number, 'en')}",
    )
    digest = hashlib.sha256(f"reached by {corrected.id}".encode()).hexdigest()
    return AudienceFacts("reached", sum(locales.values()), digest, locales, title=title)


def rung_recipients(ctx: NoticeContext) -> list[Recipient]:
    """Everybody who was rung about a drill's letter and can be mailed, each once, in the order of the rings."""
    people = map(ctx.runtime.person, rung(ctx.tx, ctx.notice))
    found = {person.email.lower(): person for person in people if person.email}
    return [Recipient(person.email, person.name, locale=person.locale) for person in found.values()]


def rung_audience(ctx: NoticeContext) -> AudienceFacts:
    """Those who were rung. Whoever is rung until the letter leaves joins them: no other list."""
    people = rung_recipients(ctx)
    digest = hashlib.sha256(f"rung about {ctx.notice.id}".encode()).hexdigest()
    return AudienceFacts(
        "drill", len(people), digest, Counter(one.locale for one in people), title=REHEARSING
    )


def batch_audience(rows: Sequence[Mapping[str, Any]]) -> AudienceFacts:
    """The facts of an individual batch: it is its own list."""
    raw = json.dumps(list(rows), ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(raw).hexdigest()
    return AudienceFacts("uploaded", count=len(rows), digest=digest, title=UPLOADED)
