"""One transaction as the stages see it: its moment, its locks, and the queries by aggregate."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from bridge.store.alerts import Alerts
from bridge.store.claims import Claims
from bridge.store.dialect import Transaction as BaseTx
from bridge.store.events import AuditKeys, Events
from bridge.store.incidents import Incidents
from bridge.store.instances import Instances
from bridge.store.links import Links
from bridge.store.notices import Notices
from bridge.store.outbox import Outbox
from bridge.store.rings import Rings


class Tx(BaseTx):
    """What a unit of work may touch. `now` is read once, so that a unit sees one moment."""

    def __init__(self, connection: Connection, now: datetime, keys: AuditKeys) -> None:
        super().__init__(connection, now)
        self._keys = keys
        self._told = False

    def tell_others(self) -> None:
        """Wake every instance's loops when this commits; once is enough."""
        if not self._told:
            self._told = True
            self.notify()

    @cached_property
    def incidents(self) -> Incidents:
        return Incidents(self)

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self)

    @cached_property
    def notices(self) -> Notices:
        return Notices(self)

    @cached_property
    def links(self) -> Links:
        return Links(self)

    @cached_property
    def rings(self) -> Rings:
        return Rings(self)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self)

    @cached_property
    def claims(self) -> Claims:
        return Claims(self)

    @cached_property
    def events(self) -> Events:
        return Events(self, self._keys)

    @cached_property
    def instances(self) -> Instances:
        return Instances(self)
