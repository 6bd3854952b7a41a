"""Why a person decided not to send: the choices that the page offers, in the words that page and mails share."""

from collections.abc import Mapping

from bridge.core.values import Locale, LocalText

CHOICES: Mapping[str, LocalText] = {
    "false_alarm": LocalText(ja="誤検知", en="False alarm"),
    "no_impact": LocalText(ja="お客様に影響なし", en="No customer impact"),
    "told_otherwise": LocalText(ja="別の手段で連絡済み", en="Told another way"),
    "other": LocalText(ja="その他", en="Other"),
}

OF_A_REST: Mapping[str, LocalText] = {
    "already_sent": LocalText(ja="もう届いている", en="They have it already"),
    **CHOICES,
}
"""The same for what is left of a letter that was stopped."""


_GIVEN_BY_US: Mapping[str, LocalText] = {"copy": LocalText(ja="写しのため", en="From a copy")}


def in_words(reason: str, locale: Locale) -> str:
    """A choice in words, for the inside of a sentence. Any other reason is the person's own text, as it is."""
    choice = OF_A_REST.get(reason) or _GIVEN_BY_US.get(reason)
    return choice.get(locale).lower() if choice else reason
