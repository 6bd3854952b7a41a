"""最終報: the cause that the recovery report owed."""

from bridge.core.kinds.spec import Asks, Clock, KindSpec, Promises
from bridge.core.values import LocalText

SPEC = KindSpec(
    place=4,
    title=LocalText(ja="最終報", en="final report"),
    clock=Clock.CAUSE_DAY,
    promises=Promises.CAUSE,
    asks=Asks.ANSWERS,
    looks_back=True,
    when_over=True,
    rows=("subject", "cause", "prevention"),
)
