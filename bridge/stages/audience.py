"""Who a notice goes to: the service's list as it is now, or the rows of an individual batch."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.core import reports
from bridge.core.kinds import Recipients
from bridge.core.model import AudienceFacts
from bridge.core.values import LocalText
from bridge.stages.context import NoticeContext

NOT_READ = LocalText(ja="名簿をまだ読んでいません", en="the list was not read yet")
UPLOADED = LocalText(ja="登録したCSV", en="the uploaded CSV file")
Lists = Mapping[str, AudienceFacts]  # by service: rows without a language are in the service's own


def audience_of(ctx: NoticeContext, lists: Lists) -> AudienceFacts:
    """The facts of a notice's audience. `lists` were read before the transaction, which opens no file."""
    if ctx.spec.recipients is Recipients.BATCH:
        batch = ctx.version().batch
        assert batch
        return batch_audience(batch.rows)
    if ctx.spec.recipients is Recipients.LEDGER:
        return reached_audience(ctx)
    return lists.get(ctx.service.id) or AudienceFacts(ctx.service.audience, problem=NOT_READ)


def previous_count(ctx: NoticeContext) -> int | None:
    """How many the service's last letter to the list went to; None for a notice that goes to others."""
    if ctx.spec.recipients is not Recipients.SERVICE_LIST:
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


def batch_audience(rows: Sequence[Mapping[str, Any]]) -> AudienceFacts:
    """The facts of an individual batch: it is its own list."""
    raw = json.dumps(list(rows), ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(raw).hexdigest()
    return AudienceFacts("uploaded", count=len(rows), digest=digest, title=UPLOADED)
