"""Who a notice goes to: the service's list as it is now, or the rows of an individual batch."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

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
    return lists.get(ctx.service.id) or AudienceFacts(ctx.service.audience, problem=NOT_READ)


def batch_audience(rows: Sequence[Mapping[str, Any]]) -> AudienceFacts:
    """The facts of an individual batch: it is its own list."""
    raw = json.dumps(list(rows), ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(raw).hexdigest()
    return AudienceFacts("uploaded", count=len(rows), digest=digest, title=UPLOADED)
