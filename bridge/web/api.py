"""/api/v1: incidents with everything about them, single deliveries, and drafting on request."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from bridge.core.batch import decode, parse_batch
from bridge.core.facts import Answers
from bridge.core.model import Incident
from bridge.errors import StorageDown
from bridge.stages.audience import Lists
from bridge.stages.follow_up.on_request import Drafted, draft_individual, draft_recovery, draft_update
from bridge.stages.wake import Wake
from bridge.store.tx import Tx
from bridge.web.bodies import BodyRefused, busy, problem, read_body
from bridge.web.desk import Desk
from bridge.web.overview import incidents_out, notice_in
from bridge.web.shapes import DeliveriesOut, DeliveryOut, IgnoredListOut, IncidentOut, IncidentsOut, NoticeOut

DRAFTED = Wake(timer=True, oncall=True)
DeliveryStates = ("queued", "sending", "sent", "deferred", "failed", "unknown")


class RecoveryIn(BaseModel):
    """What is known about a recovery; all optional."""

    model_config = ConfigDict(extra="forbid")
    cause: str = Field(default="", max_length=2000)
    remedy: str = Field(default="", max_length=2000)
    prevention: str = Field(default="", max_length=2000)
    customer_actions: str = Field(default="", max_length=2000)
    cause_by: str | None = Field(default=None, max_length=10)


class UpdateIn(BaseModel):
    """What has changed; all optional."""

    model_config = ConfigDict(extra="forbid")
    status: str = Field(default="", max_length=2000)
    scope: str = Field(default="", max_length=2000)


class RevokeIn(BaseModel):
    """Whose links, or to which notice."""

    model_config = ConfigDict(extra="forbid")
    person: str | None = Field(default=None, max_length=200)
    notice: str | None = Field(default=None, max_length=100)


def bearer_guard(desk: Desk) -> Any:
    """A dependency that lets nobody pass without the API's token."""

    async def guard(request: Request) -> None:
        wanted = desk.setup().config.api.bearer_token.get_secret_value()
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            given.strip().encode("utf-8", "replace"), wanted.encode()
        ):
            raise HTTPException(
                401, "wrong or missing credentials", {"WWW-Authenticate": 'Bearer realm="bridge"'}
            )

    return Depends(guard)


def api_router(desk: Desk) -> APIRouter:
    """The routes under /api/v1."""
    router = APIRouter(prefix="/api/v1", dependencies=[bearer_guard(desk)])
    api = _Api(desk)
    described: dict[int | str, dict[str, Any]] = {
        code: {"description": text}
        for code, text in {
            400: "malformed",
            401: "no or wrong token",
            404: "unknown",
            409: "cannot be drafted in this state",
            413: "too large",
            422: "wrong fields",
            503: "not recorded; try again",
        }.items()
    }
    router.add_api_route(
        "/incidents", api.incidents, response_model=IncidentsOut, responses=described, methods=["GET"]
    )
    router.add_api_route(
        "/incidents/{incident_id}",
        api.incident,
        response_model=IncidentOut,
        responses=described,
        methods=["GET"],
    )
    router.add_api_route(
        "/notices/{notice_id}/deliveries",
        api.deliveries,
        response_model=DeliveriesOut,
        responses=described,
        methods=["GET"],
    )
    router.add_api_route(
        "/ignored", api.ignored, response_model=IgnoredListOut, responses=described, methods=["GET"]
    )
    router.add_api_route("/links/revoke", api.revoke, responses=described, methods=["POST"])
    drafting: dict[str, Any] = {
        "methods": ["POST"],
        "status_code": 201,
        "response_model": NoticeOut,
        "responses": described,
    }
    router.add_api_route("/incidents/{incident_id}/recovery", api.recovery, **drafting)
    router.add_api_route("/incidents/{incident_id}/update", api.update, **drafting)
    router.add_api_route(
        "/incidents/{incident_id}/individual",
        api.individual,
        **drafting,
        openapi_extra={"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    return router


class _Api:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def incidents(
        self,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Any:
        """Incidents, newest first."""
        try:
            before = _from_cursor(cursor) if cursor else None
        except ValueError:
            return problem(400, "cursor: not one that this list gave")
        lists = await self._desk.lists()

        def query(tx: Tx) -> IncidentsOut:
            page = tx.incidents.page(before, limit + 1)
            shown = page[:limit]
            following = _to_cursor(shown[-1]) if len(page) > limit else None
            return IncidentsOut(incidents=self._out(tx, shown, lists), next=following)

        return await self._read(query)

    async def incident(self, incident_id: str) -> Any:
        """One incident."""
        lists = await self._desk.lists()

        def query(tx: Tx) -> IncidentOut | None:
            found = tx.incidents.get(incident_id)
            return self._out(tx, [found], lists)[0] if found else None

        return await self._read(query)

    async def deliveries(
        self,
        notice_id: str,
        state: Annotated[str, Query(max_length=100)] = "",
        cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Any:
        """The single deliveries of a notice; `state` may name several, separated by commas."""
        wanted = [name for name in state.split(",") if name]
        if unknown := [name for name in wanted if name not in DeliveryStates]:
            return problem(400, f"state: {unknown[0]!r} is none of {', '.join(DeliveryStates)}")
        if "sending" in wanted:
            wanted.append("eod")

        def query(tx: Tx) -> DeliveriesOut | None:
            if tx.notices.get(notice_id) is None:
                return None
            rows = tx.outbox.page(notice_id, wanted, cursor, limit + 1)
            out = [
                DeliveryOut(
                    recipient=row.address,
                    state="sending" if row.state == "eod" else row.state,
                    attempts=row.attempts,
                    message_id=row.message_id,
                    reply=row.reply,
                    updated_at=row.updated_at,
                )
                for row in rows[:limit]
            ]
            return DeliveriesOut(deliveries=out, next=str(rows[limit - 1].id) if len(rows) > limit else None)

        return await self._read(query)

    async def ignored(self, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Any:
        """Alerts that no incident took, last first, each with the reason."""
        return await self._read(lambda tx: {"ignored": tx.alerts.recently_ignored(limit)})

    async def revoke(self, given: RevokeIn) -> Any:
        """Revoke live links of a person or to a notice; the next ring makes fresh ones."""
        if not (given.person or given.notice):
            return problem(422, "person or notice: one of them must be named")

        def unit(tx: Tx) -> int:
            return tx.links.revoke(notice_id=given.notice, person=given.person)

        try:
            return {"revoked": await self._desk.store.run(unit)}
        except StorageDown:
            return busy()

    async def recovery(self, incident_id: str, given: RecoveryIn | None = None) -> Any:
        """Draft the recovery report now."""
        try:
            answers = Answers.model_validate(given.model_dump(exclude_none=True) if given else {})
        except ValidationError:
            return problem(422, "cause_by: not a date. Write it as 2026-12-01", field="cause_by")
        return await self._draft(partial(draft_recovery, incident_id=incident_id, answers=answers))

    async def update(self, incident_id: str, given: UpdateIn | None = None) -> Any:
        """Draft an update now."""
        answers = Answers.model_validate(given.model_dump() if given else {})
        return await self._draft(partial(draft_update, incident_id=incident_id, answers=answers))

    async def individual(self, incident_id: str, request: Request) -> Any:
        """Draft a batch of individual apologies from a CSV file."""
        try:
            raw = await read_body(request, self._desk.setup().config.server.body_limit)
            rows, problems = parse_batch(decode(raw))
        except BodyRefused as refused:
            return problem(refused.status, refused.detail)
        except ValueError as error:
            return problem(422, str(error))
        if problems:
            named = [{"row": p.row, "column": p.column, "what": p.what} for p in problems]
            first = problems[0]
            return problem(422, f"row {first.row}: {first.column} {first.what}", problems=named)
        return await self._draft(partial(draft_individual, incident_id=incident_id, rows=rows))

    async def _draft(self, unit: Any) -> Response:
        setup, lists = self._desk.setup(), await self._desk.lists()

        def drafted(tx: Tx) -> tuple[Drafted, NoticeOut | None]:
            done: Drafted = unit(tx, setup)
            return done, notice_in(tx, setup, done.notice_id, lists) if done.notice_id else None

        try:
            done, out = await self._desk.store.run(drafted)
        except StorageDown:
            return busy()
        if out is None:
            return problem(404, "unknown incident") if done.unknown else problem(409, done.state)
        self._desk.wake(DRAFTED)
        return JSONResponse(out.model_dump(mode="json"), 201)

    async def _read(self, query: Any) -> Any:
        try:
            found = await self._desk.store.read(query)
        except StorageDown:
            return busy()
        return problem(404, "unknown") if found is None else found

    def _out(self, tx: Tx, incidents: Sequence[Incident], lists: Lists) -> list[IncidentOut]:
        return incidents_out(tx, self._desk.setup(), incidents, lists)


def _to_cursor(incident: Incident) -> str:
    return urlsafe_b64encode(f"{incident.received_at.isoformat()} {incident.id}".encode()).decode()


def _from_cursor(cursor: str) -> tuple[datetime, str]:
    """Raises ValueError for a cursor that `_to_cursor` did not make."""
    at, _, incident_id = urlsafe_b64decode(cursor.encode("ascii")).decode().partition(" ")
    received_at = datetime.fromisoformat(at)
    if received_at.tzinfo is None:
        raise ValueError("no time zone")
    return received_at, incident_id
