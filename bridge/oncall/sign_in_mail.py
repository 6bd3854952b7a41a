"""The mail with a link that signs somebody in to the console."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bridge.core.sign_in import LINK_LASTS
from bridge.core.values import Locale


@dataclass(frozen=True, slots=True)
class SignInMail:
    """One link, which works once."""

    template: ClassVar[str] = "sign_in"
    link: str

    def words(self, locale: Locale) -> Mapping[str, object]:  # noqa: ARG002  a number is a number
        return {"link": self.link, "minutes": int(LINK_LASTS.total_seconds() // 60)}
