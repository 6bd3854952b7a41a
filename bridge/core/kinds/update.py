"""続報 (第二報 and following): the report that the letter before it promised."""

from bridge.core.kinds.spec import Asks, Clock, KindSpec, Promises
from bridge.core.values import LocalText

SPEC = KindSpec(
    place=2,
    ring_label=LocalText(ja="続報", en="Update"),
    clock=Clock.PROMISE,
    promises=Promises.NEXT_REPORT,
    asks=Asks.NEWS,
    gives_way=True,
    follows_alerts=True,
    ends_by_hand=True,
    rows=("before", "next"),
)
