"""What is said of a letter's words before any rule of wording: which were refused, cut or not translated."""

import re
from collections.abc import Iterator

from bridge.core.facts import MAX_ANSWER_CHARS, Facts
from bridge.core.model import AudienceFacts, Text, Version
from bridge.core.sanitise import CUT
from bridge.core.settings import Service
from bridge.letters.render import english_begins
from bridge.wording import Finding
from bridge.wording.ja.dates import JAPANESE

SHOWN_PLACES = 3
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+(?: [^\x00-\x7f]+)*")


def of_words(facts: Facts) -> list[Finding]:
    """That words of an alert are none for customers, and that a person's own were cut."""
    return [*_refused(facts), *_cut(facts)]


def untranslated(service: Service, version: Version, audience: AudienceFacts) -> tuple[str, ...]:
    """What is Japanese in the letter that readers of English get, each place once, the first few; empty for none."""
    english = _english(service, version, audience)
    if english is None:
        return (service.name.ja,) if lacks_english(service, version, audience) else ()
    found = _NOT_ASCII.findall(f"{english.subject}\n{english.body}")
    return tuple(dict.fromkeys(place for place in found if JAPANESE.search(place)))[:SHOWN_PLACES]


def lacks_english(service: Service, version: Version, audience: AudienceFacts) -> bool:
    """Whether readers of English get a Japanese letter: a service without an English name has no other."""
    alone = version.batch is None and not service.bilingual and "en" not in version.texts
    return alone and bool(audience.locales.get("en"))


def _english(service: Service, version: Version, audience: AudienceFacts) -> Text | None:
    """The letter, or the half of one, that is meant for readers of English; None where nobody is one."""
    if version.batch:
        return None
    if service.bilingual:
        body = version.texts[service.locale].body
        start = english_begins(body)
        return None if start is None else Text("", body[start:])
    reads = service.locale == "en" or audience.locales.get("en")
    return version.texts.get("en") if reads else None


def _refused(facts: Facts) -> Iterator[Finding]:
    for one in facts.impact_refused:
        why = f"アラートの {one.annotation} は使いません。{one.because('ja')}。"
        why_en = f"The alert's {one.annotation} is not used: {one.because('en')}."
        yield Finding("BRG-06", "warning", "body", (0, 0), one.text, why, why_en)


def _cut(facts: Facts) -> Iterator[Finding]:
    answers = facts.answers
    texts = [text for _, text in answers if isinstance(text, str)] + list(answers.own.values())
    for text in texts:
        if len(text) == MAX_ANSWER_CHARS and text.endswith(CUT):
            why = f"長すぎるため、途中で切りました({MAX_ANSWER_CHARS}字まで)。短く書き直してください。"
            why_en = f"This was cut: it is longer than {MAX_ANSWER_CHARS} characters. Write it shorter."
            yield Finding("BRG-07", "warning", "body", (0, 0), text[-20:], why, why_en)
