"""Signing in by a mailed link: asking for one, and using it. What is kept of it is one fact for each person."""

import json
import secrets

from bridge.core import sign_in
from bridge.core.roles import role_of
from bridge.core.sessions import registered
from bridge.core.sign_in import LinkState, SignIns
from bridge.keys import Keys
from bridge.stages.notify_oncall import about_no_notice
from bridge.stages.runtime import Runtime
from bridge.stages.wake import NOTHING, Wake
from bridge.store.tx import Tx

OCCASION = "sign_in"
_LINK_BYTES = 16
_STRANGER = ""


def ask_link(tx: Tx, runtime: Runtime, address: str) -> Wake:
    """Mail a link to whoever has this address and a role.

    A stranger costs the same statements and the same commit, so that the time of the answer tells nothing.
    """
    person = registered(address, runtime.config.people)
    if person and role_of(person, runtime.config.escalations.values()) is None:
        person = None
    key = _key(person.id if person else _STRANGER)
    tx.lock(key)
    known = SignIns.from_text(tx.instances.meta(key))
    asked = sign_in.ask(known, secrets.token_urlsafe(_LINK_BYTES), tx.now)
    tx.instances.set_meta(key, (asked if person and asked else known).to_text())
    if person is None or asked is None:
        return NOTHING
    link, service = asked.link, runtime.service_for(person)
    tx.outbox.add([about_no_notice(person, service, OCCASION, f"{OCCASION}/{link}", {"link": link})])
    return Wake(oncall=True)


def link_state(tx: Tx, person: str, link: str) -> LinkState:
    """Whether a link of this person still works. Changes nothing: mail scanners open every link."""
    return SignIns.from_text(tx.instances.meta(_key(person))).state(link, tx.now)


def use_link(tx: Tx, person: str, link: str) -> LinkState:
    """Let somebody in once: `works` for the first who asks, `over` for everybody after."""
    tx.lock(_key(person))
    known = SignIns.from_text(tx.instances.meta(_key(person)))
    state = known.state(link, tx.now)
    if state == "works":
        tx.instances.set_meta(_key(person), sign_in.used(known).to_text())
    return state


def token_of(keys: Keys, person: str, link: str) -> str:
    """What the URL of a sign-in link ends in."""
    return keys.sign("sign-in", json.dumps([person, link]))


def in_token(keys: Keys, token: str) -> tuple[str, str] | None:
    """The person and the link of a token that was issued here."""
    text = keys.signed_text("sign-in", token)
    if text is None:
        return None
    person, link = json.loads(text)
    return person, link


def _key(person: str) -> str:
    return f"sign-in {person}"
