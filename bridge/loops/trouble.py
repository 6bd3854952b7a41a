"""Foreseen trouble in the log: one line when it begins or changes, and one when it is over."""

from bridge.log import Logger

log = Logger(__name__)


class Trouble:
    """Of one loop. `name` is the event's."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._words = ""

    def met(self, error: Exception, **where: str) -> None:
        """It is there."""
        if str(error) != self._words:
            self._words = str(error)
            log.warning(self._name, error=self._words, **where)

    def over(self, **where: str) -> None:
        """It is not, or not any more."""
        if self._words:
            self._words = ""
            log.info(f"{self._name}_over", **where)
