"""One transaction as the stages see it: its moment, its locks, and the queries by aggregate."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from bridge.core.audit_chain import AuditKeys
from bridge.store.alert_groups import AlertGroups
from bridge.store.alerts import Alerts
from bridge.store.claims import Claims
from bridge.store.delivery_counts import DeliveryCounts
from bridge.store.drills import Drills
from bridge.store.duties import Duties
from bridge.store.events import Events
from bridge.store.incidents import Incidents
from bridge.store.instances import Instances
from bridge.store.links import Links
from bridge.store.notices import Notices
from bridge.store.outbox import Outbox
from bridge.store.rings import Rings
from bridge.store.summaries import Summaries
from bridge.store.transaction import Transaction


class Tx(Transaction):
    """What a unit of work may touch. `now` is read once, so that a unit sees one moment."""

    def __init__(self, connection: Connection, now: datetime, keys: AuditKeys) -> None:
        super().__init__(connection, now)
        self._keys = keys

    @cached_property
    def incidents(self) -> Incidents:
        return Incidents(self)

    @cached_property
    def duties(self) -> Duties:
        return Duties(self)

    @cached_property
    def drills(self) -> Drills:
        return Drills(self)

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self)

    @cached_property
    def alert_groups(self) -> AlertGroups:
        return AlertGroups(self)

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
    def delivery_counts(self) -> DeliveryCounts:
        return DeliveryCounts(self)

    @cached_property
    def claims(self) -> Claims:
        return Claims(self)

    @cached_property
    def events(self) -> Events:
        return Events(self, self._keys)

    @cached_property
    def instances(self) -> Instances:
        return Instances(self)

    @cached_property
    def summaries(self) -> Summaries:
        return Summaries(self)
