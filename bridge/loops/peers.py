"""Whether the instances run the same configuration and read the same lists: otherwise it depends on the instance what
a letter says, and to whom it goes."""

import hashlib
from collections.abc import Callable
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
    _others: frozenset[str] = frozenset()
    _said: frozenset[str] = frozenset()

    async def look(self) -> None:
        """With the heartbeat, and seldom. Raises StorageDown."""
        if monotonic() - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = monotonic()
        config = self.runtime().config
        lists = {name: facts.digest for name, facts in (await self.lists.facts(config.services)).items()}
        digest = digest_of(config, lists)
        unit = partial(_others, instance_id=self.me().id, digest=digest)
        others = frozenset(await self.store.run(unit))
        lasting = others & self._others
        if lasting - self._said:
            log.warning("configurations_differ", instances=sorted(lasting))
        self._others, self._said = others, lasting


def _others(tx: Tx, instance_id: str, digest: str) -> set[str]:
    return tx.instances.configurations(instance_id, digest)


def digest_of(config: Config, lists: dict[str, str | None]) -> str:
    """What must be the same for all instances."""
    told = config.model_dump_json(exclude=ITS_OWN) + repr(sorted(lists.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
