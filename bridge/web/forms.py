"""What a browser posts from the approval page: fields, and whether they came from a page of ours."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from bridge.core.sanitise import several_lines, storable
from bridge.stages.decide.decision import DecisionRequest
from bridge.web.request_body import BodyRefused, read_body

FORM_LIMIT = 1024 * 1024
FIELDS_LIMIT = 100
RIGHT_LIMIT = 2000  # characters, as the page's field has it
FORM_TYPE = "application/x-www-form-urlencoded"
RADIOS = {
    "cause": "cause_is",
    "remedy": "cause_is",
    "prevention": "prevention_is",
    "customer_actions": "customer_actions_is",
}
"""The texts that a page asks for, each with the radio that shows or hides it."""
SAID = (
    *("status", "scope", "unaffected", "affected_count", "how_to_tell", "data_note", "apology_for_delay"),
)
WHICH = ("state", "reply", "recipient")  # whom a press is for, which sends again to some
ANSWERS = (*RADIOS, "cause_by", "cause_is", *SAID)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name, and what its button's address says.

    None at all when it is too large, too slow, or no such form: without its csrf a press is refused anyway, after the
    checks that come before that.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        return {}
    try:
        body = (await read_body(request, FORM_LIMIT)).decode("utf-8", "replace")
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except (BodyRefused, ValueError):
        return {}
    chosen = [(name, request.query_params[name]) for name in WHICH if name in request.query_params]
    return {storable(name): storable(value) for name, value in [*chosen, *pairs]}


_PORTS = {"http": 80, "https": 443}


def version_in(posted: Mapping[str, str]) -> int | None:
    """The version a form was made for."""
    written = posted.get("version", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else None


def form_of(posted: Mapping[str, str], *, genuine: bool) -> DecisionRequest:
    """A posted form as the stages know it."""
    others = {name: text for name, text in posted.items() if name.startswith(("subject_", "body_"))}
    return DecisionRequest(
        action=posted.get("action", ""),
        genuine=genuine,
        version=version_in(posted),
        audience=posted.get("audience"),
        subject=posted.get("subject"),
        body=posted.get("body"),
        other_texts=others,
        reason=reason_in(posted),
        override=posted.get("override", ""),
        answers=answers_of(posted),
        nature=posted.get("nature", ""),
        right=several_lines(posted.get("right", ""), RIGHT_LIMIT),
        state=posted.get("state", ""),
        reply=posted.get("reply", ""),
        recipient=posted.get("recipient", ""),
    )


def answers_of(posted: Mapping[str, str]) -> dict[str, str]:
    """Everything that a form with questions answers, empty where it leaves one open; nothing for another form."""
    if not any(name in posted for name in ANSWERS):
        return {}
    answers = dict.fromkeys(RADIOS, "")
    return answers | answers_in(posted) | {name: posted[name] for name in SAID if name in posted}


def answers_in(form: Mapping[str, str]) -> dict[str, str]:
    """The answers a form brings, with what an unchosen radio hides left out.

    A radio says `open` or `known`; without one a field that has text counts.
    """
    kept = {
        name: form[name].strip()
        for name, radio in RADIOS.items()
        if form.get(name, "").strip() and form.get(radio, "known") != "open"
    }
    if "cause" not in kept and form.get("cause_by", "").strip():
        kept["cause_by"] = form["cause_by"].strip()
    return kept


def reason_in(form: Mapping[str, str]) -> str:
    """Why nothing is sent: the choice that was made; what was written counts beside "other", or beside none."""
    chosen, written = form.get("reason", "").strip(), form.get("reason_other", "").strip()
    return written if written and chosen in ("", "other") else chosen


def is_ours(headers: Headers, public_url: str) -> bool:
    """Whether a form was posted from our own page, as far as its browser says.

    A browser that says `same-origin` knows better than any comparison behind a proxy, which may rewrite host and
    port. Pages with `no-referrer` make browsers send `Origin: null`; null and absent are ours, as are public_url's
    origin and the request's own host.
    """
    site = headers.get("sec-fetch-site", "").lower()
    if site in ("same-origin", "cross-site"):
        return site == "same-origin"
    given, host = headers.get("origin", "null"), headers.get("host", "")
    if given.lower() == "null":
        return True
    ours = (public_url, f"http://{host}", f"https://{host}")
    return (origin := _origin(given)) is not None and origin in [_origin(url) for url in ours]


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port (RFC 6454 4): `https://Bridge.example.jp:443` is `https://bridge.example.jp`."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None
