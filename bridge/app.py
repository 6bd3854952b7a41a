"""Wires everything. The only place that does: store, loops, lanes, web, signals."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from uuid import uuid4

from bridge import clock
from bridge.audiences.cache import CustomerLists
from bridge.config import Config
from bridge.core.anchors import LOGGED_AS
from bridge.core.continuity import Mark, falls_behind
from bridge.errors import StorageDown, StorageRefused
from bridge.keys import Keys, load_keys, other_database
from bridge.letters.render import Letters
from bridge.log import Logger
from bridge.loops.composers import LetterComposer, OncallComposer
from bridge.loops.lanes import LaneDependencies, LaneWorker, leave
from bridge.loops.peers import Peers
from bridge.loops.relay_watch import RelayWatch
from bridge.loops.reload import RunningConfig
from bridge.loops.results import LeavingLetter, Results
from bridge.loops.self_check import SelfCheck
from bridge.loops.timer import Timer
from bridge.metronome import Metronome
from bridge.oncall.message import oncall_templates
from bridge.plugins import module_called
from bridge.smtp.helo import named
from bridge.smtp.relay import ONCALL_CONNECTIONS, Relay
from bridge.stages import instances
from bridge.stages.instances import ThisInstance
from bridge.stages.leave_at_once import Hands
from bridge.stages.runtime import Runtime
from bridge.stages.wake import LeavingRing, Wake
from bridge.store.mark_file import MarkFile
from bridge.store.store import Store
from bridge.store.tx import Tx
from bridge.web.dependencies import Dependencies, Health
from bridge.web.listen import HttpServer, Sockets, addresses, servers
from bridge.web.pages import Pages
from bridge.wording import all_rules

log = Logger(__name__)

STOP_WITHIN = 8.0  # seconds for messages that wait for the answer to their dot
LOAD_AFTER = 1.0  # seconds of serving
GIVE_BACK_WITHIN = 0.5  # seconds: closing the store waits on for it, unless the database hangs


def build(config: Config, path: Path | None = None, *, demo: bool = False) -> "App":
    """The bridge with this configuration. `path` is what a reload reads. `demo`: its pages say that they are one."""
    return App(config, path, demo=demo)


class App:
    """One instance of the bridge."""

    def __init__(self, config: Config, path: Path | None, *, demo: bool) -> None:
        self._pages = Pages(config.server.path, demo=demo)
        self._running = RunningConfig(config, path, self._changed)
        self._self_check = SelfCheck(path)
        self._relays = _relays(config)
        self._lists = CustomerLists(lambda: self._runtime.config.service_lists)
        self._instance_id = str(uuid4())
        self._boot_id = ""  # known once the database is open
        self._mark = MarkFile(config.server.data_dir / "mark")
        self._metronome = Metronome()
        self._bells = {name: self._metronome.bell(name) for name in ("timer", "oncall", "customers")}
        self._stop = asyncio.Event()
        self._leave: Callable[[Sequence[LeavingRing]], None] = lambda _: None

    async def serve(self) -> None:
        """Run until SIGTERM or SIGINT. Raises BridgeError when it cannot start."""
        config = self._runtime.config
        with addresses(config) as sockets:
            await self._serve_on(sockets, config)

    async def _serve_on(self, sockets: Sockets, config: Config) -> None:
        keys = load_keys(config.key_file)
        async with self._store(keys) as store:
            await self._begin(store, keys)
            marks = Results(store, self._me, self._bells["timer"].ring, self._leaving, self._done)
            timer = self._timer(store)
            lanes = self._lanes(store, marks, keys)
            deps = self._dependencies(store, timer, keys)
            store.add_listener(self._ring_all)
            self._metronome.start()
            self._listen_to_signals(store)
            try:
                await self._run(timer, lanes, marks, servers(config, deps, sockets))
            finally:
                self._metronome.stop()
                await self._give_back(store)
                self._mark.close()

    def _changed(self, old: Config) -> None:
        """Another configuration is in force."""
        if old.smtp != self._runtime.config.smtp:
            self._relays = _relays(self._runtime.config)
        for relay in self._relays["oncall"]:
            relay.try_anew()
        self._ring_all()

    @property
    def _runtime(self) -> Runtime:
        return self._running.runtime

    @contextlib.asynccontextmanager
    async def _store(self, keys: Keys) -> AsyncIterator[Store[Tx]]:
        audit = keys.audit
        store: Store[Tx] = await Store.open(
            self._runtime.config.database_url,
            clock=clock.now,
            make_tx=lambda connection, now: Tx(connection, now, audit),
        )
        try:
            yield store
        finally:
            await store.close()

    async def _begin(self, store: Store[Tx], keys: Keys) -> None:
        """Before the first heartbeat: is it our database, what is old work, whose claims are nobody's."""
        policy = self._runtime.config.smtp.on_unknown

        def unit(tx: Tx) -> tuple[str, Wake]:
            known = (tx.instances.meta("key") or "").split()
            if why := other_database(self._runtime.config.key_file, keys, known):
                raise StorageRefused(why)
            tx.instances.set_meta("key", " ".join(dict.fromkeys([*known, *keys.ids])))
            me = ThisInstance(self._instance_id, tx.boot_id(), self._mark.mark, self._where)
            wake = instances.live_on(tx, self._runtime, me)
            tx.instances.started_at(me.where)
            if self._alone:
                instances.recover_claims(tx, me.id, me.boot_id, policy, alone=True)
            return me.boot_id, wake

        self._boot_id, wake = await store.run(unit)
        self._wake(wake)

    def _me(self) -> ThisInstance:
        return ThisInstance(self._instance_id, self._boot_id, self._mark.mark, self._where)

    @property
    def _alone(self) -> bool:
        """An SQLite file is one process's."""
        return self._runtime.config.database_url.get_backend_name() == "sqlite"

    @cached_property
    def _where(self) -> str:
        """This machine and its database, by which people tell a copy from its original. A reload changes neither."""
        url = self._runtime.config.database_url
        return f"{socket.gethostname()}:{'/'.join(filter(None, (url.host, url.database)))}"

    def _leaving(self, letter: LeavingLetter) -> None:
        """A letter is about to leave: this machine remembers it, whatever becomes of the database."""
        mark = Mark(letter.database, letter.tick, letter.row, letter.fence, self._boot_id)
        if not falls_behind(mark, self._mark.mark):
            self._mark.write(mark)

    def _done(self, row: int, fence: int) -> None:
        """What became of a letter is written down: a record of before forgets that, if it is put back."""
        known = self._mark.mark
        if known is not None and known.boot == self._boot_id:
            self._mark.write(replace(known, row=row, fence=fence, done=True))

    async def _run(
        self, timer: Timer, lanes: Sequence[LaneWorker], marks: Results, listening: Sequence[HttpServer]
    ) -> None:
        """Everything at once, until a signal or until one of them fails; then in order: claims, dots, marks."""
        marking = asyncio.create_task(marks.run())
        working: list[Timer | LaneWorker] = [timer, *lanes]
        loops = [asyncio.create_task(each.run()) for each in working]
        serving = [asyncio.create_task(server.serve()) for server in listening]
        stopped = asyncio.create_task(self._stop.wait())
        log.info("serving", listen=str(self._runtime.config.server.listen), instance=self._instance_id)
        loading = asyncio.create_task(self._load_the_rest())
        everything = [marking, *loops, *serving]
        await asyncio.wait([stopped, *everything], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        for server in listening:
            server.should_exit = True
        for each in working:
            each.stop()
        await asyncio.wait([*loops, *serving], timeout=STOP_WITHIN)
        marks.close()
        await asyncio.wait([marking], timeout=1.0)
        everything.append(loading)
        for task in everything:
            task.cancel()
        results = await asyncio.gather(*everything, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _load_the_rest(self) -> None:
        """Whoever waits for the start is answered first: a thread that imports leaves little of the interpreter."""
        await clock.pause(LOAD_AFTER)
        await asyncio.to_thread(_load_the_rest, self._pages, self._runtime.letters)

    async def _give_back(self, store: Store[Tx]) -> None:
        policy = self._runtime.config.smtp.on_unknown

        def unit(tx: Tx) -> None:
            tx.claims.give_back([self._instance_id], all_in_doubt=False, on_unknown=policy)
            tx.notices.release([self._instance_id])

        with contextlib.suppress(StorageDown, TimeoutError):  # the next start sorts it out
            async with asyncio.timeout(GIVE_BACK_WITHIN):
                await store.run(unit)

    def _timer(self, store: Store[Tx]) -> Timer:
        return Timer(
            store=store,
            runtime=lambda: self._runtime,
            lists=self._lists,
            watch=RelayWatch(store, lambda: self._runtime, lambda: self._relays["customers"][0], self._wake),
            peers=None if self._alone else Peers(store, lambda: self._runtime, self._lists, self._me),
            me=self._me,
            bell=self._bells["timer"],
            wake=self._wake,
        )

    def _lanes(self, store: Store[Tx], marks: Results, keys: Keys) -> list[LaneWorker]:
        office = LaneDependencies(store, marks, self._me, clock.now, lambda: self._runtime, self._wake)
        oncall = OncallComposer(store, lambda: self._runtime, keys, self._relay_problem, clock.now)
        rings = LaneWorker(
            "oncall",
            office,
            lambda: self._relays["oncall"],
            ONCALL_CONNECTIONS,
            self._bells["oncall"],
            oncall,
        )
        self._leave = partial(leave, rings, oncall)
        return [
            rings,
            LaneWorker(
                "customers",
                office,
                lambda: self._relays["customers"],
                self._runtime.config.smtp.connections,
                self._bells["customers"],
                LetterComposer(store, lambda: self._runtime),
            ),
        ]

    def _dependencies(self, store: Store[Tx], timer: Timer, keys: Keys) -> Dependencies:
        def health() -> Health:
            up = {
                "oncall": any(relay.up for relay in self._relays["oncall"]),
                "customers": self._relays["customers"][0].up,
            }
            return Health(clock.monotonic() - timer.last_tick, up, self._relay_problem())

        return Dependencies(
            store=store,
            runtime=lambda: self._runtime,
            keys=keys,
            lists=self._lists,
            hands=lambda: Hands(self._runtime, self._instance_id, keys, self._relay_problem()),
            wake=self._wake,
            now=clock.now,
            health=health,
            reload=partial(self._running.reload, store),
            check=self._self_check.look,
            pages=self._pages,
        )

    def _relay_problem(self) -> str:
        return self._relays["customers"][0].last_error

    def _wake(self, wake: Wake) -> None:
        for head in wake.anchors:
            log.info(LOGGED_AS, anchor=str(head))
        for found in wake.database:
            log.warning(f"database_{found}")
        for problem in wake.template_failed:
            log.warning("template_failed", problem=problem)
        self._leave(wake.leaving)
        for name in ("timer", "oncall", "customers"):
            if getattr(wake, name):
                self._bells[name].ring()

    def _ring_all(self) -> None:
        for bell in self._bells.values():
            bell.ring()

    def _listen_to_signals(self, store: Store[Tx]) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(self._running.reload(store)))


def _load_the_rest(pages: Pages, letters: Letters) -> None:
    """What the first letter, its ring, its page and the first call of the API need, in that order.

    A start does not wait for it, nor the first alert.
    """
    for templates, first in (
        (oncall_templates(), ("ring.", "which_copy.")),
        (letters.templates, ("first.", "_")),
        (pages.templates, ("approval.", "layout.", "parts.", "fields.")),
    ):
        for name in templates.list_templates():
            if name.rpartition("/")[2].startswith(first):
                templates.get_template(name)
    all_rules()
    module_called("bridge.web.api", "api_app")


def _relays(config: Config) -> dict[str, list[Relay]]:
    """The mail servers of each lane, in the order they are tried. Both lanes share the first."""
    smtp = named(config.smtp, socket.gethostname(), config.server.public_url)
    first = Relay(smtp, smtp.connections, rate=smtp.rate)
    oncall = [first]
    if smtp.fallback is not None:
        oncall.append(Relay(smtp.fallback, ONCALL_CONNECTIONS))
    return {"oncall": oncall, "customers": [first]}
