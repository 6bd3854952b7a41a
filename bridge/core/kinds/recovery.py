"""復旧報告: the disturbance is over. It says why and what was done, or when the cause will be told."""

from bridge.core.kinds.spec import Asks, KindSpec, Promises
from bridge.core.values import LocalText

SPEC = KindSpec(
    place=3,
    title=LocalText(ja="復旧報告", en="recovery report"),
    ring_label=LocalText(ja="復旧報告", en="Recovery report"),
    promises=Promises.CAUSE,
    asks=Asks.ANSWERS,
    looks_back=True,
    when_over=True,
    tells_recovery=True,
    rows=("subject", "since", "until", "lasted", "what", "cause"),
)
