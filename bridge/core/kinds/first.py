"""第一報: the first report of a disturbance, sent before its cause is known."""

from bridge.core.kinds.spec import Clock, KindSpec, Promises

SPEC = KindSpec(
    place=1,
    clock=Clock.DETECTION,
    promises=Promises.NEXT_REPORT,
    gives_way=True,
    follows_alerts=True,
    ends_by_hand=True,
    rows=("subject", "since", "until", "what", "workaround", "next"),
)
