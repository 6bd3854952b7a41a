"""Who a notice goes to: the service's list as it is now, or the rows of an individual batch."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.core.kinds import Recipients, spec_of
from bridge.core.model import AudienceFacts, Incident, Notice
from bridge.core.values import LocalText
from bridge.stages.runtime import Runtime
from bridge.store.tx import Tx

NOT_READ = LocalText(ja="名簿をまだ読んでいません", en="the list was not read yet")
UPLOADED = LocalText(ja="登録したCSV", en="the uploaded CSV file")
Lists = Mapping[str, AudienceFacts]  # by service: rows without a language are in the service's own


def audience_of(tx: Tx, runtime: Runtime, incident: Incident, notice: Notice, lists: Lists) -> AudienceFacts:
    """The facts of a notice's audience. `lists` were read before the transaction, which opens no file."""
    if spec_of(notice.kind).recipients is Recipients.BATCH:
        batch = tx.notices.version(notice.id, notice.version).batch
        assert batch
        return batch_audience(batch.rows)
    service = runtime.service(incident)
    return lists.get(service.id) or AudienceFacts(service.audience, problem=NOT_READ)


def batch_audience(rows: Sequence[Mapping[str, Any]]) -> AudienceFacts:
    """The facts of an individual batch: it is its own list."""
    raw = json.dumps(list(rows), ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(raw).hexdigest()
    return AudienceFacts("uploaded", count=len(rows), digest=digest, title=UPLOADED)
