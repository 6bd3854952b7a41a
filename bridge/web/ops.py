"""For machines and their keepers: liveness, readiness, metrics, reload."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import get_args

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bridge import clock, metrics
from bridge.config import Config
from bridge.core.triage import Ignored
from bridge.errors import StorageDown
from bridge.stages.watch import post_ages
from bridge.store.tx import Tx
from bridge.web.api.schemas import counted
from bridge.web.dependencies import Dependencies, Health
from bridge.web.request_body import problem

ASK_AGAIN = 0.2  # seconds
PATIENCE = 3.0  # seconds for the database to answer a probe or a scrape; Prometheus waits 10 by default
TICK_TOO_OLD = 60.0  # seconds without a round of the timer: rings are not going out


@dataclass(frozen=True, slots=True)
class _Stored:
    """What only the database knows: notices that wait for people, letters to customers by state.

    `overdue`: those of the notices whose deadline has passed. `stopped`: letters of unfinished incidents whose rest
    the bridge holds back until a person resumes it. `post_ages`: seconds since each source posted.
    """

    open_notices: int
    overdue: int
    stopped: int
    deliveries: dict[str, int]
    post_ages: Mapping[str, float]


class Ops:
    """The routes."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps
        self._writable = False
        self._asked_at = -ASK_AGAIN

    async def healthz(self, request: Request) -> Response:  # noqa: ARG002
        """Whether the process does its work: 503 tells a supervisor that no round of the timer has ended for long."""
        stuck = self._deps.health().tick_age >= TICK_TOO_OLD
        return JSONResponse({"status": "stuck" if stuck else "ok"}, 503 if stuck else 200)

    async def readyz(self, request: Request) -> Response:  # noqa: ARG002
        """Whether storage takes writes and the clock ticks. A dead relay is said, and is no reason to be left out."""
        health, storage = self._deps.health(), await self._storage()
        ticking = health.tick_age < TICK_TOO_OLD
        content = {"storage": storage, "ticking": ticking, "smtp": dict(health.smtp_up)}
        return JSONResponse(content, 200 if storage and ticking else 503)

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002
        """Prometheus metrics: what was counted here, and what the database holds now.

        While it does not answer, its gauges are left out and `bridge_storage_up` is 0: all others are needed then.
        """
        metrics.begin(self._deps.runtime().config.sources, get_args(Ignored))
        registry = CollectorRegistry()
        registry.register(_Now(await self._stored(), self._deps.health()))
        text = generate_latest(REGISTRY) + generate_latest(registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    async def reload(self, request: Request) -> Response:  # noqa: ARG002
        """Reload the configuration; a bad file is refused whole."""
        finding = await self._deps.reload()
        if finding is not None:
            return problem(400, "the configuration was not reloaded", detail=finding)
        return JSONResponse({"reloaded": True})

    async def _stored(self) -> _Stored | None:
        try:
            async with asyncio.timeout(PATIENCE):
                config = self._deps.runtime().config
                return await self._deps.store.read(partial(stored_gauges, config=config))
        except (StorageDown, TimeoutError):
            return None

    async def _storage(self) -> bool:
        """Whether a write was committed just now: anybody may ask, as often as they like."""
        now = clock.monotonic()
        if now - self._asked_at >= ASK_AGAIN:
            self._asked_at = now
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._deps.store.run(lambda tx: tx.instances.set_meta("ready", "yes"))
                self._writable = True
            except (StorageDown, TimeoutError):
                self._writable = False
        return self._writable


def stored_gauges(tx: Tx, config: Config) -> _Stored:
    waiting = tx.notices.waiting()
    return _Stored(
        open_notices=waiting.all,
        overdue=waiting.overdue,
        stopped=tx.notices.stopped_by_bridge(),
        deliveries=counted(tx.delivery_counts.all().items()),
        post_ages={source: age.total_seconds() for source, age in post_ages(tx, config).items()},
    )


class _Now(Collector):
    """The gauges of one scrape. `stored` is None while the database does not answer."""

    def __init__(self, stored: _Stored | None, health: Health) -> None:
        self._stored = stored
        self._health = health

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily(
            "bridge_storage_up", "Whether the database answers.", float(bool(self._stored))
        )
        if self._stored:
            yield from _of_the_database(self._stored)
        yield GaugeMetricFamily(
            "bridge_tick_age_seconds", "Since the timer's last round.", self._health.tick_age
        )
        up = GaugeMetricFamily("bridge_smtp_up", "Whether the lane's mail server works.", labels=["lane"])
        for lane, works in self._health.smtp_up.items():
            up.add_metric([lane], float(works))
        yield up


def _of_the_database(stored: _Stored) -> Iterable[Metric]:
    yield GaugeMetricFamily("bridge_notices_open", "Notices that wait for people.", stored.open_notices)
    yield GaugeMetricFamily("bridge_notices_overdue", "Those whose deadline has passed.", stored.overdue)
    yield GaugeMetricFamily(
        "bridge_notices_stopped",
        "Letters that the bridge stopped until a person resumes them.",
        stored.stopped,
    )
    deliveries = GaugeMetricFamily("bridge_deliveries", "Letters to customers by state.", labels=["state"])
    for state, n in stored.deliveries.items():
        deliveries.add_metric([state], n)
    yield deliveries
    ages = GaugeMetricFamily(
        "bridge_source_last_post_age_seconds",
        "Since the source's last post with the right credential.",
        labels=["source"],
    )
    for source, age in stored.post_ages.items():
        ages.add_metric([source], age)
    yield ages
