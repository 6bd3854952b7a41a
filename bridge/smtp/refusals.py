"""Whether refusals of a letter are about its recipients, or about us or our pace. Pure.

The same words to ten different recipients in a row, with none taken between, are about us, whatever their code and
stage; words that are known to be about us need five. Where only some domains are refused and others are served, it is
about those. Where five in a row are put off in the same words, after others were taken, it is the pace.
"""

from dataclasses import dataclass, field, replace

from bridge.smtp.meaning import Meaning

SAME_WORDS = 10  # recipients in a row
KNOWN_WORDS = 5
PUT_OFF = 5
FEW_DOMAINS = 2  # of refused recipients, that may be the reason themselves: so many at least,
A_DOMAIN = 3  # and one for so many refused
REMEMBERED = 1000  # domains that took a letter


@dataclass(frozen=True, slots=True)
class Refusals:
    """One letter so far. `words`: in which the last were refused (`meaning.alike`), and whom, by address.

    `served`: domains that took the letter. `later`: in which words the last were put off, and `put_off` whom.
    """

    words: str = ""
    refused: frozenset[str] = frozenset()
    served: frozenset[str] = field(default_factory=frozenset)
    later: str = ""
    put_off: frozenset[str] = frozenset()

    def taken(self, address: str) -> "Refusals":
        """After a recipient was served."""
        if self.knows(address):
            return self
        domain = _domain(address)
        served = self.served if len(self.served) >= REMEMBERED else self.served | {domain}
        return Refusals(served=served)

    def knows(self, address: str) -> bool:
        """Whether it tells nothing new that this recipient was served."""
        return not self.refused and not self.put_off and _domain(address) in self.served

    def after(self, meaning: Meaning, words: str, address: str) -> "Refusals":
        """After any answer; `words` as `meaning.alike` makes them."""
        if meaning == "taken":
            return self.taken(address)
        if meaning == "later":
            before = self.put_off if words == self.later else frozenset()
            return replace(self, later=words, put_off=before | {address})
        if meaning not in ("refused", "us"):
            return self
        if words != self.words:
            return replace(self, words=words, refused=frozenset({address}))
        return replace(self, refused=self.refused | {address})

    def about_us(self, meaning: Meaning) -> bool:
        """Whether the letter is to be stopped, where the last answer means that."""
        if meaning not in ("refused", "us"):
            return False
        if len(self.refused) < (KNOWN_WORDS if meaning == "us" else SAME_WORDS):
            return False
        domains = {_domain(address) for address in self.refused}
        few = len(domains) <= max(FEW_DOMAINS, len(self.refused) // A_DOMAIN)
        return not (few and self.served and not domains & self.served)

    def about_pace(self) -> bool:
        """Whether the words in which the last were put off mean the pace: others were taken before."""
        domains = {_domain(address) for address in self.put_off}
        theirs = len(domains) == 1 and not domains & self.served
        return bool(self.served) and len(self.put_off) >= PUT_OFF and not theirs


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
