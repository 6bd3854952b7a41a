"""What is said of a letter's words before any rule of wording: which were refused, cut or not translated."""

import re
from collections.abc import Iterator

from bridge.core.facts import MAX_ANSWER_CHARS, Facts
from bridge.core.model import AudienceFacts, Text, Version
from bridge.core.sanitise import CUT
from bridge.core.settings import Service
from bridge.letters.render import english_begins
from bridge.wording import Finding
from bridge.wording.text import JAPANESE

SHOWN_PLACES = 3
UNTRANSLATED = (
    "英語の手紙に日本語が残っています({n}名に届きます): {places}。文面を直すか、設定に英語を書いてください。",
    "Japanese is left in the English letter ({n} recipients): {places}. "
    "Edit the text, or write the English into the configuration.",
)
NO_ENGLISH = (
    "英語の手紙がありません。英語を選んだ{n}名にも日本語で届きます。設定の name に英語を書いてください。",
    "There is no English letter: {n} readers of English get the Japanese one. "
    "Write the service's English name into the configuration.",
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+(?: [^\x00-\x7f]+)*")


def of_words(facts: Facts) -> list[Finding]:
    """That words of an alert are none for customers, and that a person's own were cut."""
    return [*_refused(facts), *_cut(facts)]


def of_language(service: Service, version: Version, audience: AudienceFacts) -> list[Finding]:
    """That readers of English would get Japanese: a letter, or what the configuration has in Japanese alone."""
    english, readers = _english(service, version, audience), _readers(service, audience)
    if english is None:
        alone = version.batch is None and not service.bilingual and readers
        places: tuple[str, ...] = (service.name.ja,) if alone else ()
    else:
        places = _japanese_in(english)
    words = UNTRANSLATED if english else NO_ENGLISH
    if not places:
        return []
    quoted = "、".join(f"「{place}」" for place in places), ", ".join(f"“{place}”" for place in places)
    why, why_en = (
        text.format(n=f"{readers:,}", places=some) for text, some in zip(words, quoted, strict=True)
    )
    return [Finding("BRG-08", "warning", "body", (0, 0), "", why, why_en)]


def _japanese_in(text: Text) -> tuple[str, ...]:
    """The Japanese in a letter, each place once, the first few."""
    found = _NOT_ASCII.findall(f"{text.subject}\n{text.body}")
    return tuple(dict.fromkeys(place for place in found if JAPANESE.search(place)))[:SHOWN_PLACES]


def _readers(service: Service, audience: AudienceFacts) -> int:
    """How many get the letter in English."""
    everybody = service.bilingual or service.locale == "en"
    return (audience.count if everybody else audience.locales.get("en")) or 0


def _english(service: Service, version: Version, audience: AudienceFacts) -> Text | None:
    """The letter, or the half of one, that is meant for readers of English; None where nobody is one."""
    if version.batch:
        return None
    if service.bilingual:
        body = version.texts[service.locale].body
        start = english_begins(body)
        return None if start is None else Text("", body[start:])
    return version.texts.get("en") if _readers(service, audience) else None


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
