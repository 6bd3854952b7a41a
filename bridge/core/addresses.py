"""Mail addresses: which ones the bridge accepts, and how they are written on the wire.

One bare address is accepted, never a list, a route or a display name: nothing that is given as an address can
become a second recipient or an SMTP parameter. Local parts may be wider than in RFC 5321: Japanese carriers gave
out `foo..bar@`, `foo.@` and `.foo@` until 2009, and those customers still read mail.
"""

import re
import unicodedata
from functools import lru_cache

_TEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-"  # RFC 5322 atext, and dots anywhere
_ASCII_LOCAL = re.compile(f"[{_TEXT}]+")
_LOCAL = re.compile(f"[{_TEXT}\u00a1-\U0010ffff]+")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# Nearly every address passes by this one match.
_PLAIN = re.compile(rf"[{_TEXT}]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_ATOM, _LOWER = _TEXT.replace(r".\-", r"\-"), _LABEL.replace("A-Z", "")
_REGULAR = re.compile(rf"(?=[^@]{{1,64}}@)[{_ATOM}]+(?:\.[{_ATOM}]+)*@{_LOWER}(?:\.{_LOWER})+")
_DEVIATING = re.compile("[ßẞς]")  # IDNA 2003 and 2008 read different domains in them: RFC 5894 7.2
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")

_MARKS = frozenset({"Ps", "Pe", "Pi", "Pf", "Po", "Pd", "Sm", "Sk", "So"})

NO_ADDRESS = "no address"
TOO_LONG = "the address is too long"
UNREADABLE = "control characters in the address"
SEVERAL = "more than one address"
NO_FORM = "not an address: it needs the form name@domain"
SEPARATORS = "spaces, brackets or separators in the address"
CHARACTERS = "characters that an address cannot have"
BAD_DOMAIN = "the domain is not valid"
TWO_DOMAINS = "the domain has a letter that stands for two different domains (ß, ς). Write its xn-- form"
JAPANESE = {
    NO_ADDRESS: "メールアドレスがありません",
    TOO_LONG: "メールアドレスが長すぎます",
    UNREADABLE: "メールアドレスに制御文字があります",
    SEVERAL: "メールアドレスが2つ以上あります",
    NO_FORM: "メールアドレスの形(名前@ドメイン)ではありません",
    SEPARATORS: "メールアドレスに空白・括弧・区切り文字があります",
    CHARACTERS: "メールアドレスに使えない文字があります",
    BAD_DOMAIN: "メールアドレスのドメインが正しくありません",
    TWO_DOMAINS: "ドメインに、2通りに解釈される文字(ß、ς)があります。xn-- で始まる形で書いてください",
}
"""Every reason of `problem`, for people who read Japanese."""


class AddressError(ValueError):
    """Not one address we can write to. `why` says what is wrong, without the address."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address!r}: {why}")
        self.why = why


def problem(address: str) -> str | None:
    """Why this is not one address we can write to, in words for a person; None when it is fine."""
    if len(address) <= 254 and _PLAIN.fullmatch(address):
        return None
    local, at, domain = address.rpartition("@")
    if not address:
        return NO_ADDRESS
    if len(address) > 254:  # RFC 5321 4.5.3.1
        return TOO_LONG
    if _UNREADABLE.search(address):
        return UNREADABLE
    if address.count("@") > 1:
        return SEVERAL
    if not at or not local or not domain:
        return NO_FORM
    if any(c.isspace() or c in ',;<>()[]"\\:' for c in address):
        return SEPARATORS
    if not _LOCAL.fullmatch(local) or any(_is_a_mark(c) for c in address):
        return CHARACTERS
    return _length_or_domain_problem(local, domain)


def _is_a_mark(character: str) -> bool:
    """Whether it is a bracket, a quotation mark or a stop of some script, which IDNA 2003 would let pass."""
    return not character.isascii() and unicodedata.category(character) in _MARKS and character != "・"


def _length_or_domain_problem(local: str, domain: str) -> str | None:
    if _DEVIATING.search(domain):
        return TWO_DOMAINS
    try:
        written = ascii_domain(domain)
    except UnicodeError:
        return BAD_DOMAIN
    if not _DOMAIN.fullmatch(written):
        return BAD_DOMAIN
    if len(local.encode()) > 64 or len(local.encode()) + 1 + len(written) > 254:
        return TOO_LONG
    return None


def is_regular(address: str) -> bool:
    """Whether the address is written on the wire as it is, and in no other way. Nearly all are."""
    return len(address) <= 254 and _REGULAR.fullmatch(address) is not None


def on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (IDNA) and lower case. Raises AddressError where `problem` would.

    A local part outside ASCII stays as it is: only a relay that offers SMTPUTF8 (RFC 6531) can take it.
    """
    return address if is_regular(address) else _rewritten(address)


@lru_cache(maxsize=256)
def _rewritten(address: str) -> str:
    if why := problem(address):
        raise AddressError(address, why)
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def spellings(address: str) -> tuple[str, ...]:
    """How to name a recipient in RCPT TO, in the order to try: as it is and, for irregular dots, in quotes."""
    local, _, domain = address.rpartition("@")
    if _ASCII_LOCAL.fullmatch(local) and (local.startswith(".") or local.endswith(".") or ".." in local):
        return address, f'"{local}"@{domain}'
    return (address,)


def ascii_domain(domain: str) -> str:
    """`例え.jp` as `xn--r8jz45g.jp`, and in lower case. Raises UnicodeError for what IDNA cannot write."""
    return (domain if domain.isascii() else domain.encode("idna").decode("ascii")).lower()
