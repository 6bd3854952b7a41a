"""What every source may be told in bridge.yaml, besides who may post to it."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from bridge.core.values import Duration
from bridge.sources.credentials import Credentials


class SourceSettings(Credentials):
    """One entry of `sources`. Its key is the last part of the path that is posted to."""

    kind: str = Field(
        default="", description="which sender it is, for a key of your own; default: the key itself"
    )
    labels: Mapping[str, str] = Field(
        default={}, description="labels that every alert gets where it lacks them"
    )
    expect_every: Duration | None = Field(
        default=None,
        gt=timedelta(),
        description="after its first post: without one for this long, the on-call is told that it fell silent",
    )
