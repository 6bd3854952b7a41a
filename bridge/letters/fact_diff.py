"""What became known after a letter's facts were taken, under the labels that the letter prints."""

from dataclasses import dataclass

from bridge.core.facts import Facts
from bridge.core.values import Locale, LocalText
from bridge.letters.view import view

LABELS = (
    LocalText(ja="発生日時", en="Started"),
    LocalText(ja="復旧日時", en="Recovered"),
    LocalText(ja="影響範囲", en="What is affected"),
    LocalText(ja="復旧を確認した範囲", en="Confirmed as recovered"),
)
_GOES_ON = LocalText(ja="継続中", en="continuing")
_UNKNOWN = LocalText(ja="確認中", en="being confirmed")
_NONE = LocalText(ja="なし", en="none")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of a letter, as it was and as it is, in words that a letter would print."""

    label: str
    old: str
    new: str


def news(old: Facts, new: Facts, locale: Locale) -> tuple[Difference, ...]:
    """The facts that alerts have changed from `old` to `new`. A new promise alone is none.

    Once all has recovered there is no part of it to confirm any more.
    """
    labels = LABELS[:-1] if new.recovered_at else LABELS
    both = zip(labels, _printed(old, locale), _printed(new, locale), strict=False)
    return tuple(Difference(label.get(locale), was, now) for label, was, now in both if was != now)


def _printed(facts: Facts, locale: Locale) -> tuple[str, ...]:
    """What stands after each of LABELS."""
    said = view(facts, locale)
    between = {"ja": "、", "en": "; "}[locale]
    return (
        said.started,
        said.recovered or _GOES_ON.get(locale),
        between.join(said.scope) or _UNKNOWN.get(locale),
        between.join(said.recovered_scope) or _NONE.get(locale),
    )
