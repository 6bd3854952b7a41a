"""Whether the instances run the same configuration and read the same lists: otherwise it depends on the instance what
a letter says, and to whom it goes."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bridge.audiences.cache import CustomerLists
from bridge.clock import monotonic
from bridge.config import Config
from bridge.log import Logger
from bridge.stages.instances import ThisInstance
from bridge.stages.runtime import Runtime
from bridge.store.store import Store
from bridge.store.tx import Tx

log = Logger(__name__)

LOOK_EVERY = 15.0  # seconds
ITS_OWN = {"server", "database", "smtp", "api", "listed_sources"}  # what may differ from machine to machine


@dataclass
class Peers:
    """One instance's look at the others. Said when it lasts for two looks: files are replaced one by one."""

    store: Store[Tx]
    runtime: Callable[[], Runtime]
    lists: CustomerLists
    me: Callable[[], ThisInstance]
    _looked_at: float = float("-inf")
    _told: "tuple[Config, hashlib._Hash] | None" = None
    _others: frozenset[str] = frozenset()
    _said: frozenset[str] = frozenset()

    async def look(self) -> None:
        """With the heartbeat, and seldom. Raises StorageDown."""
        if monotonic() - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = monotonic()
        config = self.runtime().config
        lists = {name: facts.digest for name, facts in (await self.lists.facts(config.services)).items()}
        unit = partial(_others, instance_id=self.me().id, digest=await self._digest(config, lists))
        others = frozenset(await self.store.run(unit))
        lasting = others & self._others
        if lasting - self._said:
            log.warning("configurations_differ", instances=sorted(lasting))
        self._others, self._said = others, lasting

    async def _digest(self, config: Config, lists: Mapping[str, str | None]) -> str:
        """What must be the same for all instances. A configuration of many services is long: it is read once."""
        if self._told is None or self._told[0] is not config:
            told = await asyncio.to_thread(config.model_dump_json, exclude=ITS_OWN)
            self._told = config, hashlib.sha256(told.encode())
        digest = self._told[1].copy()
        digest.update(repr(sorted(lists.items())).encode())
        return digest.hexdigest()[:16]


def _others(tx: Tx, instance_id: str, digest: str) -> set[str]:
    return tx.instances.configurations(instance_id, digest)
