"""The mail of a test ring."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bridge.core.values import Locale


@dataclass(frozen=True, slots=True)
class TrialRing:
    """It asks for nothing, and has no link."""

    template: ClassVar[str] = "trial_ring"
    name: str

    def words(self, locale: Locale) -> Mapping[str, object]:  # noqa: ARG002  a name is a name
        return {"name": self.name}
