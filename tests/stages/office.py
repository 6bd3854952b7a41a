"""One bridge without its edges: real stages, timer and store; the test moves the clock, edits the customer
list, posts alerts, presses buttons, and plays the mail server."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import make_url

from bridge.audiences.cache import CustomerLists
from bridge.audiences.csv import AudienceError
from bridge.config import Config
from bridge.core.model import (
    Alert,
    AudienceFacts,
    DeliveryState,
    Event,
    Incident,
    Notice,
    Recipient,
    Ring,
    Text,
    Version,
)
from bridge.core.values import Locale, LocalText
from bridge.keys import Keys
from bridge.letters.render import Letters
from bridge.loops.lanes import claim_rows
from bridge.loops.peers import Peers
from bridge.loops.relay_watch import RelayWatch
from bridge.loops.results import write_results
from bridge.loops.timer import Timer
from bridge.metronome import Metronome
from bridge.oncall.message import OncallMessages
from bridge.smtp.relay import Relay
from bridge.smtp.settings import RelaySettings
from bridge.sources import Parsed
from bridge.stages.audience import Lists, audience_of
from bridge.stages.context import NoticeContext, open_notice
from bridge.stages.decide.decide import decide
from bridge.stages.decide.decision import DecisionRequest, DecisionResult
from bridge.stages.draft_on_request import Drafted, draft_individual
from bridge.stages.fan_out import Chunk, begin_send, claim_letter
from bridge.stages.instances import ThisInstance, recover_claims, stop_old_work
from bridge.stages.oncall_message import compose
from bridge.stages.proofread import proofread
from bridge.stages.receive import Received, receive
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.claims import Claimed, DeliveryResult, Wanted
from bridge.store.open_database import open_database
from bridge.store.outbox import Lane
from bridge.store.store import Store
from bridge.store.tx import Tx
from bridge.wording import Finding
from tests.parts.midori import minutes, seconds
from tests.stages.samples import NIGHT, configured, customers

KEYS = Keys((b"k" * 32,))


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime = NIGHT

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


async def loaded_beside() -> bool:
    """A busy machine loads a list beside the round of a timer. Wait for it; whether there was one."""
    loading = [task for task in asyncio.all_tasks() if task.get_coro().__name__ == "load_due"]
    if loading:
        await asyncio.wait(loading)
    return bool(loading)


@dataclass
class Office:
    """What a test holds. `mails` are the letters that the mail server took: notice, address, bytes."""

    store: Store[Tx]
    clock: Clock
    runtime: Runtime
    recipients: list[Recipient] = field(default_factory=customers)
    list_problem: str = ""
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)

    def instance(self, instance_id: str, boot_id: str = "boot-1") -> Timer:
        """The timer of one instance of the bridge over this database."""
        relay = Relay(RelaySettings(host="127.0.0.1"), 1)
        bell = Metronome().bell("timer")
        return Timer(
            store=self.store,
            runtime=lambda: self.runtime,
            lists=ListOf(self),
            watch=RelayWatch(self.store, lambda: self.runtime, lambda: relay, lambda wake: None),
            peers=Peers(
                self.store, lambda: self.runtime, ListOf(self), lambda: ThisInstance(instance_id, boot_id)
            ),
            me=lambda: ThisInstance(instance_id, boot_id),
            bell=bell,
            wake=lambda wake: None,
        )

    async def post(self, *alerts: Alert, source: str = "alertmanager") -> Received:
        (received,) = await self.post_together(Parsed(alerts), source=source)
        return received

    async def post_together(self, *posts: Parsed, source: str = "alertmanager") -> list[Received]:
        """Posts that came while another was being recorded. No list is read yet: the timer rings."""
        received, _ = await self.record(*posts, source=source, lists={})
        return received

    async def record(
        self, *posts: Parsed, source: str = "alertmanager", lists: Lists | None
    ) -> tuple[list[Received], Wake]:
        unit = partial(receive, runtime=self.runtime, source=source, posts=posts, lists=lambda _: lists)
        return await self.store.run(unit)

    async def press(
        self, person: str, action: str, notice: Notice | None = None, **form: Any
    ) -> DecisionResult:
        """One press on the person's page, as it stands unless the form says otherwise."""
        notice = notice or await self.newest()
        link = await self.link(notice, person)
        plain = DecisionRequest(
            action, genuine=True, version=notice.version, audience=await self.audience(notice)
        )
        return await self.decide(link, replace(plain, **form))

    async def decide(self, link: str, form: DecisionRequest) -> DecisionResult:
        lists = await ListOf(self).facts(self.runtime.config.services)
        return await self.store.run(
            partial(decide, runtime=self.runtime, link_id=link, form=form, lists=lists)
        )

    async def tick(self, after: timedelta = timedelta()) -> datetime | None:
        """Let time pass, then one round of the timer; returns when it wants to run next."""
        self.clock.move(after)
        due = await self.instance("one").tick()  # begun anew, so that every round is one with a heartbeat
        if await loaded_beside():
            due = await self.instance("one").tick()
        return due

    async def restart_after(self, moment: datetime) -> None:
        """Days go by with a heartbeat and nothing to do."""
        await self.tick(moment - self.clock.now)

    async def wait(self, length: timedelta) -> None:
        """Let time pass as the timer's loop does: a round whenever something is due, one more for its news."""
        end = self.clock.now + length
        while True:
            await self.tick()
            due = await self.tick()
            if self.clock.now >= end:
                return
            self.clock.now = min(max(due or end, self.clock.now), end)

    async def claim(
        self, lane: Lane = "customers", limit: int = 1000, instance_id: str = "one"
    ) -> list[Claimed]:
        return await self.store.run(
            partial(
                claim_rows,
                runtime=self.runtime,
                wanted=Wanted(lane, limit),
                me=ThisInstance(instance_id, "boot-1"),
            )
        )

    async def deliver(
        self, state: DeliveryState = "sent", limit: int = 1000, instance_id: str = "one"
    ) -> int:
        """The mail server's answer to every customer's mail that is due; returns how many it was asked."""
        claims = await self.claim(limit=limit, instance_id=instance_id)
        await self.may_write_dot(claims, instance_id)
        for one in claims:
            letter = partial(_skeleton, notice_id=one.notice_id, key=one.letter or "")
            self.mails.append((one.notice_id, one.address, await self.store.read(letter)))
        marks = [DeliveryResult(c.id, c.fence, c.notice_id, c.lane, state) for c in claims]
        await self.mark(*marks, instance_id=instance_id)
        return len(claims)

    async def may_write_dot(
        self, claims: Sequence[Claimed], instance_id: str = "one"
    ) -> set[tuple[int, int]]:
        return await self.store.run(
            lambda tx: tx.claims.mark_in_doubt([(c.id, c.fence) for c in claims], instance_id)
        )

    async def mark(self, *marks: DeliveryResult, instance_id: str = "one") -> None:
        await self.store.run(partial(write_results, results=marks, me=ThisInstance(instance_id, "boot-1")))

    async def restart(self, instance_id: str) -> None:
        """What a new instance does first, as the only one."""

        def unit(tx: Tx) -> None:
            stop_old_work(tx, self.runtime, ThisInstance(instance_id, "boot-1"))
            tx.instances.beat(instance_id, "boot-1")
            recover_claims(tx, instance_id, "boot-1", "resend_once", alone=True)

        await self.store.run(unit)

    async def load_first_chunk_only(self) -> Notice:
        """The hold is over, and the bridge dies while it loads the list."""
        self.clock.move(seconds(31))
        notice = await self.store.run(partial(claim_letter, runtime=self.runtime, instance_id="one"))
        assert notice
        some = self.recipients[:1]
        unit = partial(begin_send, runtime=self.runtime, notice=notice, chunk=Chunk(0, some), last=False)
        await self.store.run(unit)
        return notice

    async def upload(self, *rows: tuple[str, str]) -> Drafted:
        """A CSV of (address, company) for the newest incident."""
        told = [
            {
                "email": to,
                "company": company,
                "department": "営業部",
                "name": "ご担当者",
                "impact": "受注1件が保存されておりません。",
            }
            for to, company in rows
        ]
        incident = await self.incident()
        unit = partial(draft_individual, runtime=self.runtime, incident_id=incident.id, rows=told)
        return await self.store.run(unit)

    async def send(self) -> None:
        """End the hold, let the mail server take everything, and note that it did."""
        await self.tick(seconds(31))
        await self.deliver()
        await self.tick()

    async def approve_and_send(self, person: str = "maruyama") -> Notice:
        notice = await self.newest()
        answer = await self.press(person, "approve", notice)
        assert answer.status == 303, answer
        await self.send()
        return await self.again(notice)

    async def incidents(self) -> list[Incident]:
        """Oldest first."""
        return (await self.store.read(lambda tx: tx.incidents.page(None, 10_000)))[::-1]

    async def incident(self) -> Incident:
        """The newest one."""
        return (await self.incidents())[-1]

    async def alerts(self) -> list[Alert]:
        """Those of the newest incident, earliest first."""
        of = await self.incident()
        return await self.store.read(lambda tx: tx.alerts.of(of.id))

    async def notices(self, incident: Incident | None = None) -> list[Notice]:
        of = incident or await self.incident()
        return await self.store.read(lambda tx: tx.notices.of(of.id))

    async def newest(self) -> Notice:
        return (await self.notices())[-1]

    async def again(self, notice: Notice) -> Notice:
        """The notice as it is now."""
        found = await self.store.read(lambda tx: tx.notices.get(notice.id))
        assert found
        return found

    async def version(self, notice: Notice, number: int | None = None) -> Version:
        return await self.store.read(lambda tx: tx.notices.version(notice.id, number or notice.version))

    async def rings(self, notice: Notice) -> list[Ring]:
        return await self.store.read(lambda tx: tx.rings.of(notice.id))

    async def pending(self, notice: Notice) -> Ring | None:
        return next((ring for ring in await self.rings(notice) if ring.state == "pending"), None)

    async def counts(self, notice: Notice) -> dict[DeliveryState, int]:
        return (await self.store.read(lambda tx: tx.delivery_counts.of([notice.id])))[notice.id]

    async def told(self, kind: str) -> list[str]:
        """Who has a message of this kind waiting in the on-call's lane; it is taken out."""
        claims = await self.claim("oncall")
        gone = [DeliveryResult(c.id, c.fence, c.notice_id, c.lane, "sent") for c in claims]
        await self.mark(*gone)
        return sorted(c.person or "" for c in claims if c.kind == kind)

    async def written(self, row: Claimed, locale: Locale = "ja") -> Text:
        """The mail to on-call that a claimed row becomes."""
        unit = partial(compose, runtime=self.runtime, keys=KEYS, row=row, relay_trouble="")
        made = await self.store.read(unit)
        assert made
        return OncallMessages().write(made[0], locale)

    async def template_problem(self) -> str:
        """What the next ring, which is made to leave now, says of the template of the newest notice."""
        await self.told("ring")
        await self.tick(minutes(5))
        ring, *_ = await self.claim("oncall")
        return str(ring.detail["template"])

    async def events(self, incident: Incident | None = None) -> list[Event]:
        of = incident or await self.incident()
        return await self.store.read(lambda tx: tx.events.of(of.id))

    async def actions(self) -> list[str]:
        return [event.action for event in await self.events()]

    async def link(self, notice: Notice, person: str) -> str:
        links = await self.store.read(lambda tx: tx.links.of(notice.id))
        return links[person].id

    async def audience(self, notice: Notice) -> str | None:
        """The digest that the page of a notice shows now."""
        lists = await ListOf(self).facts(self.runtime.config.services)

        def query(tx: Tx) -> str | None:
            ctx = open_notice(tx, self.runtime, notice.id)
            return audience_of(ctx, lists).digest if ctx else None

        return await self.store.read(query)

    async def findings(self) -> tuple[Finding, ...]:
        """What the wording check says of the newest notice."""
        incident, notice = await self.incident(), await self.newest()
        return await self.store.read(lambda tx: proofread(NoticeContext(tx, self.runtime, incident, notice)))

    def other(self, services: Sequence[str]) -> "Office":
        """Another instance over the same database, which runs a configuration of these services."""
        return replace(self, runtime=replace(self.runtime, config=configured(services)))

    def reconfigure(self, **changes: Any) -> None:
        """Reload: the running configuration with these parts replaced."""
        self.runtime = replace(self.runtime, config=self.runtime.config.model_copy(update=changes))


class ListOf(CustomerLists):
    """The one customer list of all services, as the test has it now."""

    def __init__(self, office: Office) -> None:
        super().__init__(lambda: office.runtime.config.service_lists)
        self._office = office

    async def facts(self, services: Iterable[str]) -> Mapping[str, AudienceFacts]:
        if problem := self._office.list_problem:
            facts = AudienceFacts("shop-customers", problem=LocalText(ja=problem))
        else:
            count = len(self._office.recipients)
            facts = AudienceFacts("shop-customers", count=count, digest=await self.digest("shop"))
        return dict.fromkeys(services, facts)

    async def digest(self, service: str) -> str:
        if problem := self._office.list_problem:
            raise AudienceError(Path("customers.csv"), problem, problem)
        return "|".join(sorted(recipient.address for recipient in self._office.recipients))

    async def chunks(self, service: str, size: int, digest: str) -> AsyncIterator[list[Recipient]]:
        for start in range(0, len(self._office.recipients), size):
            yield self._office.recipients[start : start + size]


@asynccontextmanager
async def office(url: str, config: Config | None = None) -> AsyncIterator[Office]:
    """A bridge over a fresh database, at NIGHT, with three customers."""
    _lay_tables(url)
    clock = Clock()
    store: Store[Tx] = await Store.open(
        url,
        clock=clock,
        make_tx=lambda connection, now: Tx(connection, now, KEYS.audit),
        database_clock=False,
    )
    store._database.engine.update_execution_options(compiled_cache=COMPILED)
    try:
        yield Office(store, clock, Runtime(config or configured(), LETTERS))
    finally:
        await store.close()


LETTERS = Letters()


class _Compiled(dict[Any, Any]):
    """Statements as they were compiled for the first engine of their kind: each test would do it anew for its own."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


COMPILED = _Compiled()


def _lay_tables(url: str) -> None:
    """Copies a database of today's schema to where a SQLite URL has none yet."""
    file = Path(make_url(url).database or "")
    if url.startswith("sqlite:") and not file.exists():
        file.write_bytes(_empty_database())


@cache
def _empty_database() -> bytes:
    """An SQLite file of today's schema: creating the tables costs as much as a stage does."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bridge.sqlite3"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


def _skeleton(tx: Tx, notice_id: str, key: str) -> bytes:
    return tx.outbox.skeleton(notice_id, key)


def text_of(skeleton: bytes) -> Text:
    """What a customer reads in a frozen letter."""
    mail = message_from_bytes(skeleton, policy=policy.default)
    return Text(mail["Subject"], mail.get_content().replace("\r\n", "\n"))


def states(notices: Iterable[Notice]) -> list[tuple[str, str]]:
    """Kind and state of each, in the order they were drafted."""
    return [(notice.kind, notice.state) for notice in notices]
