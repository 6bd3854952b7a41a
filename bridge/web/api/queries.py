"""What /api/v1 shows: incidents with everything about them, single deliveries, ignored alerts."""

import asyncio
import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Path, Query, Request, Response

from bridge.core.model import Incident
from bridge.sources.post import Post
from bridge.stages.explain import explain
from bridge.stages.explain_json import as_json
from bridge.stages.source_of import NoReader, source_of
from bridge.store.tx import Tx
from bridge.web.api.schemas import COUNTED, DeliveriesOut, IncidentOut, IncidentsOut
from bridge.web.api.serialize import incidents_out
from bridge.web.dependencies import Dependencies

T = TypeVar("T")
ID_PATTERN = r"^[0-9A-Za-z_-]{1,64}$"
Id = Annotated[str, Path(pattern=ID_PATTERN)]


class ApiQueries:
    """The GET routes."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps

    async def incidents(
        self,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """Incidents, newest first."""
        before = _from_cursor(cursor) if cursor else None
        services = await self._deps.store.read(lambda tx: tx.incidents.services_on(before, limit))
        lists = await self._deps.lists.facts(services)

        def query(tx: Tx) -> IncidentsOut:
            page = tx.incidents.page(before, limit + 1)
            shown = page[:limit]
            out = incidents_out(tx, self._deps.runtime(), shown, lists)
            return IncidentsOut(incidents=out, next=_to_cursor(shown[-1]) if len(page) > limit else None)

        found = await self._deps.store.read(query)
        # As it is: FastAPI would check once more, value by value, what was made of this shape.
        return Response(found.model_dump_json(), media_type="application/json")

    async def incident(self, incident_id: Id) -> IncidentOut:
        """One incident."""
        services = await self._deps.store.read(lambda tx: tx.incidents.services_of([incident_id]))
        lists = await self._deps.lists.facts(services)

        def query(tx: Tx) -> IncidentOut | None:
            found = tx.incidents.get(incident_id)
            return incidents_out(tx, self._deps.runtime(), [found], lists)[0] if found else None

        return await self._known(query)

    async def explain(
        self,
        request: Request,
        source: Annotated[str | None, Query(max_length=100)] = None,
    ) -> dict[str, Any]:
        """What a sender's body would do, were it the first that the bridge ever got. Nothing is recorded."""
        runtime, now = self._deps.runtime(), self._deps.now()
        post = Post("", await request.body(), now, request.headers, dict(request.query_params))
        try:
            name, parsed = await asyncio.to_thread(source_of, runtime.config, post, source)
        except NoReader as error:
            raise HTTPException(400, str(error)) from None
        lists = await self._deps.lists.facts(runtime.config.services)
        return as_json(explain(runtime, name, parsed, lists, now))

    async def deliveries(
        self,
        notice_id: Id,
        state: Annotated[str, Query(max_length=100)] = "",
        cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> DeliveriesOut:
        """The single deliveries of a notice; `state` may name several, separated by commas."""
        wanted = [name for name in state.split(",") if name]
        if unknown := [name for name in wanted if name not in COUNTED]:
            raise HTTPException(422, f"state: {unknown[0]!r} is none of {', '.join(COUNTED)}")
        if "sending" in wanted:
            wanted.append("in_doubt")

        def query(tx: Tx) -> DeliveriesOut | None:
            if tx.notices.get(notice_id) is None:
                return None
            rows = tx.outbox.page(notice_id, wanted, cursor, limit + 1)
            following = str(rows[limit - 1].id) if len(rows) > limit else None
            return DeliveriesOut.model_validate({"deliveries": rows[:limit], "next": following})

        return await self._known(query)

    async def ignored(self, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Any:
        """Alerts that no incident took, last first, each with the reason."""
        return await self._deps.store.read(lambda tx: {"ignored": tx.alerts.recently_ignored(limit)})

    async def _known(self, query: Callable[[Tx], T | None]) -> T:
        found = await self._deps.store.read(query)
        if found is None:
            raise HTTPException(404, "unknown")
        return found


def _to_cursor(incident: Incident) -> str:
    return urlsafe_b64encode(f"{incident.received_at.isoformat()} {incident.id}".encode()).decode()


def _from_cursor(cursor: str) -> tuple[datetime, str]:
    """The time and id in a cursor. Raises HTTPException (422) for one that `_to_cursor` did not make."""
    try:
        at, _, incident_id = urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition(" ")
        received_at = datetime.fromisoformat(at)
        if received_at.tzinfo is None or not incident_id.isprintable():
            raise ValueError("not ours")
        return received_at.astimezone(UTC), incident_id
    except (ValueError, OverflowError, binascii.Error):
        raise HTTPException(422, "cursor: not one that this list gave") from None
