"""個別のお詫び: one apology to each customer who came to a concrete harm, drafted and approved as one batch."""

from bridge.core.kinds.spec import KindSpec, Recipients
from bridge.core.values import LocalText

SPEC = KindSpec(
    place=5,
    title=LocalText(ja="個別のお詫び", en="individual apologies"),
    recipients=Recipients.BATCH,
    looks_back=True,
    edited_on_page=False,
    correctable=False,
    two_people=True,
)
